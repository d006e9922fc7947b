package io.bauplan.server.wire;

import io.bauplan.exec.batch.Decimals;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.jspecify.annotations.Nullable;

/// Collects one column's rows from many small vectors into one large Arrow array. Copies; never
/// keeps a reference to what it was given.
final class ColumnAppender implements AutoCloseable {
  private static final long MIN_BUFFER_BYTES = 64;

  private final DataType type;
  private final BufferAllocator allocator;
  private final List<ColumnAppender> children;
  private final long bitsPerValue;
  private final boolean shortDecimal;
  private final boolean hasOffsets;
  private final boolean hasBytes;
  private @Nullable ArrowBuf validity;
  private @Nullable ArrowBuf offsets;
  private @Nullable ArrowBuf data;
  private int rows;
  private long dataBytes;

  ColumnAppender(DataType type, BufferAllocator allocator) {
    this.type = type;
    this.allocator = allocator;
    this.shortDecimal = Decimals.isShort(type);
    this.bitsPerValue = shortDecimal ? 128 : FlatVector.bitsPerValue(type);
    this.hasBytes = type instanceof DataType.VarcharType || type instanceof DataType.BinaryType;
    this.hasOffsets =
        hasBytes || type instanceof DataType.ListType || type instanceof DataType.MapType;
    this.children = new ArrayList<>();
    for (DataType child : childTypes(type)) {
      children.add(new ColumnAppender(child, allocator));
    }
  }

  private static List<DataType> childTypes(DataType type) {
    if (type instanceof DataType.ListType list) {
      return List.of(list.element());
    }
    if (type instanceof DataType.MapType map) {
      return List.of(
          new DataType.StructType(
              List.of(
                  new Column("key", map.key(), false),
                  new Column("value", map.value(), map.valueNullable()))));
    }
    if (type instanceof DataType.StructType struct) {
      return struct.fields().stream().map(Column::type).toList();
    }
    return List.of();
  }

  /// Bytes collected so far, children included.
  long bytes() {
    long sum = dataBytes + (hasOffsets ? 4L * rows : 0) + (rows * bitsPerValue >>> 3);
    for (ColumnAppender child : children) {
      sum += child.bytes();
    }
    return sum;
  }

  /// Appends rows `from` to `from + count` of a vector of this column's type. Borrows it.
  void append(FlatVector vector, int from, int count) {
    if (count == 0) {
      return;
    }
    if (type instanceof DataType.NullType) {
      rows += count;
      return;
    }
    appendValidity(vector.validityAddress(), from, count);
    if (hasOffsets) {
      appendOffsets(vector, from, count);
    } else if (type instanceof DataType.StructType) {
      for (int i = 0; i < children.size(); i++) {
        children.get(i).append(vector.children().get(i), vector.start() + from, count);
      }
    } else if (bitsPerValue == 1) {
      data = reserve(data, rows / 8L, Bits.bytes(rows + count));
      Bits.copy(vector.dataAddress(), from, data.memoryAddress(), rows, count);
    } else if (shortDecimal) {
      data = reserve(data, rows * 16L, (rows + count) * 16L);
      Decimals.widen(vector.dataAddress() + from * 8L, data.memoryAddress() + rows * 16L, count);
    } else {
      long width = bitsPerValue >>> 3;
      data = reserve(data, rows * width, (rows + count) * width);
      Memory.copy(
          vector.dataAddress() + from * width, data.memoryAddress() + rows * width, count * width);
    }
    rows += count;
  }

  private void appendValidity(long source, int from, int count) {
    if (source == 0 && validity == null) {
      return;
    }
    boolean first = validity == null;
    ArrowBuf bitmap = reserve(validity, first ? 0 : Bits.bytes(rows), Bits.bytes(rows + count));
    validity = bitmap;
    if (first) {
      Bits.fill(bitmap.memoryAddress(), 0, rows);
    }
    if (source == 0) {
      Bits.fill(bitmap.memoryAddress(), rows, count);
    } else {
      Bits.copy(source, from, bitmap.memoryAddress(), rows, count);
    }
  }

  private void appendOffsets(FlatVector vector, int from, int count) {
    long source = vector.offsetsAddress() + 4L * from;
    int begin = Memory.getInt(source);
    int length = Memory.getInt(source + 4L * count) - begin;
    int base = hasBytes ? Math.toIntExact(dataBytes) : children.get(0).rows;
    ArrowBuf target = reserve(offsets, 4L * (rows + 1), 4L * (rows + count + 1));
    offsets = target;
    long address = target.memoryAddress() + 4L * rows;
    Memory.putInt(address, base);
    int shift = base - begin;
    for (int i = 1; i <= count; i++) {
      Memory.putInt(address + 4L * i, Memory.getInt(source + 4L * i) + shift);
    }
    if (hasBytes) {
      data = reserve(data, dataBytes, dataBytes + length);
      if (length > 0) {
        Memory.copy(vector.dataAddress() + begin, data.memoryAddress() + dataBytes, length);
      }
      dataBytes += length;
    } else {
      children.get(0).append(vector.children().get(0), begin, length);
    }
  }

  /// A buffer of at least `needed` bytes that starts with the first `used` bytes of `buffer`.
  private ArrowBuf reserve(@Nullable ArrowBuf buffer, long used, long needed) {
    if (buffer != null && buffer.capacity() >= needed) {
      return buffer;
    }
    long grown = buffer == null ? needed : Math.max(needed, 2 * buffer.capacity());
    ArrowBuf larger = allocator.buffer(Math.max(MIN_BUFFER_BYTES, (grown + 7) & ~7L));
    if (buffer != null) {
      Memory.copy(
          buffer.memoryAddress(), larger.memoryAddress(), Math.min(used + 1, buffer.capacity()));
      buffer.close();
    }
    return larger;
  }

  /// Hands the collected arrays over in the order of Arrow's record batches, each with one
  /// reference that the receiver owns, and starts anew.
  void finish(List<ArrowFieldNode> nodes, List<ArrowBuf> buffers) {
    if (type instanceof DataType.NullType) {
      nodes.add(new ArrowFieldNode(rows, rows));
      rows = 0;
      return;
    }
    ArrowBuf bitmap = validity;
    int nulls = bitmap == null ? 0 : rows - Bits.count(bitmap.memoryAddress(), rows);
    nodes.add(new ArrowFieldNode(rows, nulls));
    if (bitmap != null && nulls == 0) {
      bitmap.close();
      bitmap = null;
    }
    buffers.add(bitmap == null ? allocator.getEmpty() : sized(bitmap, Bits.bytes(rows)));
    if (hasOffsets) {
      ArrowBuf positions = offsets;
      if (positions == null) {
        positions = allocator.buffer(4);
        positions.setInt(0, 0);
      }
      buffers.add(sized(positions, 4L * (rows + 1)));
    }
    if (hasBytes) {
      buffers.add(data == null ? allocator.getEmpty() : sized(data, dataBytes));
    } else if (bitsPerValue > 0) {
      buffers.add(
          data == null
              ? allocator.getEmpty()
              : sized(data, bitsPerValue == 1 ? Bits.bytes(rows) : rows * bitsPerValue >>> 3));
    }
    for (ColumnAppender child : children) {
      child.finish(nodes, buffers);
    }
    validity = null;
    offsets = null;
    data = null;
    rows = 0;
    dataBytes = 0;
  }

  private static ArrowBuf sized(ArrowBuf buffer, long bytes) {
    buffer.writerIndex(bytes);
    return buffer;
  }

  @Override
  public void close() {
    release(validity);
    release(offsets);
    release(data);
    validity = null;
    offsets = null;
    data = null;
    children.forEach(ColumnAppender::close);
  }

  private static void release(@Nullable ArrowBuf buffer) {
    if (buffer != null) {
      buffer.close();
    }
  }
}
