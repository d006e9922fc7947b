package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.expression.Nested;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/// UNNEST: the elements of a row's collections side by side, shorter ones padded with NULL. An
/// element that is a struct, and a map's entry, gives a column per field.
final class UnnestStage implements Readers.Stage {
  private final PhysicalPlan.Unnest node;
  private final BufferAllocator allocator;
  private final boolean flattensStructs;

  UnnestStage(PhysicalPlan.Unnest node, BufferAllocator allocator) {
    this.node = node;
    this.allocator = allocator;
    int flattened = 0;
    for (Column column : node.input().output().columns()) {
      flattened +=
          switch (column.type()) {
            case DataType.ListType(DataType.StructType(List<Column> fields), boolean ignored) ->
                fields.size();
            case DataType.MapType ignored -> 2;
            default -> 1;
          };
    }
    this.flattensStructs = flattened + (node.withOrdinality() ? 1 : 0) == node.output().size();
  }

  @Override
  public Batch apply(Batch batch) {
    try (Batch dense = batch.compact(allocator)) {
      List<FlatVector> collections = new ArrayList<>();
      List<VectorBuilder> builders = new ArrayList<>();
      List<Vector> columns = new ArrayList<>();
      try {
        for (Vector column : dense.columns()) {
          collections.add(column.flatten(allocator));
        }
        for (Column column : node.output().columns()) {
          builders.add(new VectorBuilder(column.type(), dense.rowCount(), allocator));
        }
        int rows = 0;
        for (int row = 0; row < dense.rowCount(); row++) {
          rows += append(collections, row, builders);
        }
        for (VectorBuilder builder : builders) {
          columns.add(builder.build());
        }
        return new Batch(columns, rows);
      } catch (RuntimeException | Error e) {
        columns.forEach(Vector::close);
        throw e;
      } finally {
        builders.forEach(VectorBuilder::close);
        collections.forEach(FlatVector::close);
      }
    }
  }

  private int append(List<FlatVector> collections, int row, List<VectorBuilder> builders) {
    int longest = 0;
    for (FlatVector collection : collections) {
      longest = Math.max(longest, size(collection, row));
    }
    for (int i = 0; i < longest; i++) {
      int output = 0;
      for (FlatVector collection : collections) {
        FlatVector elements = collection.children().getFirst();
        boolean present = i < size(collection, row);
        int element = present ? Memory.getInt(collection.offsetsAddress() + 4L * row) + i : -1;
        if (flattensStructs && elements.type() instanceof DataType.StructType) {
          boolean whole = present && !Nested.isNull(elements, element);
          for (FlatVector field : elements.children()) {
            append(field, whole ? elements.start() + element : -1, builders.get(output++));
          }
        } else {
          append(elements, element, builders.get(output++));
        }
      }
      if (node.withOrdinality()) {
        builders.get(output).appendLong(i + 1);
      }
    }
    return longest;
  }

  private static void append(FlatVector from, int row, VectorBuilder to) {
    if (row < 0) {
      to.appendNull();
    } else {
      to.appendFrom(from, row);
    }
  }

  private static int size(FlatVector collection, int row) {
    return Nested.isNull(collection, row)
        ? 0
        : Memory.getInt(collection.offsetsAddress() + 4L * row + 4)
            - Memory.getInt(collection.offsetsAddress() + 4L * row);
  }

  @Override
  public void close() {}
}
