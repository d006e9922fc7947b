package io.bauplan.jdbc;

/// Where the engine of a local warehouse listens.
///
/// Closing it gives up this client's claim on the engine.
public interface EmbeddedEndpoint extends AutoCloseable {

  /// A loopback address.
  String host();

  int port();

  /// The bearer token that the engine asks for; empty when it asks for none.
  String token();

  @Override
  void close();
}
