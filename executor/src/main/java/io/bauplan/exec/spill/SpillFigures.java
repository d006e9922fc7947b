package io.bauplan.exec.spill;

/// Counts what an operator spills.
@FunctionalInterface
public interface SpillFigures {
  /// @param bytes as they are on disk
  /// @param files that were made
  void add(long bytes, long files);
}
