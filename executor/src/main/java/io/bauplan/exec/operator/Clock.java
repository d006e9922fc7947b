package io.bauplan.exec.operator;

import org.jspecify.annotations.Nullable;

/// Charges a thread's time to the plan node at work: entering a node stops the clock of the one
/// that called it.
final class Clock {
  private static final ThreadLocal<Clock> CURRENT = ThreadLocal.withInitial(Clock::new);

  private @Nullable NodeFigures node;
  private long since;

  private Clock() {}

  static Clock current() {
    return CURRENT.get();
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
