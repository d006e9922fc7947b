package io.bauplan.server.connection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.udf.api.OutputListener;

/// A session with an engine. Used by one thread, except `cancel`, which may come from any. Every
/// error is an `EngineException`.
public sealed interface EngineConnection extends AutoCloseable
    permits LocalConnection, RemoteConnection {

  /// Executes one statement. Rows stream from the reply, which the caller closes; the rest is done
  /// on return.
  Reply execute(String sql, OutputListener functionOutput);

  /// Runs a pipeline to its end.
  RunResult run(RunRequest request, RunListener listener);

  /// An operation of `CatalogOperations`.
  ArrayNode catalog(String operation, JsonNode arguments);

  /// Ends the statement or run under way, if there is one; its caller gets `CANCELLED`.
  void cancel();

  /// Where the session's names resolve now.
  String reference();

  String namespace();

  /// Where the engine is, for a person: `this process`, `127.0.0.1:4711`.
  String place();

  @Override
  void close();
}
