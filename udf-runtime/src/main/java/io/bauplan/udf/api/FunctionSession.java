package io.bauplan.udf.api;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;

/// A process of a function that takes its rows part by part. It answers each part with one table
/// before it takes the next, unless the function streams ([FunctionRuntime#open]): then tables
/// come as the function gives them, and rows are taken as it asks for them.
///
/// One thread gives and one receives; of a function that streams, these are two.
public interface FunctionSession extends AutoCloseable {
  /// Gives a part; waits while the process has not taken those before. Of a process that has ended
  /// nothing is said here: `receive` tells.
  ///
  /// @param calls rows of each call of the function; a function that streams has one call in all
  /// @param rows drained before this returns; a failing input surfaces as its own exception
  void give(List<Integer> calls, Iterator<VectorSchemaRoot> rows);

  /// There are no more parts.
  void finish();

  /// The next table, checked as a result is, which the caller owns; empty once the process gives
  /// no more: `end` tells why.
  Optional<SharedTable> receive();

  /// Waits for the process to end. The table of `Completed` has no rows; the caller owns it.
  InvocationOutcome end();

  /// Ends the process and all that it started. Returns at once.
  void cancel();

  /// Ends the process where it still runs, and waits for its end.
  @Override
  void close();
}
