package io.bauplan.udf.shm;

import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;

/// A table whose columns lie in segments: some that many functions read, some made for this one.
///
/// @param batches of the schema's columns, in their order
/// @param copiedBytes of values that were copied to make it; the others were there
public record SegmentTable(Schema schema, List<Batch> batches, long copiedBytes)
    implements AutoCloseable {
  public SegmentTable {
    batches = List.copyOf(batches);
  }

  /// Some rows of all columns. Closing it lets the columns go.
  public record Batch(long rows, List<SegmentColumn> columns) implements AutoCloseable {
    public Batch {
      columns = List.copyOf(columns);
    }

    @Override
    public void close() {
      columns.forEach(SegmentColumn::close);
    }
  }

  public long rowCount() {
    return batches.stream().mapToLong(Batch::rows).sum();
  }

  /// Bytes of all values.
  public long byteSize() {
    return batches.stream()
        .flatMap(batch -> batch.columns().stream())
        .mapToLong(SegmentColumn::valueBytes)
        .sum();
  }

  /// Another hold on the same columns.
  public SegmentTable retain() {
    batches.forEach(batch -> batch.columns().forEach(SegmentColumn::retain));
    return this;
  }

  @Override
  public void close() {
    batches.forEach(Batch::close);
  }
}
