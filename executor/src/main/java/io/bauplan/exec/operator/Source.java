package io.bauplan.exec.operator;

import io.bauplan.exec.scan.BatchReader;

/// A stream of batches that several drivers pull side by side. Nothing of it runs before the
/// pipelines it depends on are done.
public interface Source {
  /// Into how many readers it can be split, at least 1. Asked when its pipeline starts.
  int drivers();

  /// The reader of one driver, called at most once per index below `drivers()`. The caller owns it;
  /// its batches are never empty.
  BatchReader open(int driver);
}
