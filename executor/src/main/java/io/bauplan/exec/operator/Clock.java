package io.bauplan.exec.operator;

import org.jspecify.annotations.Nullable;

/// Charges a thread's time to the plan node at work: entering a node stops the clock of the one
/// that called it. Also knows when the thread's turn is over, which readers ask that go on and on
/// without finding a row.
public final class Clock {
  private static final ThreadLocal<Clock> CURRENT = ThreadLocal.withInitial(Clock::new);

  private @Nullable NodeFigures node;
  private long since;
  private boolean inTurn;
  private long turnEnd;

  private Clock() {}

  static Clock current() {
    return CURRENT.get();
  }

  /// Starts a turn of this thread.
  public static void beginTurn(long nanos) {
    Clock clock = current();
    clock.turnEnd = System.nanoTime() + nanos;
    clock.inTurn = true;
  }

  public static void endTurn() {
    current().inTurn = false;
  }

  /// Whether this thread has been at it for as long as others should wait for it. Never where
  /// nobody has begun a turn.
  public static boolean isTurnOver() {
    Clock clock = current();
    return clock.inTurn && System.nanoTime() - clock.turnEnd > 0;
  }

  /// Returns the node that was at work, for `leave`.
  @Nullable NodeFigures enter(NodeFigures next) {
    NodeFigures before = node;
    mark();
    node = next;
    return before;
  }

  void leave(@Nullable NodeFigures before) {
    mark();
    node = before;
  }

  private void mark() {
    long now = System.nanoTime();
    if (node != null) {
      node.nanos.add(now - since);
    }
    since = now;
  }
}
