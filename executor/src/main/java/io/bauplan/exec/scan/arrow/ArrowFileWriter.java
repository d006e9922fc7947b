package io.bauplan.exec.scan.arrow;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.TableFileWriter;
import io.bauplan.exec.scan.store.FileSink;
import io.bauplan.exec.scan.store.SinkStream;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.WrittenFile;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/// Writes an Arrow IPC file.
public final class ArrowFileWriter implements TableFileWriter {
  private final FileSink sink;
  private final RowType type;
  private final BufferAllocator allocator;
  private final VectorSchemaRoot root;
  private final org.apache.arrow.vector.ipc.ArrowFileWriter writer;
  private long rows;

  /// Takes ownership of the sink.
  public ArrowFileWriter(FileSink sink, RowType type, BufferAllocator allocator) {
    this.sink = sink;
    this.type = type;
    this.allocator = allocator;
    this.root = VectorSchemaRoot.create(ArrowTypes.schema(type), allocator);
    this.writer =
        new org.apache.arrow.vector.ipc.ArrowFileWriter(
            root, null, Channels.newChannel(new SinkStream(sink)));
    try {
      writer.start();
    } catch (IOException e) {
      throw SinkStream.failure(sink, e);
    }
  }

  @Override
  public void write(Batch batch) {
    rows += batch.rowCount();
    try (VectorSchemaRoot from = ArrowBatches.toRoot(batch, type, allocator);
        ArrowRecordBatch message = new VectorUnloader(from).getRecordBatch()) {
      new VectorLoader(root).load(message);
      writer.writeBatch();
      root.clear();
    } catch (IOException e) {
      throw SinkStream.failure(sink, e);
    }
  }

  @Override
  public List<WrittenFile> finish() {
    try {
      writer.end();
    } catch (IOException e) {
      throw SinkStream.failure(sink, e);
    }
    writer.close();
    root.close();
    sink.finish();
    return List.of(SinkStream.written(sink, rows));
  }

  @Override
  public void close() {
    root.close();
    sink.close();
  }
}
