package io.bauplan.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WireBatchesTest {
  private static final List<DataType> TYPES =
      List.of(
          DataType.INT64,
          DataType.BOOLEAN,
          DataType.VARCHAR,
          new DataType.DecimalType(20, 2),
          new DataType.ListType(DataType.INT32, true),
          new DataType.StructType(
              List.of(
                  new Column("a", DataType.INT64, true), new Column("b", DataType.VARCHAR, true))),
          DataType.NULL);

  private static RowType rowType() {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < TYPES.size(); i++) {
      columns.add(new Column("c" + i, TYPES.get(i), true));
    }
    return new RowType(columns);
  }

  private static @Nullable Object random(DataType type, Random random) {
    if (type instanceof DataType.NullType || random.nextInt(5) == 0) {
      return null;
    }
    return switch (type) {
      case DataType.BooleanType() -> random.nextBoolean();
      case DataType.VarcharType() -> "s".repeat(random.nextInt(9)) + "é" + random.nextInt();
      case DataType.DecimalType ignored -> BigDecimal.valueOf(random.nextInt(), 2);
      case DataType.ListType list -> {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          values.add(random(list.element(), random));
        }
        yield values;
      }
      case DataType.StructType struct -> {
        List<@Nullable Object> values = new ArrayList<>();
        struct.fields().forEach(field -> values.add(random(field.type(), random)));
        yield values;
      }
      default -> (long) random.nextInt();
    };
  }

  /// What the Arrow vector must show for a value.
  private static @Nullable String shown(FieldVector vector, int row) {
    Object value = vector.getObject(row);
    return value == null ? null : value.toString();
  }

  @Test
  void keepsEveryValueOfManySmallBatches() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (BufferAllocator allocator = new RootAllocator();
        WireBatches wire = new WireBatches(rowType(), allocator);
        VectorSchemaRoot root = VectorSchemaRoot.create(ArrowTypes.schema(rowType()), allocator)) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      for (int batch = 0; batch < 20; batch++) {
        wire.add(randomBatch(random, rows, allocator));
      }
      wire.drainInto(root);
      assertThat(root.getRowCount()).as("seed %d", seed).isEqualTo(rows.size());
      for (int row = 0; row < rows.size(); row++) {
        for (int column = 0; column < TYPES.size(); column++) {
          assertThat(shown(root.getVector(column), row))
              .as("seed %d row %d column %d", seed, row, column)
              .isEqualTo(expected(TYPES.get(column), rows.get(row).get(column)));
        }
      }
      assertThat(wire.isEmpty()).isTrue();
    }
  }

  private static @Nullable String expected(DataType type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (type instanceof DataType.StructType struct) {
      StringBuilder text = new StringBuilder("{");
      List<?> values = (List<?>) value;
      for (int i = 0; i < values.size(); i++) {
        Object field = values.get(i);
        if (field != null) {
          String quoted = field instanceof String ? "\"" + field + "\"" : field.toString();
          text.append(text.length() == 1 ? "" : ",")
              .append('"')
              .append(struct.fields().get(i).name())
              .append("\":")
              .append(quoted);
        }
      }
      return text.append('}').toString();
    }
    if (value instanceof List<?> list) {
      return "[" + String.join(",", list.stream().map(String::valueOf).toList()) + "]";
    }
    return value.toString();
  }

  /// A batch of random rows, of which a random selection counts; those are added to `rows`.
  private static Batch randomBatch(
      Random random, List<List<@Nullable Object>> rows, BufferAllocator allocator) {
    int length = 1 + random.nextInt(100);
    List<VectorBuilder> builders =
        TYPES.stream().map(type -> new VectorBuilder(type, length, allocator)).toList();
    int[] selection = new int[length];
    int selected = 0;
    boolean selects = random.nextBoolean();
    for (int row = 0; row < length; row++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (int column = 0; column < TYPES.size(); column++) {
        Object value = random(TYPES.get(column), random);
        values.add(value);
        builders.get(column).appendValue(value);
      }
      if (!selects || random.nextBoolean()) {
        selection[selected++] = row;
        rows.add(values);
      }
    }
    List<FlatVector> vectors = builders.stream().map(VectorBuilder::build).toList();
    return selects ? new Batch(vectors, length, selection, selected) : new Batch(vectors, length);
  }
}
