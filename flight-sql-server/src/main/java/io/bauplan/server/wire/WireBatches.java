package io.bauplan.server.wire;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/// Coalesces the engine's small batches into record batches of a size that is good for a network:
/// about 32k rows, at most a few MB. Used by one thread.
public final class WireBatches implements AutoCloseable {
  /// Rows after which a record batch is full.
  public static final int TARGET_ROWS = 32 * 1024;

  /// Bytes after which a record batch is full.
  public static final long TARGET_BYTES = 4L << 20;

  private final List<ColumnAppender> columns;
  private final BufferAllocator allocator;
  private int rows;

  public WireBatches(RowType type, BufferAllocator allocator) {
    this.allocator = allocator;
    this.columns =
        type.columns().stream()
            .map(column -> new ColumnAppender(column.type(), allocator))
            .toList();
  }

  /// Adds a batch's rows. Takes ownership of the batch.
  public void add(Batch batch) {
    try (Batch dense = batch.compact(allocator)) {
      for (int i = 0; i < columns.size(); i++) {
        try (FlatVector flat = dense.column(i).flatten(allocator)) {
          columns.get(i).append(flat, 0, dense.rowCount());
        }
      }
      rows += dense.rowCount();
    }
  }

  public boolean isEmpty() {
    return rows == 0;
  }

  /// Enough has been gathered for one record batch.
  public boolean isFull() {
    return rows >= TARGET_ROWS || bytes() >= TARGET_BYTES;
  }

  private long bytes() {
    long sum = 0;
    for (ColumnAppender column : columns) {
      sum += column.bytes();
    }
    return sum;
  }

  /// Moves what was gathered into `root`, replacing its contents. The buffers are the root's alone.
  public void drainInto(VectorSchemaRoot root) {
    List<ArrowFieldNode> nodes = new ArrayList<>();
    List<ArrowBuf> buffers = new ArrayList<>();
    columns.forEach(column -> column.finish(nodes, buffers));
    try (ArrowRecordBatch message =
        new ArrowRecordBatch(
            rows, nodes, buffers, NoCompressionCodec.DEFAULT_BODY_COMPRESSION, false, false)) {
      new VectorLoader(root).load(message);
    }
    rows = 0;
  }

  @Override
  public void close() {
    columns.forEach(ColumnAppender::close);
  }
}
