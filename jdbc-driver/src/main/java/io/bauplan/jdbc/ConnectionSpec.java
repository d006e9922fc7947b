package io.bauplan.jdbc;

import io.bauplan.jdbc.wire.SqlErrors;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// What a URL and its properties ask for.
///
/// @param url the URL as given, without secrets
/// @param target a server, or the folder of a warehouse
/// @param properties every known property that is set; what the URL says wins
record ConnectionSpec(String url, Target target, Properties properties) {
  static final String PREFIX = "jdbc:bauplan:";
  static final int DEFAULT_PORT = 31337;
  private static final int DEFAULT_LOGIN_TIMEOUT_SECONDS = 20;

  sealed interface Target {
    record Server(String host, int port) implements Target {}

    record Warehouse(Path folder) implements Target {}
  }

  @Nullable String get(DriverProperty property) {
    String value = properties.getProperty(property.key);
    return value == null || value.isEmpty() ? null : value;
  }

  boolean tls() {
    return Boolean.parseBoolean(get(DriverProperty.TLS));
  }

  int loginTimeoutSeconds() {
    String value = get(DriverProperty.LOGIN_TIMEOUT);
    return value == null ? DEFAULT_LOGIN_TIMEOUT_SECONDS : Integer.parseInt(value);
  }

  /// @param info the properties that the program passed; unknown ones are ignored, because tools
  ///     add their own
  static ConnectionSpec parse(String url, Properties info) throws SQLException {
    String rest = url.substring(PREFIX.length());
    Properties properties = new Properties();
    for (String key : info.stringPropertyNames()) {
      DriverProperty property = DriverProperty.of(key);
      if (property != null) {
        properties.setProperty(property.key, info.getProperty(key));
      }
    }
    int options = firstOf(rest, "?;");
    String place = options < 0 ? rest : rest.substring(0, options);
    if (options >= 0) {
      parseOptions(rest.substring(options + 1), properties);
    }
    Target target =
        place.startsWith("//")
            ? parseServer(place.substring(2), properties)
            : parseWarehouse(place);
    String timeout = properties.getProperty(DriverProperty.LOGIN_TIMEOUT.key, "0");
    if (!timeout.matches("\\d{1,6}")) {
      throw invalid("loginTimeout is not a number of seconds: '" + timeout + "'");
    }
    return new ConnectionSpec(PREFIX + place, target, properties);
  }

  private static void parseOptions(String options, Properties properties) throws SQLException {
    for (String option : options.split("[&;]")) {
      if (option.isEmpty()) {
        continue;
      }
      int equals = option.indexOf('=');
      String key = equals < 0 ? option : option.substring(0, equals);
      DriverProperty property = DriverProperty.of(decode(key));
      if (property == null || equals < 0) {
        throw invalid(
            "unknown property '" + key + "' in the URL; known are " + DriverProperty.known());
      }
      properties.setProperty(property.key, decode(option.substring(equals + 1)));
    }
  }

  private static Target parseServer(String place, Properties properties) throws SQLException {
    int slash = place.indexOf('/');
    String authority = slash < 0 ? place : place.substring(0, slash);
    String namespace = slash < 0 ? "" : decode(place.substring(slash + 1)).replace('/', '.');
    if (!namespace.isEmpty()) {
      properties.putIfAbsent(DriverProperty.NAMESPACE.key, namespace);
    }
    int bracket = authority.indexOf(']');
    int colon = authority.indexOf(':', Math.max(bracket, 0));
    String host = colon < 0 ? authority : authority.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty()) {
      throw invalid("the URL names no host; write jdbc:bauplan://host:port/namespace");
    }
    int port = DEFAULT_PORT;
    if (colon >= 0) {
      String digits = authority.substring(colon + 1);
      port = digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : 0;
      if (port < 1 || port > 65_535) {
        throw invalid("'" + digits + "' is not a port; write jdbc:bauplan://host:port/namespace");
      }
    }
    return new Target.Server(host, port);
  }

  private static Target parseWarehouse(String place) throws SQLException {
    if (place.isEmpty()) {
      throw invalid(
          "the URL names no place; write jdbc:bauplan://host:port or jdbc:bauplan:/path/to/warehouse");
    }
    try {
      return new Target.Warehouse(Path.of(place).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      throw invalid("'" + place + "' is not a path: " + e.getMessage());
    }
  }

  private static int firstOf(String text, String characters) {
    for (int i = 0; i < text.length(); i++) {
      if (characters.indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private static String decode(String text) throws SQLException {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw invalid("'" + text + "' is not percent-encoded correctly");
    }
  }

  private static SQLException invalid(String message) {
    return SqlErrors.of(SqlErrors.CONNECTION_REFUSED, message);
  }
}
