package io.bauplan.jdbc;

import java.sql.DriverPropertyInfo;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// The properties that a URL or a connection's [Properties] may set.
enum DriverProperty {
  USER("user", "The user's name, for a server that asks for one"),
  PASSWORD("password", "The user's password"),
  TOKEN("token", "A bearer token, instead of user and password"),
  REF("ref", "The branch or tag that the session starts on"),
  NAMESPACE("namespace", "The namespace that the session starts in"),
  TLS("tls", "true to encrypt the connection", "true", "false"),
  TLS_ROOT_CERTS("tlsRootCerts", "A PEM file of authorities to trust instead of the system's"),
  LOGIN_TIMEOUT("loginTimeout", "Seconds to wait for the server when connecting");

  final String key;
  private final String description;
  private final String[] choices;

  DriverProperty(String key, String description, String... choices) {
    this.key = key;
    this.description = description;
    this.choices = choices;
  }

  static @Nullable DriverProperty of(String key) {
    for (DriverProperty property : values()) {
      if (property.key.equalsIgnoreCase(key)) {
        return property;
      }
    }
    return null;
  }

  DriverPropertyInfo info(Properties current) {
    DriverPropertyInfo info = new DriverPropertyInfo(key, current.getProperty(key));
    info.description = description;
    info.choices = choices.length == 0 ? null : choices.clone();
    return info;
  }

  static String known() {
    StringBuilder names = new StringBuilder();
    for (DriverProperty property : values()) {
      names.append(names.length() == 0 ? "" : ", ").append(property.key);
    }
    return names.toString();
  }
}
