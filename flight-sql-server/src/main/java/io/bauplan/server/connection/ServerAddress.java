package io.bauplan.server.connection;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// A server to talk to.
///
/// @param authorization value of the header that says who calls; empty = none
public record ServerAddress(
    String host, int port, Security security, Optional<String> authorization) {
  public static final int DEFAULT_PORT = 31337;

  public enum Security {
    PLAINTEXT,
    TLS
  }

  /// Where an attach file points.
  static ServerAddress of(AttachFile file) {
    return new ServerAddress(
        file.host(), file.port(), Security.PLAINTEXT, Optional.of("Bearer " + file.token()));
  }

  /// Reads `grpc://host:port`, `grpc+tls://user:password@host:port` or `host:port`.
  ///
  /// @param token bearer token; empty = user and password of the address, if any
  public static ServerAddress parse(String text, Optional<String> token) {
    URI uri;
    try {
      uri = URI.create(text.contains("://") ? text : "grpc://" + text);
    } catch (IllegalArgumentException e) {
      throw invalid(text, e);
    }
    if (uri.getHost() == null) {
      throw invalid(text, null);
    }
    Security security =
        switch (uri.getScheme()) {
          case "grpc", "grpc+tcp", "http", "bauplan" -> Security.PLAINTEXT;
          case "grpc+tls", "https", "grpcs" -> Security.TLS;
          default -> throw invalid(text, null);
        };
    String user = uri.getUserInfo();
    Optional<String> authorization =
        token
            .map(value -> "Bearer " + value)
            .or(() -> Optional.ofNullable(user).map(ServerAddress::basic));
    return new ServerAddress(
        uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), security, authorization);
  }

  private static String basic(String user) {
    return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
  }

  private static EngineException invalid(
      String text, @org.jspecify.annotations.Nullable Throwable cause) {
    return new EngineException(
        ErrorCode.INVALID_ARGUMENT,
        "\"" + text + "\" is not the address of a server: write grpc://host:port",
        cause);
  }
}
