package io.bauplan.exec.scan;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Decimals;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/// Reads scan tasks into plain Java values, and fails where memory leaks.
public final class ScanRows {
  private ScanRows() {}

  public static List<List<@Nullable Object>> read(List<ScanTask> tasks) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (BufferAllocator allocator = new RootAllocator()) {
      ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
      for (ScanTask task : tasks) {
        try (BatchReader reader = task.open(context)) {
          for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
            try (Batch dense = batch.compact(allocator)) {
              rows.addAll(rows(dense, allocator));
            }
          }
        }
      }
    }
    return rows;
  }

  public static List<List<@Nullable Object>> rows(Batch batch, BufferAllocator allocator) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int row = 0; row < batch.rowCount(); row++) {
      rows.add(new ArrayList<>());
    }
    for (Vector column : batch.columns()) {
      try (FlatVector flat = column.flatten(allocator)) {
        for (int row = 0; row < batch.rowCount(); row++) {
          rows.get(row).add(value(flat, row));
        }
      }
    }
    return rows;
  }

  public static @Nullable Object value(FlatVector vector, int row) {
    DataType type = vector.type();
    long validity = vector.validityAddress();
    if (type instanceof DataType.NullType || (validity != 0 && !Memory.bit(validity, row))) {
      return null;
    }
    long data = vector.dataAddress();
    return switch (type) {
      case DataType.BooleanType() -> Memory.bit(data, row);
      case DataType.FloatType(int bits) ->
          bits == 32
              ? (Object) Memory.getFloat(data + 4L * row)
              : Memory.getDouble(data + 8L * row);
      case DataType.DecimalType ignored -> Decimals.value(vector, row);
      case DataType.VarcharType() -> new String(bytes(vector, row), StandardCharsets.UTF_8);
      case DataType.BinaryType() -> java.util.HexFormat.of().formatHex(bytes(vector, row));
      case DataType.UuidType() -> {
        byte[] bytes = new byte[16];
        Memory.copy(data + 16L * row, bytes, 0, 16);
        yield java.util.HexFormat.of().formatHex(bytes);
      }
      case DataType.ListType ignored -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = offset(vector, row); i < offset(vector, row + 1); i++) {
          list.add(value(vector.children().getFirst(), i));
        }
        yield list;
      }
      case DataType.MapType ignored -> {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        FlatVector entries = vector.children().getFirst();
        for (int i = offset(vector, row); i < offset(vector, row + 1); i++) {
          map.put(value(entries.children().get(0), i), value(entries.children().get(1), i));
        }
        yield map;
      }
      case DataType.StructType ignored -> {
        List<@Nullable Object> fields = new ArrayList<>();
        for (FlatVector field : vector.children()) {
          fields.add(value(field, vector.start() + row));
        }
        yield fields;
      }
      default ->
          switch ((int) FlatVector.bitsPerValue(type)) {
            case 8 -> (long) Memory.getByte(data + row);
            case 16 -> (long) Memory.getShort(data + 2L * row);
            case 32 -> (long) Memory.getInt(data + 4L * row);
            default -> Memory.getLong(data + 8L * row);
          };
    };
  }

  private static int offset(FlatVector vector, int row) {
    return Memory.getInt(vector.offsetsAddress() + 4L * row);
  }

  private static byte[] bytes(FlatVector vector, int row) {
    byte[] bytes = new byte[offset(vector, row + 1) - offset(vector, row)];
    Memory.copy(vector.dataAddress() + offset(vector, row), bytes, 0, bytes.length);
    return bytes;
  }
}
