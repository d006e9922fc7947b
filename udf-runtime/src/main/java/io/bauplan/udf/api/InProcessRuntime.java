package io.bauplan.udf.api;

import java.util.Optional;
import java.util.function.Function;
import org.apache.arrow.vector.VectorSchemaRoot;

/// Calls functions of single values within the engine's own process. An optional module brings one,
/// which is found by [java.util.ServiceLoader].
///
/// It isolates nothing: a function can use up the engine's memory and processor. It gets only calls
/// that their function's declaration and the engine's policy allow.
public interface InProcessRuntime extends AutoCloseable {
  /// Why it cannot be used in this JVM, with the remedy; empty where it can.
  Optional<String> unusable();

  /// Gets ready in the background; returns at once.
  void warm();

  /// A session where one can begin at once, and the function was found to be faster here than in a
  /// process; otherwise empty.
  ///
  /// @param share copies a batch into a table, which the caller owns
  Optional<FunctionSession> open(
      Invocation invocation, Function<VectorSchemaRoot, SharedTable> share);

  /// The session of a process that is used instead, from which is learned how long its calls take.
  /// The function may be tried in the background with some of its rows.
  FunctionSession learn(Invocation invocation, FunctionSession process);

  /// Ends what still runs.
  @Override
  void close();
}
