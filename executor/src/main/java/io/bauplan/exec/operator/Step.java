package io.bauplan.exec.operator;

import java.util.concurrent.Callable;

/// A part of a plan's execution; steps run one after the other, each begun when those before are
/// done.
public sealed interface Step {
  /// Runs on the pool's threads.
  record Pipeline(Source source, Sink sink) implements Step {}

  /// Runs on a thread of its own, since it waits: for a function's process, or for plans it runs
  /// itself.
  record Waiting(Callable<?> work) implements Step {}
}
