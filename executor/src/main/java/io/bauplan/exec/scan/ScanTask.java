package io.bauplan.exec.scan;

/// A piece of a scan that one thread reads: a row group, a range of a text file, a part of a
/// generator. Opened at most once.
@FunctionalInterface
public interface ScanTask {
  BatchReader open(ScanContext context);
}
