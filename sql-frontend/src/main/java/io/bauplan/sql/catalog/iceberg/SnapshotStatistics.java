package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.ColumnStatistics;
import io.bauplan.sql.catalog.ExactFigures;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/// Column statistics of a snapshot from its files' bounds and counts, gathered when first asked
/// for.
final class SnapshotStatistics {
  private final Schema schema;
  private final List<FileScanTask> tasks;
  private final Map<Integer, Optional<ColumnStatistics>> columns = new ConcurrentHashMap<>();

  SnapshotStatistics(Schema schema, List<FileScanTask> tasks) {
    this.schema = schema;
    this.tasks = tasks;
  }

  Optional<ColumnStatistics> column(int fieldId) {
    return columns.computeIfAbsent(fieldId, this::gather);
  }

  Optional<ExactFigures> exact() {
    long rows = 0;
    for (FileScanTask task : tasks) {
      if (!task.deletes().isEmpty()) {
        return Optional.empty();
      }
      rows += task.file().recordCount();
    }
    return Optional.of(new Exact(rows));
  }

  private final class Exact implements ExactFigures {
    private final long rows;

    Exact(long rows) {
      this.rows = rows;
    }

    @Override
    public long rows() {
      return rows;
    }

    @Override
    public Optional<ColumnStatistics> column(int fieldId) {
      Type type = schema.findType(fieldId);
      return SnapshotStatistics.this
          .column(fieldId)
          .filter(known -> known.nullCount().isPresent())
          .map(known -> type != null && hasExactBounds(type) ? known : known.withoutBounds());
    }
  }

  private static boolean hasExactBounds(Type type) {
    return switch (type.typeId()) {
      case INTEGER, LONG, DATE, TIME, TIMESTAMP, DECIMAL -> true;
      default -> false;
    };
  }

  private Optional<ColumnStatistics> gather(int fieldId) {
    Type type = schema.findType(fieldId);
    if (type == null || !type.isPrimitiveType()) {
      return Optional.empty();
    }
    Comparator<Object> order = Comparators.forType(type.asPrimitiveType());
    Bound lower = new Bound(type, order);
    Bound upper = new Bound(type, order.reversed());
    long nulls = 0;
    boolean nullsKnown = true;
    long bytes = 0;
    boolean bytesKnown = true;
    for (FileScanTask task : tasks) {
      DataFile file = task.file();
      if (file.recordCount() == 0) {
        continue;
      }
      Long fileNulls = value(file.nullValueCounts(), fieldId);
      // Rows that a delete file removes may be among the NULLs counted.
      nullsKnown &= fileNulls != null && task.deletes().isEmpty();
      nulls += fileNulls == null ? 0 : fileNulls;
      Long fileBytes = value(file.columnSizes(), fieldId);
      bytesKnown &= fileBytes != null;
      bytes += fileBytes == null ? 0 : fileBytes;
      if (fileNulls != null && fileNulls == file.recordCount()) {
        continue;
      }
      lower.add(value(file.lowerBounds(), fieldId));
      upper.add(mayHoldNaN(type, file, fieldId) ? null : value(file.upperBounds(), fieldId));
    }
    if (!nullsKnown && !bytesKnown && lower.value() == null && upper.value() == null) {
      return Optional.empty();
    }
    return Optional.of(
        new ColumnStatistics(
            lower.value(),
            upper.value(),
            nullsKnown ? OptionalLong.of(nulls) : OptionalLong.empty(),
            OptionalLong.empty(),
            bytesKnown ? OptionalLong.of(bytes) : OptionalLong.empty()));
  }

  /// NaN sorts above every number, but bounds leave it out.
  private static boolean mayHoldNaN(Type type, DataFile file, int fieldId) {
    boolean isFloat = type.typeId() == Type.TypeID.FLOAT || type.typeId() == Type.TypeID.DOUBLE;
    if (!isFloat) {
      return false;
    }
    Long nans = value(file.nanValueCounts(), fieldId);
    return nans == null || nans > 0;
  }

  private static <T> @Nullable T value(@Nullable Map<Integer, T> values, int fieldId) {
    return values == null ? null : values.get(fieldId);
  }

  private static final class Bound {
    private final Type type;
    private final Comparator<Object> order;
    private @Nullable Object best;
    private boolean unknown;

    Bound(Type type, Comparator<Object> order) {
      this.type = type;
      this.order = order;
    }

    void add(@Nullable ByteBuffer bytes) {
      if (bytes == null) {
        unknown = true;
      } else if (!unknown) {
        Object value = Conversions.fromByteBuffer(type, bytes);
        if (best == null || order.compare(value, best) < 0) {
          best = value;
        }
      }
    }

    @Nullable Object value() {
      return unknown ? null : IcebergValues.toLiteral(type, best);
    }
  }
}
