package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.TableFileWriter;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import org.apache.arrow.memory.BufferAllocator;

/// Writes its input to files, each driver to its own; the result is one row with the number of
/// rows.
final class WriteSink implements Sink, AutoCloseable {
  private final QueryContext query;
  private final BufferAllocator allocator;
  private final IntFunction<TableFileWriter> writers;
  private final List<TableFileWriter> opened = new ArrayList<>();
  private final LongAdder rows = new LongAdder();
  private final boolean oneFile;

  /// @param writers makes the writer of a driver
  /// @param oneFile whether all drivers share one writer
  WriteSink(
      QueryContext query,
      BufferAllocator allocator,
      IntFunction<TableFileWriter> writers,
      boolean oneFile) {
    this.query = query;
    this.allocator = allocator;
    this.writers = writers;
    this.oneFile = oneFile;
  }

  @Override
  public Writer open(int driver) {
    TableFileWriter writer = writer(driver);
    return batch -> {
      rows.add(batch.rowCount());
      Batch dense = batch.compact(allocator);
      if (oneFile) {
        synchronized (writer) {
          writer.write(dense);
        }
      } else {
        writer.write(dense);
      }
    };
  }

  private synchronized TableFileWriter writer(int driver) {
    if (oneFile && !opened.isEmpty()) {
      return opened.getFirst();
    }
    TableFileWriter writer = writers.apply(driver);
    opened.add(writer);
    return writer;
  }

  @Override
  public synchronized void complete() {
    for (TableFileWriter writer : opened) {
      query.written(writer.finish());
    }
  }

  /// The one row, once everything is written.
  Source source() {
    return count(rows, allocator);
  }

  /// One row with a number that is read when it is asked for.
  static Source count(LongAdder rows, BufferAllocator allocator) {
    return Readers.single(
        () -> {
          boolean[] done = {false};
          return Readers.of(
              () -> {
                if (done[0]) {
                  return null;
                }
                done[0] = true;
                return row(rows.sum(), allocator);
              },
              () -> {});
        });
  }

  private static Batch row(long value, BufferAllocator allocator) {
    try (VectorBuilder builder = new VectorBuilder(DataType.INT64, 1, allocator)) {
      builder.appendLong(value);
      return new Batch(List.of(builder.build()), 1);
    }
  }

  @Override
  public synchronized void close() {
    opened.forEach(TableFileWriter::close);
  }
}
