package io.bauplan.exec.operator;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.worker.FunctionFailures;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.SharedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/// Calls of a function that gives one value for each row, or for each group, whose rows are then
/// the elements of lists. Rows that the function is not given have NULL: those with a NULL argument
/// where it skips them, and groups without rows, whose lists are NULL.
final class ValueCalls {
  /// Elements of lists that are sent together, unless one group has more.
  private static final int VALUES_TOGETHER = 64 * Vector.BATCH_ROWS;

  private final PhysicalPlan.TableFunction node;
  private final Function<Batch, SharedTable> process;
  private final BufferAllocator allocator;
  private final int parameters;
  private final Column result;

  /// @param process answers the arguments of some rows, which it borrows
  ValueCalls(
      PhysicalPlan.TableFunction node,
      Function<Batch, SharedTable> process,
      BufferAllocator allocator) {
    this.node = node;
    this.process = process;
    this.allocator = allocator;
    this.parameters = node.function().parameters().size();
    this.result = node.output().columns().getLast();
  }

  /// Ranges of groups with about as many elements as are sent together.
  List<int[]> parts(Batch groups) {
    List<int[]> parts = new ArrayList<>();
    try (FlatVector lists = groups.columns().getLast().flatten(allocator)) {
      long offsets = lists.offsetsAddress();
      int from = 0;
      for (int i = 1; i <= groups.rowCount(); i++) {
        if (i == groups.rowCount() || elements(offsets, from, i + 1) > VALUES_TOGETHER) {
          parts.add(new int[] {from, i});
          from = i;
        }
      }
    }
    return parts;
  }

  private static int elements(long offsets, int from, int to) {
    return Memory.getInt(offsets + 4L * to) - Memory.getInt(offsets + 4L * from);
  }

  /// Borrows the batch; the caller owns the rows.
  static Batch range(Batch rows, int from, int to, BufferAllocator allocator) {
    if (from == 0 && to == rows.rowCount()) {
      return new Batch(rows.columns().stream().map(Vector::retain).toList(), to);
    }
    int[] picked = IntStream.range(from, to).toArray();
    return new Batch(BatchGather.gather(rows, picked, picked.length, allocator), picked.length);
  }

  /// The value of each row. Borrows the rows; the caller owns the values.
  Vector values(Batch rows) {
    int width = rows.columnCount();
    Batch arguments = // a view, which is not closed
        new Batch(rows.columns().subList(width - parameters, width), rows.rowCount());
    int[] given = given(arguments);
    if (given.length == rows.rowCount()) {
      return ask(arguments);
    }
    if (given.length == 0) {
      return nulls(rows.rowCount());
    }
    int[] places = new int[rows.rowCount()];
    Arrays.fill(places, -1);
    for (int i = 0; i < given.length; i++) {
      places[given[i]] = i;
    }
    try (Batch some =
            new Batch(BatchGather.gather(arguments, given, given.length, allocator), given.length);
        Vector values = ask(some)) {
      return BatchGather.gather(values, places, places.length, allocator);
    }
  }

  private Vector nulls(int count) {
    try (VectorBuilder builder = new VectorBuilder(result.type(), count, allocator)) {
      for (int i = 0; i < count; i++) {
        builder.appendNull();
      }
      return builder.build();
    }
  }

  /// Rows that the function is given.
  private int[] given(Batch arguments) {
    int[] all = IntStream.range(0, arguments.rowCount()).toArray();
    if (!node.function().skipsNulls()
        && !(node.function().returns() instanceof FunctionReturn.Aggregate)) {
      return all;
    }
    int[] given = all;
    for (Vector column : arguments.columns()) {
      if (column.mayHaveNulls()) {
        try (FlatVector flat = column.flatten(allocator)) {
          long validity = flat.validityAddress();
          given =
              Arrays.stream(given)
                  .filter(row -> validity != 0 && Memory.bit(validity, row))
                  .toArray();
        }
      }
    }
    return given;
  }

  private Vector ask(Batch arguments) {
    List<Batch> batches = new ArrayList<>();
    try (SharedTable answer = process.apply(arguments)) {
      if (answer.rowCount() != arguments.rowCount()) {
        // The harness sends as many; whoever answers in its place may not.
        throw FunctionFailures.toException(
            node.function(),
            new InvocationOutcome.SandboxViolation(
                "'%s' answered %d rows with %d values"
                    .formatted(node.function().name(), arguments.rowCount(), answer.rowCount())));
      }
      for (int i = 0; i < answer.batchCount(); i++) {
        try (VectorSchemaRoot root = answer.batch(i, allocator)) {
          batches.add(ArrowBatches.toBatch(root, allocator));
        }
      }
      if (batches.size() == 1) {
        return batches.getFirst().column(0).retain();
      }
      Batch whole = RowCollector.concat(new RowType(List.of(result)), batches, allocator);
      return whole.column(0);
    } finally {
      batches.forEach(Batch::close);
    }
  }
}
