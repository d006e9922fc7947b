package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.WriteTarget;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Sorts a batch's rows into partitions.
final class Partitioner {
  private record Field(String name, int column, PartitionTransform transform) {}

  private final List<Field> fields = new ArrayList<>();

  Partitioner(List<ScanColumn> columns, List<WriteTarget.PartitionField> partitioning) {
    for (WriteTarget.PartitionField field : partitioning) {
      int found = -1;
      for (int i = 0; i < columns.size(); i++) {
        if (columns.get(i).fieldId() == field.sourceFieldId()) {
          found = i;
        }
      }
      if (found < 0) {
        throw new EngineException(
            ErrorCode.NOT_SUPPORTED,
            "partition field \"" + field.name() + "\" is of no top-level column");
      }
      fields.add(
          new Field(
              field.name(),
              found,
              PartitionTransform.of(field.transform(), columns.get(found).column().type())));
    }
  }

  boolean isEmpty() {
    return fields.isEmpty();
  }

  /// Rows by partition, in order of appearance. Borrows the batch until return.
  Map<List<@Nullable Object>, int[]> group(Batch batch, BufferAllocator allocator) {
    int rows = batch.rowCount();
    Object[][] values = new Object[fields.size()][];
    for (int i = 0; i < values.length; i++) {
      try (FlatVector flat = batch.column(fields.get(i).column).flatten(allocator)) {
        values[i] = fields.get(i).transform.apply(flat);
      }
    }
    Map<List<@Nullable Object>, Rows> groups = new LinkedHashMap<>();
    for (int row = 0; row < rows; row++) {
      @Nullable Object[] key = new @Nullable Object[values.length];
      for (int i = 0; i < key.length; i++) {
        key[i] = values[i][row];
      }
      groups.computeIfAbsent(Arrays.asList(key), k -> new Rows()).add(row);
    }
    Map<List<@Nullable Object>, int[]> result = new LinkedHashMap<>();
    groups.forEach((key, list) -> result.put(key, list.toArray()));
    return result;
  }

  private static final class Rows {
    private int[] rows = new int[16];
    private int size;

    void add(int row) {
      if (size == rows.length) {
        rows = Arrays.copyOf(rows, size * 2);
      }
      rows[size++] = row;
    }

    int[] toArray() {
      return Arrays.copyOf(rows, size);
    }
  }

  /// `field=value/` for each field, as Hive writes it; for people who look into the folder only.
  String path(List<@Nullable Object> partition) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      Object value = partition.get(i);
      String text = value == null ? "null" : fields.get(i).transform.text(value);
      path.append(encode(fields.get(i).name)).append('=').append(encode(text)).append('/');
    }
    return path.toString();
  }

  private static String encode(String text) {
    String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8);
    return encoded.length() > 100 ? encoded.substring(0, 100) : encoded;
  }
}
