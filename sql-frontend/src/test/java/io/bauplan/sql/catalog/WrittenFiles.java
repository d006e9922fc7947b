package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reports of files that a worker might have written. The catalog never opens data files, so there
/// are none.
final class WrittenFiles {
  private WrittenFiles() {}

  /// A file whose first column is a BIGINT between `low` and `high`.
  static WrittenFile of(
      WriteTarget target, long rows, long low, long high, @Nullable Object... partition) {
    int field = target.columns().getFirst().fieldId();
    return new WrittenFile(
        target.dataLocation() + "/" + UUID.randomUUID() + ".parquet",
        1000 + rows,
        rows,
        partition.length == 0 ? List.of() : java.util.Arrays.asList(partition),
        Map.of(field, rows * 8),
        Map.of(field, rows),
        Map.of(field, 0L),
        Map.of(),
        Map.of(field, bytes(low)),
        Map.of(field, bytes(high)),
        List.of(4L));
  }

  private static byte[] bytes(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }
}
