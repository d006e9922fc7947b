package io.bauplan.exec.scan.store;

import java.util.List;
import java.util.Optional;

/// Files by location. Thread-safe.
public interface ObjectStore extends AutoCloseable {
  /// A file that exists.
  ///
  /// @param version what changes when the content does: modification time or ETag
  record FileInfo(String location, long sizeBytes, String version) {}

  /// @throws io.bauplan.sql.error.EngineException `FILE_NOT_FOUND`, `OBJECT_STORE_ERROR`
  FileInfo info(String location);

  /// The files that a location stands for, sorted: a file itself, the files directly and below a
  /// directory (hidden ones, whose name starts with `.` or `_`, left out), or what matches a glob
  /// of `*`, `?`, `[a-z]`, `{a,b}` and `**`.
  ///
  /// @throws io.bauplan.sql.error.EngineException `FILE_NOT_FOUND` where there is none
  List<FileInfo> list(String location);

  /// Opens a file for reading ranges. The caller closes it.
  RangeReader open(String location);

  /// Opens a file of a table: one of known length that never changes, so that nothing has to be
  /// asked about it first. The caller closes it.
  default RangeReader open(String location, long sizeBytes) {
    return open(location);
  }

  /// Opens a file as it was when it was described: a store that can tell refuses to read another
  /// version of it. The caller closes it.
  default RangeReader open(FileInfo file) {
    return open(file.location());
  }

  /// True where a request costs a round trip.
  default boolean remote(String location) {
    return false;
  }

  /// Where requests to the location's store are made side by side; empty where they cost no round
  /// trip.
  default Optional<FetchPool> fetches(String location) {
    return Optional.empty();
  }

  /// Starts a file, which appears under its name when finished. The caller closes it.
  FileSink create(String location);

  /// Deletes a file; does nothing where there is none.
  void delete(String location);

  @Override
  default void close() {}
}
