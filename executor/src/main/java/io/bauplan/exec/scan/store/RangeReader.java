package io.bauplan.exec.scan.store;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

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

  /// Bytes that lie, or are going to lie, in memory of the reader's own: nothing has to be copied.
  /// Null where they do not, or not in one piece.
  ///
  /// @param least bytes that have to lie together from `offset` on
  /// @param most bytes that may be asked for later
  default @Nullable Lent lend(long offset, int least, int most) {
    return null;
  }

  /// Memory of a reader, to be given back by closing it, and before the reader is closed. Up to
  /// [io.bauplan.exec.batch.Vector#TAIL_PADDING_BYTES] may be read behind its end.
  interface Lent extends AutoCloseable {
    long address();

    int length();

    /// Waits until the first `bytes` are there.
    void await(int bytes);

    @Override
    void close();
  }

  @Override
  void close();
}
