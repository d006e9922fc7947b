package io.bauplan.udf.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// Runs user functions in ephemeral sandboxes, after the paper's section on the function runtime.
/// One per worker; thread-safe.
public interface FunctionRuntime extends AutoCloseable {
  /// Starts an invocation. Inputs are drained on the calling thread before this returns, so that a
  /// failing input surfaces as the input's own exception.
  RunningInvocation start(Invocation invocation);

  /// Starts a process that takes the rows of its [InvocationInput.Stream], of which there is one at
  /// most, part by part. The caller closes it.
  ///
  /// @param streams whether all parts are one call, whose tables come as the function gives them
  default FunctionSession open(Invocation invocation, boolean streams) {
    throw new UnsupportedOperationException("sessions");
  }

  /// Whether a process can serve many calls of this function one after the other.
  default boolean hasSessions(FunctionDefinition function) {
    return false;
  }

  /// Which of its tables a function takes or gives batch by batch, by what is written in its `def`.
  default Streaming streams(FunctionDefinition function) {
    return Streaming.NONE;
  }

  /// @param input the table parameter that is annotated as a reader or an iterator of batches
  /// @param output whether it is a generator
  record Streaming(OptionalInt input, boolean output) {
    public static final Streaming NONE = new Streaming(OptionalInt.empty(), false);

    public boolean any() {
      return input.isPresent() || output;
    }
  }

  /// Whether calls of this function take [InvocationInput.Columns].
  default boolean mapsColumns(FunctionDefinition function) {
    return false;
  }

  /// Prepares what a function runs in, ahead of its first call; returns at once.
  default void prepare(FunctionDefinition function) {
    if (function.language() == Language.PYTHON) {
      prepare(function.environment());
    }
  }

  /// Prepares an environment ahead of its first use; returns at once.
  void prepare(EnvironmentSpec environment);

  /// Copies a stream into shared memory as a table of one record batch. The caller owns the result.
  SharedTable share(Schema schema, Iterator<VectorSchemaRoot> batches);

  /// Takes an Arrow IPC file into shared memory, checked as a function's result is. The caller owns
  /// the table.
  ///
  /// @throws IOException if it cannot be read, or is no well-formed table
  SharedTable load(InputStream file) throws IOException;

  /// The environments that are built.
  default List<KnownEnvironment> knownEnvironments() {
    return List.of();
  }

  /// A sentence for the user where the sandbox is weaker than level A or B; empty otherwise.
  String sandboxNotice();

  @Override
  void close();
}
