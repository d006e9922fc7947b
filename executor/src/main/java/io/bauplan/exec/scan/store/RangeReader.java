package io.bauplan.exec.scan.store;

/// Reads ranges of one file. Thread-safe.
public interface RangeReader extends AutoCloseable {
  String location();

  long sizeBytes();

  /// What changes when the content does: modification time or ETag.
  String version();

  /// Bytes that one request should fetch at least: small for disks, large where a request costs a
  /// round trip.
  int preferredReadBytes();

  /// Fills `length` bytes of off-heap memory at `address` from `offset` of the file.
  ///
  /// @throws io.bauplan.sql.error.EngineException `MALFORMED_FILE` where the file ends before
  void read(long offset, long address, int length);

  @Override
  void close();
}
