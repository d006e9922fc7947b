package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.WrittenFile;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/// What a worker wrote, as entries of an Iceberg manifest.
final class DataFileRecords {
  private DataFileRecords() {}

  static DataFile of(WrittenFile file, PartitionSpec spec) {
    return of(file, spec, SortOrder.unsorted());
  }

  /// @param order in which its rows are
  static DataFile of(WrittenFile file, PartitionSpec spec, SortOrder order) {
    DataFiles.Builder builder =
        DataFiles.builder(spec)
            .withPath(file.location())
            .withFormat(FileFormat.PARQUET)
            .withSortOrder(order)
            .withFileSizeInBytes(file.sizeBytes())
            .withMetrics(
                new Metrics(
                    file.recordCount(),
                    file.columnSizes(),
                    file.valueCounts(),
                    file.nullCounts(),
                    file.nanCounts(),
                    bounds(file.lowerBounds()),
                    bounds(file.upperBounds())));
    if (!file.splitOffsets().isEmpty()) {
      builder.withSplitOffsets(file.splitOffsets());
    }
    if (spec.isPartitioned()) {
      builder.withPartition(partition(file, spec));
    }
    return builder.build();
  }

  private static PartitionData partition(WrittenFile file, PartitionSpec spec) {
    List<NestedField> fields = spec.partitionType().fields();
    PartitionData data = new PartitionData(spec.partitionType());
    int next = 0;
    for (int i = 0; i < fields.size(); i++) {
      // Fields dropped from a version 1 spec stay as void transforms, which writers do not see.
      if (spec.fields().get(i).transform().isVoid()) {
        continue;
      }
      if (next >= file.partition().size()) {
        throw mismatch(file, spec, null);
      }
      @Nullable Object value = file.partition().get(next++);
      try {
        data.set(i, IcebergValues.toIceberg(fields.get(i).type(), value));
      } catch (IllegalArgumentException | ArithmeticException | ClassCastException e) {
        throw mismatch(file, spec, e);
      }
    }
    if (next != file.partition().size()) {
      throw mismatch(file, spec, null);
    }
    return data;
  }

  private static EngineException mismatch(
      WrittenFile file, PartitionSpec spec, @Nullable Throwable cause) {
    return new EngineException(
        ErrorCode.INTERNAL_ERROR,
        "the partition values of "
            + file.location()
            + " do not fit the table's partitioning "
            + spec.partitionType(),
        cause);
  }

  private static Map<Integer, ByteBuffer> bounds(Map<Integer, byte[]> bounds) {
    Map<Integer, ByteBuffer> buffers = new HashMap<>();
    bounds.forEach((id, bytes) -> buffers.put(id, ByteBuffer.wrap(bytes)));
    return buffers;
  }
}
