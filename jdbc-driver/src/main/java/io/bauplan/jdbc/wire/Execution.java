package io.bauplan.jdbc.wire;

import io.grpc.ClientCall;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One running statement as seen from the client: its time limit, and the call that a `cancel()`
/// from another thread ends.
public final class Execution {
  private final long deadlineNanos;
  private final boolean limited;
  private @Nullable ClientCall<?, ?> call;
  private boolean canceled;

  private Execution(boolean limited, long timeoutNanos) {
    this.limited = limited;
    this.deadlineNanos = System.nanoTime() + timeoutNanos;
  }

  /// An execution that may take `seconds`; 0 means without limit.
  public static Execution limitedTo(long seconds) {
    return new Execution(seconds > 0, TimeUnit.SECONDS.toNanos(seconds));
  }

  public static Execution unlimited() {
    return new Execution(false, 0);
  }

  /// Ends the running call, or lets the next one fail at once. May be called from any thread.
  public void cancel() {
    ClientCall<?, ?> running;
    synchronized (this) {
      canceled = true;
      running = call;
    }
    if (running != null) {
      running.cancel("canceled by the client", null);
    }
  }

  public synchronized boolean isCanceled() {
    return canceled;
  }

  boolean isLimited() {
    return limited;
  }

  long remainingNanos() {
    return limited ? deadlineNanos - System.nanoTime() : Long.MAX_VALUE;
  }

  synchronized void enter(ClientCall<?, ?> next) throws SQLException {
    if (canceled) {
      throw SqlErrors.of(SqlErrors.CANCELED, "the statement was canceled");
    }
    if (limited && remainingNanos() <= 0) {
      throw timeout();
    }
    call = next;
  }

  static SQLException timeout() {
    return SqlErrors.of(
        SqlErrors.TIMEOUT,
        "the statement did not finish within its query timeout and was canceled");
  }
}
