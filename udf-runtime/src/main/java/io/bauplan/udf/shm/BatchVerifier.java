package io.bauplan.udf.shm;

import static io.bauplan.udf.shm.IpcFile.require;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// Walks one record batch as Arrow lays it out and checks each length, offset and string, so that
/// no later reader can be led outside the mapping.
final class BatchVerifier {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final MemorySegment file;
  private final long body;
  private final long bodyLength;
  private final RecordBatch batch;
  private final long[] lengths;
  private final long[] nulls;
  private final long[] offsets;
  private final long[] sizes;
  private int node;
  private int buffer;

  BatchVerifier(MemorySegment file, long body, long bodyLength, RecordBatch batch)
      throws MalformedTableException {
    this.file = file;
    this.body = body;
    this.bodyLength = bodyLength;
    this.batch = batch;
    // A vector's length is a number in the message: bound it by the bytes its elements need.
    require(
        batch.nodesLength() <= 1 << 20 && batch.buffersLength() <= 1 << 22,
        "a batch has too many buffers");
    this.lengths = new long[batch.nodesLength()];
    this.nulls = new long[batch.nodesLength()];
    this.offsets = new long[batch.buffersLength()];
    this.sizes = new long[batch.buffersLength()];
  }

  BatchLayout verify(Schema schema) throws MalformedTableException {
    for (Field field : schema.getFields()) {
      column(field, batch.length(), true);
    }
    require(
        node == lengths.length && buffer == offsets.length,
        "a batch has more buffers than its schema has columns");
    return new BatchLayout((int) batch.length(), lengths, nulls, offsets, sizes);
  }

  /// @param least how many values the column must have; exactly so many where `exact`
  private void column(Field field, long least, boolean exact) throws MalformedTableException {
    ColumnKind kind = ColumnKind.of(field);
    require(node < lengths.length, "a batch lacks columns of its schema");
    FieldNode described = batch.nodes(node);
    long length = described.length();
    long nullCount = described.nullCount();
    String name = field.getName();
    require(
        length >= least && (!exact || length == least) && length <= Integer.MAX_VALUE - 8,
        "column '%s' has a wrong length".formatted(name));
    require(
        nullCount >= 0 && nullCount <= length,
        "column '%s' has a wrong null count".formatted(name));
    lengths[node] = length;
    nulls[node] = nullCount;
    node++;
    if (kind instanceof ColumnKind.Nothing) {
      return;
    }
    require(
        nullCount == 0 || field.isNullable(),
        "column '%s' has nulls but is declared without".formatted(name));
    boolean mixed = nullCount > 0 && nullCount < length;
    buffer(mixed ? (length + 7) / 8 : 0, name);
    switch (kind) {
      case ColumnKind.Nothing _ -> {}
      case ColumnKind.Bits _ -> buffer((length + 7) / 8, name);
      case ColumnKind.Fixed fixed -> buffer(Math.multiplyExact(length, fixed.width()), name);
      case ColumnKind.Variable variable -> {
        int width = variable.offsetWidth();
        int offsetBuffer = offsets(length, width, name);
        int data = buffer(0, name);
        long last = monotonic(offsetBuffer, length, width, sizes[data], name);
        if (variable.text() && last > 0) {
          text(offsetBuffer, data, length, width, name);
        }
      }
      case ColumnKind.Listed listed -> {
        int offsetBuffer = offsets(length, listed.offsetWidth(), name);
        require(field.getChildren().size() == 1, "column '%s' is no list".formatted(name));
        long last =
            monotonic(offsetBuffer, length, listed.offsetWidth(), Integer.MAX_VALUE - 8L, name);
        column(field.getChildren().getFirst(), last, false);
      }
      case ColumnKind.FixedList list -> {
        require(field.getChildren().size() == 1, "column '%s' is no list".formatted(name));
        column(field.getChildren().getFirst(), Math.multiplyExact(length, list.size()), false);
      }
      case ColumnKind.Structure _ -> {
        for (Field child : field.getChildren()) {
          column(child, length, false);
        }
      }
    }
  }

  private int offsets(long length, int width, String name) throws MalformedTableException {
    return buffer(length == 0 ? 0 : Math.multiplyExact(length + 1, width), name);
  }

  /// Takes the next buffer, which must hold at least so many bytes; returns its index.
  private int buffer(long least, String name) throws MalformedTableException {
    require(buffer < offsets.length, "a batch lacks buffers of its schema");
    long offset = batch.buffers(buffer).offset();
    long size = batch.buffers(buffer).length();
    require(
        offset >= 0 && size >= 0 && offset <= bodyLength && size <= bodyLength - offset,
        "a buffer of column '%s' lies outside its batch".formatted(name));
    require(offset % 8 == 0, "a buffer of column '%s' is not aligned".formatted(name));
    require(size >= least, "a buffer of column '%s' is too short".formatted(name));
    offsets[buffer] = body + offset;
    sizes[buffer] = size;
    return buffer++;
  }

  /// Checks that offsets begin at zero or later, never fall, and end within `limit`; returns the
  /// last.
  private long monotonic(int index, long length, int width, long limit, String name)
      throws MalformedTableException {
    if (length == 0) {
      return 0;
    }
    long at = offsets[index];
    long before = 0;
    boolean falls = false;
    if (width == 4) {
      int previous = 0;
      for (long i = 0; i <= length; i++) {
        int value = file.get(INT, at + i * 4);
        falls |= value < previous;
        previous = value;
      }
      before = previous;
    } else {
      for (long i = 0; i <= length; i++) {
        long value = file.get(LONG, at + i * 8);
        falls |= value < before;
        before = value;
      }
    }
    require(
        !falls && before <= limit, "the offsets of column '%s' are out of order".formatted(name));
    return before;
  }

  private void text(int offsetBuffer, int data, long length, int width, String name)
      throws MalformedTableException {
    long start = offsets[data];
    long first = offset(offsetBuffer, 0, width);
    long last = offset(offsetBuffer, length, width);
    if (Utf8.isAscii(file, start + first, start + last)) {
      return;
    }
    long from = first;
    for (long i = 1; i <= length; i++) {
      long to = offset(offsetBuffer, i, width);
      require(
          Utf8.isValid(file, start + from, start + to),
          "column '%s' holds text that is not UTF-8, in row %d".formatted(name, i));
      from = to;
    }
  }

  private long offset(int index, long i, int width) {
    return width == 4
        ? file.get(INT, offsets[index] + i * 4)
        : file.get(LONG, offsets[index] + i * 8);
  }
}
