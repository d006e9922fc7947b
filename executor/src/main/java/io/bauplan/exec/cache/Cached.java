package io.bauplan.exec.cache;

/// What an entry of the memory tier holds.
interface Cached {
  /// Memory that it takes.
  long sizeBytes();

  /// Lets go of it: its memory is given back when no reader holds it any more.
  void release();
}
