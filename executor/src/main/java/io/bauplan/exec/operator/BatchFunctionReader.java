package io.bauplan.exec.operator;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.api.TableSemantics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// Passes a driver's rows through a function of single rows, some batches at a time: each driver
/// has a process of its own, which starts with its first rows. A scalar function is sent its
/// arguments, which are the last columns, and its values are put beside the others; so is an
/// aggregate, whose arguments are lists ([ValueCalls]).
final class BatchFunctionReader implements BatchReader {
  /// What is sent together.
  private static final int ROWS_TOGETHER = 8 * Vector.BATCH_ROWS;

  private final BatchReader input;
  private final PhysicalPlan.TableFunction node;
  private final QueryContext query;
  private final BufferAllocator allocator;
  private final NodeFigures figures;
  private final boolean aggregate;
  private final boolean scalar;
  private final RowType sent;
  private final ArrayDeque<Batch> done = new ArrayDeque<>();
  private @Nullable FunctionProcess process;
  private boolean ended;

  private BatchFunctionReader(
      BatchReader input,
      PhysicalPlan.TableFunction node,
      QueryContext query,
      BufferAllocator allocator,
      NodeFigures figures) {
    this.input = input;
    this.node = node;
    this.query = query;
    this.allocator = allocator;
    this.figures = figures;
    this.aggregate = node.function().returns() instanceof FunctionReturn.Aggregate;
    this.scalar = aggregate || node.function().returns() instanceof FunctionReturn.Scalar;
    RowType all = node.inputs().getFirst().output();
    int firstSent = scalar ? all.size() - node.function().parameters().size() : 0;
    this.sent = new RowType(all.columns().subList(firstSent, all.size()));
  }

  static Source source(
      Source input,
      PhysicalPlan.TableFunction node,
      QueryContext query,
      BufferAllocator allocator,
      NodeFigures figures) {
    return new Source() {
      @Override
      public int drivers() {
        return input.drivers();
      }

      @Override
      public BatchReader open(int driver) {
        return new BatchFunctionReader(input.open(driver), node, query, allocator, figures);
      }
    };
  }

  /// Whether a table function may be called with some rows of its one table at a time.
  static boolean takes(PhysicalPlan.TableFunction node, FunctionRuntime functions) {
    boolean plain =
        node.arguments().stream()
            .allMatch(
                argument ->
                    !(argument instanceof Argument.TableArgument table)
                        || (table.partitionBy().isEmpty() && table.orderBy().isEmpty()));
    boolean rows =
        node.function().parameters().stream()
            .allMatch(
                parameter ->
                    !(parameter instanceof FunctionParameter.Table table)
                        || table.semantics() == TableSemantics.ROW);
    return node.inputs().size() == 1 && plain && rows && functions.hasSessions(node.function());
  }

  @Override
  public @Nullable Batch next() {
    while (done.isEmpty()) {
      if (ended) {
        return null;
      }
      Batch rows = gather();
      if (rows == null) {
        ended = true;
        finish();
      } else if (rows.rowCount() == 0) {
        return rows;
      } else {
        call(rows);
      }
    }
    return done.remove();
  }

  /// The next rows, in flat vectors; null at the end.
  private @Nullable Batch gather() {
    List<Batch> batches = new ArrayList<>();
    int rows = 0;
    try {
      // Lists of groups are long enough one batch at a time.
      while (rows < (aggregate ? 1 : ROWS_TOGETHER)) {
        Batch batch = input.next();
        if (batch == null) {
          break;
        }
        if (batch.rowCount() == 0) {
          if (rows == 0) {
            return batch; // the thread is given back
          }
          batch.close();
          continue;
        }
        batches.add(batch.compact(allocator));
        rows += batches.getLast().rowCount();
      }
      if (batches.size() == 1) {
        return StreamedFunction.copy(batches.getFirst(), allocator);
      }
      RowType type = node.inputs().getFirst().output();
      return batches.isEmpty() ? null : RowCollector.concat(type, batches, allocator);
    } finally {
      batches.forEach(Batch::close);
    }
  }

  private FunctionProcess process() {
    FunctionProcess running = process;
    if (running == null) {
      query.check();
      running = FunctionProcess.open(node.function(), arguments(), false, query, figures);
      process = running;
    }
    return running;
  }

  private List<InvocationInput> arguments() {
    if (!scalar) {
      return new FunctionArguments(node, query, allocator, Map.of()).of(0, new ArrayList<>());
    }
    List<InvocationInput> arguments = new ArrayList<>();
    // The first parameter stands for the columns of all.
    for (int i = 0; i < node.function().parameters().size(); i++) {
      arguments.add(
          i == 0
              ? new InvocationInput.Stream(ArrowTypes.schema(sent))
              : new InvocationInput.Value(null));
    }
    return arguments;
  }

  private void call(Batch rows) {
    try (rows) {
      if (!scalar) {
        try (SharedTable answer = ask(rows)) {
          for (int i = 0; i < answer.batchCount(); i++) {
            try (VectorSchemaRoot root = answer.batch(i, allocator);
                Batch values = ArrowBatches.toBatch(root, allocator)) {
              put(List.of(), values.columns(), values.rowCount());
            }
          }
        }
        return;
      }
      ValueCalls calls = new ValueCalls(node, this::ask, allocator);
      for (int[] part : aggregate ? calls.parts(rows) : List.of(new int[] {0, rows.rowCount()})) {
        try (Batch some = ValueCalls.range(rows, part[0], part[1], allocator);
            Vector values = calls.values(some)) {
          put(some.columns(), List.of(values), some.rowCount());
        }
      }
    }
  }

  /// Borrows the rows.
  private SharedTable ask(Batch rows) {
    Batch given =
        new Batch(
            rows.columns().stream().map(column -> column.slice(0, rows.rowCount())).toList(),
            rows.rowCount());
    try (BatchRoots roots = new BatchRoots(StreamedFunction.one(given), sent, allocator)) {
      process().give(List.of(rows.rowCount()), roots);
    }
    return process().answer();
  }

  private void put(List<Vector> before, List<Vector> after, int rows) {
    for (int from = 0; from < rows; from += Vector.BATCH_ROWS) {
      int count = Math.min(Vector.BATCH_ROWS, rows - from);
      List<Vector> columns = new ArrayList<>();
      for (Vector column : before) {
        columns.add(column.slice(from, count));
      }
      for (Vector column : after) {
        columns.add(column.slice(from, count));
      }
      done.add(new Batch(columns, count));
    }
  }

  private void finish() {
    FunctionProcess running = process;
    if (running != null) {
      running.finish();
      running.end();
    }
  }

  @Override
  public void close() {
    try {
      done.forEach(Batch::close);
      done.clear();
      FunctionProcess running = process;
      if (running != null) {
        running.close();
      }
    } finally {
      input.close();
    }
  }
}
