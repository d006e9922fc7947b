package io.bauplan.server.endpoint;

import io.bauplan.server.auth.Credentials;
import java.nio.file.Path;
import java.util.Optional;

/// Where and how an endpoint listens.
///
/// @param port 0 = any free one
/// @param tls certificate chain and private key; empty = plaintext
public record EndpointConfig(
    String host, int port, Credentials credentials, Optional<Tls> tls, String version) {

  /// Files in PEM format.
  public record Tls(Path certificate, Path privateKey) {}
}
