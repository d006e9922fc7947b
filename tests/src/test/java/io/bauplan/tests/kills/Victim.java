package io.bauplan.tests.kills;

/// Which process is killed.
enum Victim {
  /// The engine itself.
  WORKER(0),
  /// What the engine has started itself: a zygote's gate, a launcher.
  GATE(1),
  /// The process that forks calls.
  ZYGOTE(4),
  /// The innermost: the user's function, in Python or a JVM.
  CHILD(Integer.MAX_VALUE);

  /// How far below the engine.
  final int depth;

  Victim(int depth) {
    this.depth = depth;
  }
}
