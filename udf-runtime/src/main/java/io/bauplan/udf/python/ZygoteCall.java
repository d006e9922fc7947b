package io.bauplan.udf.python;

import io.bauplan.udf.shm.Pipe;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A call in a child of a zygote.
final class ZygoteCall implements FunctionProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ZygoteCall.class);

  private final Zygote zygote;
  private final int number;
  private final Pipe out;
  private final Pipe error;
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  ZygoteCall(Zygote zygote, int number, Pipe out, Pipe error) {
    this.zygote = zygote;
    this.number = number;
    this.out = out;
    this.error = error;
  }

  int number() {
    return number;
  }

  /// The end of its error stream to write to, in this process.
  int errorWriter() {
    return error.writer();
  }

  /// Completes when the child begins with the user's code; fails with the reason where it cannot.
  CompletableFuture<Void> started() {
    return started;
  }

  @Override
  public InputStream out() {
    return out.in();
  }

  @Override
  public InputStream error() {
    return error.in();
  }

  @Override
  public CompletableFuture<Integer> exit() {
    return exit;
  }

  void hasStarted() {
    letGo();
    started.complete(null);
  }

  void hasFailed(String reason) {
    letGo();
    started.completeExceptionally(new ZygoteException(reason));
    exit.complete(Zygote.KILLED);
  }

  void hasEnded(int status) {
    letGo();
    started.complete(null);
    exit.complete(status);
  }

  private void letGo() {
    out.letGo();
    error.letGo();
  }

  @Override
  public void end() {
    if (exit.isDone()) {
      return;
    }
    zygote.askToEnd(number);
    try {
      exit.get(DirectProcess.GRACE_MILLISECONDS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException stubborn) {
      zygote.kill();
      exit.join();
      if (stubborn instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    try {
      out.close();
      error.close();
    } catch (IOException e) {
      LOG.debug("pipe of call {}", number, e);
    }
  }
}
