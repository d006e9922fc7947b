package io.bauplan.udf.python;

import java.io.InputStream;
import java.util.concurrent.CompletableFuture;

/// The processes of one call, however they were started.
interface FunctionProcess extends AutoCloseable {
  InputStream out();

  InputStream error();

  /// The exit status (128 and the signal's number after a signal), once every process is gone.
  CompletableFuture<Integer> exit();

  /// Ends the process and all below it; returns when they are gone.
  void end();

  /// Lets the streams go, after the end.
  @Override
  void close();
}
