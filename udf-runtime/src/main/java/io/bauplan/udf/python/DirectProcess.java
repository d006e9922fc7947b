package io.bauplan.udf.python;

import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A fresh interpreter in a sandbox of its own.
record DirectProcess(Process process) implements FunctionProcess {
  /// How long a process may take to end what it started, before it is killed itself.
  static final long GRACE_MILLISECONDS = 1000;

  @Override
  public InputStream out() {
    return process.getInputStream();
  }

  @Override
  public InputStream error() {
    return process.getErrorStream();
  }

  @Override
  public CompletableFuture<Integer> exit() {
    return process.onExit().thenApply(Process::exitValue);
  }

  @Override
  public void end() {
    if (!process.isAlive()) {
      return;
    }
    // Process.destroy would close the streams under their readers, and the last prints would be
    // lost.
    process.toHandle().destroy();
    try {
      process.onExit().get(GRACE_MILLISECONDS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException stubborn) {
      process.toHandle().destroyForcibly();
      process.onExit().join();
      if (stubborn instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// The streams close themselves at their end.
  @Override
  public void close() {}
}
