package io.bauplan.tests.bench;

import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.SharedTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// A table of 600 bytes a row: 25 whole numbers, 25 floating ones, 10 texts of 16 bytes.
final class BenchTable {
  private static final int NUMBERS = 25;
  private static final int TEXTS = 10;
  private static final int BATCH = 50_000;

  private BenchTable() {}

  /// The caller owns the table.
  static SharedTable share(FunctionRuntime runtime, long rows) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < NUMBERS; i++) {
      fields.add(Field.nullable("i" + i, new ArrowType.Int(64, true)));
      fields.add(
          Field.nullable("x" + i, new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)));
    }
    for (int i = 0; i < TEXTS; i++) {
      fields.add(Field.nullable("s" + i, ArrowType.Utf8.INSTANCE));
    }
    Schema schema = new Schema(fields);
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      fill(root, (int) Math.min(BATCH, rows));
      return runtime.share(schema, repeated(root, rows));
    }
  }

  private static void fill(VectorSchemaRoot root, int rows) {
    for (int row = 0; row < rows; row++) {
      byte[] text = "%016d".formatted(row * 7919L).getBytes(StandardCharsets.US_ASCII);
      for (int column = 0; column < root.getFieldVectors().size(); column++) {
        switch (root.getVector(column)) {
          case BigIntVector v -> v.setSafe(row, row * 31L + column);
          case Float8Vector v -> v.setSafe(row, row / 3.0 + column);
          case VarCharVector v -> v.setSafe(row, text);
          default -> throw new IllegalStateException("no such column");
        }
      }
    }
    root.setRowCount(rows);
  }

  private static Iterator<VectorSchemaRoot> repeated(VectorSchemaRoot root, long rows) {
    return new Iterator<>() {
      private long left = rows;

      @Override
      public boolean hasNext() {
        return left > 0;
      }

      @Override
      public VectorSchemaRoot next() {
        if (left < root.getRowCount()) {
          root.setRowCount((int) left);
        }
        left -= root.getRowCount();
        return root;
      }
    };
  }
}
