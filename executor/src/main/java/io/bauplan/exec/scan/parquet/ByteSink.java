package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/// Values of variable length being gathered: int32 offsets and bytes, as Arrow has them.
final class ByteSink implements AutoCloseable {
  private static final int SHORT_BYTES = 32;

  private final NativeBuffer offsets;
  private final NativeBuffer data;
  private int count;
  private long bytes;

  ByteSink(BufferAllocator allocator) {
    offsets = new NativeBuffer(allocator);
    data = new NativeBuffer(allocator);
  }

  int count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  long offsetsAddress() {
    return offsets.address();
  }

  long dataAddress() {
    return data.address();
  }

  void clear() {
    count = 0;
    bytes = 0;
    offsets.reserve(4, 0);
    Memory.putInt(offsets.address(), 0);
  }

  /// Room for `values` more values; `maxBytes` bounds their bytes, of which the likely part is
  /// taken now.
  void room(long maxBytes, int values) {
    rows(values);
    long likely = Math.min(maxBytes, (long) values * SHORT_BYTES);
    data.reserve(bytes + likely + SHORT_BYTES, bytes);
  }

  private void rows(int values) {
    boolean fresh = offsets.address() == 0;
    offsets.reserve(4L * (count + (long) values + 1), fresh ? 0 : 4L * (count + 1));
    if (fresh) {
      Memory.putInt(offsets.address(), 0);
    }
  }

  /// Appends a value. Up to 32 bytes are read past it: it lies in a padded buffer.
  void add(long from, int length) {
    if (bytes + length + SHORT_BYTES > data.capacity()) {
      grow(length);
    }
    long to = data.address() + bytes;
    if (length <= SHORT_BYTES) {
      Memory.putLong(to, Memory.getLong(from));
      Memory.putLong(to + 8, Memory.getLong(from + 8));
      Memory.putLong(to + 16, Memory.getLong(from + 16));
      Memory.putLong(to + 24, Memory.getLong(from + 24));
    } else {
      Memory.copy(from, to, length);
    }
    bytes += length;
    count++;
    Memory.putInt(offsets.address() + 4L * count, (int) bytes);
  }

  void add(byte[] from, int length) {
    rows(1);
    if (bytes + length + SHORT_BYTES > data.capacity()) {
      grow(length);
    }
    Memory.copy(from, 0, data.address() + bytes, length);
    bytes += length;
    count++;
    Memory.putInt(offsets.address() + 4L * count, (int) bytes);
  }

  private void grow(int length) {
    if (bytes + length > Integer.MAX_VALUE) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "a batch of values of variable length passes 2 GiB",
          null,
          "values this long cannot be read",
          null);
    }
    data.reserve(bytes + length + SHORT_BYTES, bytes);
  }

  /// Moves the values from number `base` on to rows `base` to `base + rows`, as `validity` (a
  /// bitmap over those rows) says which of them have one.
  void spread(int base, int rows, long validity) {
    int present = count - base;
    offsets.reserve(4L * (base + (long) rows + 1), 4L * (count + 1));
    long ends = offsets.address() + 4L * (base + 1);
    int next = present;
    int last = (int) bytes;
    for (int i = rows - 1; i >= 0; i--) {
      Memory.putInt(ends + 4L * i, last);
      if (Memory.bit(validity, i)) {
        next--;
        last = Memory.getInt(ends + 4L * (next - 1L));
      }
    }
    count = base + rows;
  }

  ArrowBuf takeOffsets() {
    if (offsets.address() == 0) {
      clear();
    }
    return offsets.take();
  }

  ArrowBuf takeData() {
    ArrowBuf taken = data.take();
    count = 0;
    bytes = 0;
    return taken;
  }

  @Override
  public void close() {
    offsets.close();
    data.close();
  }
}
