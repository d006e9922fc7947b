package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Unfinished;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.expression.Nested;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// UNNEST: the elements of a row's collections side by side, shorter ones padded with NULL, after
/// the columns that are kept. An element that is a struct, and a map's entry, gives a column per
/// field.
final class UnnestReader implements BatchReader {
  /// What is kept of a row of more elements is not repeated: it may be the very list.
  private static final int MAX_REPEATED = 64;

  private final BatchReader input;
  private final PhysicalPlan.Unnest node;
  private final BufferAllocator allocator;
  private final boolean flattensStructs;

  private @Nullable Batch batch;
  private List<FlatVector> collections = List.of();

  /// The row and the number of its element that come next.
  private int row;

  private int element;

  /// The output rows under way: their input rows and which elements they take.
  private final int[] rows = new int[Vector.BATCH_ROWS];

  private final int[] elements = new int[Vector.BATCH_ROWS];

  private UnnestReader(BatchReader input, PhysicalPlan.Unnest node, BufferAllocator allocator) {
    this.input = input;
    this.node = node;
    this.allocator = allocator;
    int columns = node.kept() + (node.withOrdinality() ? 1 : 0);
    List<Column> before = node.input().output().columns();
    for (Column column : before.subList(node.kept(), before.size())) {
      columns +=
          switch (column.type()) {
            case DataType.ListType(DataType.StructType(List<Column> fields), boolean ignored) ->
                fields.size();
            case DataType.MapType ignored -> 2;
            default -> 1;
          };
    }
    this.flattensStructs = columns == node.output().size();
  }

  static Source source(Source input, PhysicalPlan.Unnest node, BufferAllocator allocator) {
    return new Source() {
      @Override
      public int drivers() {
        return input.drivers();
      }

      @Override
      public BatchReader open(int driver) {
        return new UnnestReader(input.open(driver), node, allocator);
      }
    };
  }

  @Override
  public @Nullable Batch next() {
    while (true) {
      Batch current = batch;
      if (current != null && row < current.rowCount()) {
        int count = take(current.rowCount());
        if (count > 0) {
          return made(current, count);
        }
        continue;
      }
      release();
      Batch next = input.next();
      if (next == null || next.rowCount() == 0) {
        return next;
      }
      begin(next.compact(allocator));
    }
  }

  private void begin(Batch next) {
    batch = next;
    row = 0;
    element = 0;
    collections = new ArrayList<>();
    for (Vector column : next.columns().subList(node.kept(), next.columnCount())) {
      collections.add(column.flatten(allocator));
    }
  }

  /// Notes the next output rows; those of a row of many elements come alone.
  private int take(int rowCount) {
    int count = 0;
    while (row < rowCount && count < rows.length) {
      int longest = longest(row);
      if (longest > MAX_REPEATED && count > 0 && rows[count - 1] != row) {
        return count;
      }
      int last = longest == 0 && node.outer() ? 1 : longest;
      int taken = Math.min(last - element, rows.length - count);
      Arrays.fill(rows, count, count + taken, row);
      for (int i = 0; i < taken; i++) {
        elements[count + i] = longest == 0 ? -1 : element + i;
      }
      count += taken;
      element += taken;
      if (element == last) {
        row++;
        element = 0;
        if (longest > MAX_REPEATED) {
          return count;
        }
      }
    }
    return count;
  }

  private int longest(int of) {
    int longest = 0;
    for (FlatVector collection : collections) {
      longest = Math.max(longest, size(collection, of));
    }
    return longest;
  }

  private Batch made(Batch from, int count) {
    List<Vector> columns = new ArrayList<>();
    try (Unfinished unfinished = new Unfinished()) {
      boolean alone = count > MAX_REPEATED && rows[0] == rows[count - 1];
      for (Vector column : from.columns().subList(0, node.kept())) {
        Vector kept = BatchGather.gather(column, rows, alone ? 1 : count, allocator);
        columns.add(unfinished.add(alone ? constant(kept, count) : kept));
      }
      for (FlatVector collection : collections) {
        unnest(collection, count, columns, unfinished);
      }
      if (node.withOrdinality()) {
        columns.add(unfinished.add(ordinality(count)));
      }
      return unfinished.done(new Batch(columns, count));
    }
  }

  private Vector constant(Vector one, int count) {
    try (one) {
      return new ConstantVector(one.flatten(allocator), count);
    }
  }

  private void unnest(
      FlatVector collection, int count, List<Vector> columns, Unfinished unfinished) {
    FlatVector of = collection.children().getFirst();
    int[] places = new int[count];
    for (int i = 0; i < count; i++) {
      boolean present = elements[i] >= 0 && elements[i] < size(collection, rows[i]);
      places[i] =
          present ? Memory.getInt(collection.offsetsAddress() + 4L * rows[i]) + elements[i] : -1;
    }
    if (!flattensStructs || !(of.type() instanceof DataType.StructType)) {
      columns.add(unfinished.add(Gather.gather(of, places, count, 0, allocator)));
      return;
    }
    for (int i = 0; i < count; i++) {
      boolean whole = places[i] >= 0 && !Nested.isNull(of, places[i]);
      places[i] = whole ? of.start() + places[i] : -1;
    }
    for (FlatVector field : of.children()) {
      columns.add(unfinished.add(Gather.gather(field, places, count, 0, allocator)));
    }
  }

  private Vector ordinality(int count) {
    try (VectorBuilder builder =
        new VectorBuilder(node.output().columns().getLast().type(), count, allocator)) {
      for (int i = 0; i < count; i++) {
        if (elements[i] < 0) {
          builder.appendNull();
        } else {
          builder.appendLong(elements[i] + 1);
        }
      }
      return builder.build();
    }
  }

  private static int size(FlatVector collection, int row) {
    return Nested.isNull(collection, row)
        ? 0
        : Memory.getInt(collection.offsetsAddress() + 4L * row + 4)
            - Memory.getInt(collection.offsetsAddress() + 4L * row);
  }

  private void release() {
    collections.forEach(FlatVector::close);
    collections = List.of();
    Batch done = batch;
    if (done != null) {
      batch = null;
      done.close();
    }
  }

  @Override
  public void close() {
    try {
      release();
    } finally {
      input.close();
    }
  }
}
