package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Decimals;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Constants as vectors.
public final class Literals {
  private Literals() {}

  /// The value of a row as [Expression.Literal] holds it.
  public static @Nullable Object value(FlatVector vector, int row) {
    if (Nested.isNull(vector, row)) {
      return null;
    }
    return switch (vector.type()) {
      case DataType.NullType() -> null;
      case DataType.BooleanType() -> Nested.integer(vector, row) != 0;
      case DataType.FloatType(int bits) -> Nested.float64(vector, row, bits);
      case DataType.DecimalType ignored -> Decimals.value(vector, row);
      case DataType.VarcharType() ->
          Bytes.string(Nested.begin(vector, row), Nested.length(vector, row));
      case DataType.BinaryType() ->
          Bytes.array(Nested.begin(vector, row), Nested.length(vector, row));
      case DataType.UuidType() -> Bytes.array(vector.dataAddress() + 16L * row, 16);
      case DataType.ListType ignored -> {
        List<@Nullable Object> elements = new ArrayList<>();
        int end = Memory.getInt(vector.offsetsAddress() + 4L * row + 4);
        for (int i = Memory.getInt(vector.offsetsAddress() + 4L * row); i < end; i++) {
          elements.add(value(vector.children().getFirst(), i));
        }
        yield elements;
      }
      case DataType.MapType ignored -> {
        Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
        FlatVector entry = vector.children().getFirst();
        int end = Memory.getInt(vector.offsetsAddress() + 4L * row + 4);
        for (int i = Memory.getInt(vector.offsetsAddress() + 4L * row); i < end; i++) {
          entries.put(
              value(entry.children().get(0), entry.start() + i),
              value(entry.children().get(1), entry.start() + i));
        }
        yield entries;
      }
      case DataType.StructType ignored -> {
        List<@Nullable Object> fields = new ArrayList<>();
        for (FlatVector child : vector.children()) {
          fields.add(value(child, vector.start() + row));
        }
        yield fields;
      }
      default -> Nested.integer(vector, row);
    };
  }

  /// A vector of one row; the caller owns it.
  public static FlatVector vector(Expression.Literal literal, BufferAllocator allocator) {
    try (VectorBuilder builder = new VectorBuilder(literal.type(), 1, allocator)) {
      builder.appendValue(literal.value());
      return builder.build();
    }
  }
}
