package io.bauplan.exec.scan.store;

import java.util.function.IntConsumer;

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

  /// The same for a reader that works with what has come while the rest is on its way.
  ///
  /// @param arrived is told how many bytes there are, counted from the first, whenever there are
  ///     more, at last all of them; and 0 where an answer begins whose bytes may be left waiting
  default void read(long offset, long address, int length, IntConsumer arrived) {
    read(offset, address, length);
    arrived.accept(length);
  }

  @Override
  void close();
}
