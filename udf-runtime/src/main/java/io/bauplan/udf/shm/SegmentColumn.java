package io.bauplan.udf.shm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// Rows of one column in shared memory, as one Arrow array. In a segment of its own, a function
/// that may see this column maps it and nothing else. Reference counted: `retain` and `close` pair
/// up.
public final class SegmentColumn implements AutoCloseable {
  /// Readers may look so far past the end of a buffer.
  private static final int TAIL_BYTES = 64;

  private final Field field;
  private final BatchLayout layout;
  private final Backing memory;

  /// Takes over the caller's hold on the memory.
  SegmentColumn(Field field, BatchLayout layout, Backing memory) {
    this.field = field;
    this.layout = layout;
    this.memory = memory;
  }

  /// Begins a column.
  ///
  /// @param rows that it will have
  /// @throws IllegalArgumentException for types that functions cannot exchange
  public static Writer writer(Field field, long rows) throws IOException {
    return new Writer(field, rows);
  }

  /// Takes the values of a column. Closing it drops what was not finished.
  public static final class Writer implements AutoCloseable {
    private final Field field;
    private final ColumnAppender appender;
    private final Segment.Draft draft;
    private long rows;

    private Writer(Field field, long rows) throws IOException {
      this.field = field;
      Reservation places = new Reservation(0, Reservation.LARGEST);
      this.appender = new ColumnAppender(field, places, Math.max(1, rows));
      this.draft = Segment.draft(places.end() + TAIL_BYTES);
    }

    /// Copies all values of a vector.
    public void append(FieldVector vector) {
      int count = vector.getValueCount();
      if (!appender.fits(vector, 0, count)) {
        throw new IllegalArgumentException(appender.inWords() + " is too large to be shared");
      }
      appender.append(vector, 0, count, draft.target());
      rows += count;
    }

    /// The caller owns the column.
    public SegmentColumn finish() throws IOException {
      List<Long> lengths = new ArrayList<>();
      List<Long> nulls = new ArrayList<>();
      List<long[]> buffers = new ArrayList<>();
      appender.finish(draft.target().memory(), lengths, nulls, buffers);
      long end = 1;
      for (long[] buffer : buffers) {
        end = Math.max(end, buffer[0] + buffer[1]);
      }
      BatchLayout layout =
          new BatchLayout(
              (int) rows,
              lengths.stream().mapToLong(Long::longValue).toArray(),
              nulls.stream().mapToLong(Long::longValue).toArray(),
              buffers.stream().mapToLong(each -> each[0]).toArray(),
              buffers.stream().mapToLong(each -> each[1]).toArray());
      long size = Reservation.roundUp(end + TAIL_BYTES);
      return new SegmentColumn(field, layout, draft.seal(size, buffers));
    }

    @Override
    public void close() {
      draft.close();
    }
  }

  public Field field() {
    return field;
  }

  public int rowCount() {
    return layout.rows();
  }

  /// What it lies in: a segment of its own, or a table's file.
  public Backing memory() {
    return memory;
  }

  /// Some of its rows under another field of the same type, where they lie. The caller owns the
  /// column.
  SegmentColumn slice(Field as, long from, long rows) throws MalformedTableException {
    BatchLayout part = ColumnLayouts.slice(field, layout, from, rows, memory.address());
    return new SegmentColumn(as, part, memory.retain());
  }

  /// Memory that it takes, in whole pages.
  public long byteSize() {
    long sum = Reservation.PAGE;
    for (long length : layout.bufferLengths()) {
      sum += Reservation.roundUp(length);
    }
    return sum;
  }

  /// Bytes that its values take.
  public long valueBytes() {
    return layout.bytes();
  }

  BatchLayout layout() {
    return layout;
  }

  /// Values and nulls of each node, in the order of Arrow's walk.
  public long[][] nodes() {
    long[][] nodes = new long[layout.nodeLengths().length][];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = new long[] {layout.nodeLengths()[i], layout.nodeNulls()[i]};
    }
    return nodes;
  }

  /// Offset in the segment and length of each buffer, in the same order.
  public long[][] buffers() {
    long[][] buffers = new long[layout.bufferOffsets().length][];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = new long[] {layout.bufferOffsets()[i], layout.bufferLengths()[i]};
    }
    return buffers;
  }

  /// A root of this one column over its memory, which it keeps. The caller owns the root.
  public VectorSchemaRoot view(BufferAllocator allocator) {
    return new LayoutView(
            new Schema(List.of(field)), layout, memory.address(), this::retain, this::close)
        .root(allocator);
  }

  public SegmentColumn retain() {
    memory.retain();
    return this;
  }

  @Override
  public void close() {
    memory.close();
  }
}
