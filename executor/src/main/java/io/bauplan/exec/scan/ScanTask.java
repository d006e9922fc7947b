package io.bauplan.exec.scan;

import java.util.List;

/// A piece of a scan that one thread reads: a row group, a range of a text file, a part of a
/// generator. Opened at most once.
@FunctionalInterface
public interface ScanTask {
  BatchReader open(ScanContext context);

  /// The same rows in smaller tasks, where these together cost no more: threads that share them end
  /// at about the same time. Asked before the task is opened.
  default List<ScanTask> pieces(ScanContext context) {
    return List.of(this);
  }
}
