package io.bauplan.jdbc;

import java.nio.file.Path;
import java.util.Properties;

/// Opens the engine of a warehouse folder inside this process, for `jdbc:bauplan:/path`.
///
/// The server's jar registers an implementation with [java.util.ServiceLoader]; the driver has none
/// of its own. The driver then speaks Flight SQL to the endpoint, so both URL forms run the same
/// code.
public interface EmbeddedEngineProvider {

  /// Starts the engine of the warehouse or attaches to the one that runs already.
  ///
  /// @param warehouse an absolute folder; it may not exist yet
  /// @param properties the connection's properties, without the password
  /// @return an endpoint that the caller closes; the engine may live on while others use it
  /// @throws Exception a message for the person who can act; the driver hands it on
  EmbeddedEndpoint open(Path warehouse, Properties properties) throws Exception;
}
