package io.bauplan.exec.operator;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.sort.RowOrder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.worker.FunctionFailures;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationFigures;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.shm.SegmentTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// Calls a user's table function once per partition of its partitioned argument, once where there
/// is none. Runs on a thread of its own, since it waits for the function's process.
final class TableFunctionCall {
  private final PhysicalPlan.TableFunction node;
  private final QueryContext query;
  private final BufferAllocator allocator;
  private final List<Input> inputs;
  private final NodeFigures figures;
  private final List<SharedTable> results = new ArrayList<>();
  private final AtomicInteger calls = new AtomicInteger();

  /// A table that is given to the function.
  sealed interface Input {
    /// Rows that are copied into shared memory for each call; complete when the first one begins.
    record Rows(RowCollector collector) implements Input {
      Batch rows() {
        return collector.rows();
      }
    }

    /// Columns that the function maps.
    record Columns(SharedScan scan) implements Input {}
  }

  TableFunctionCall(
      PhysicalPlan.TableFunction node,
      QueryContext query,
      BufferAllocator allocator,
      List<Input> inputs,
      NodeFigures figures) {
    this.node = node;
    this.figures = figures;
    this.query = query;
    this.allocator = allocator;
    this.inputs = List.copyOf(inputs);
    // Its process can get ready while its inputs are read.
    query.functions().prepare(node.function());
  }

  /// Whether an input may be given as whole columns: in any order, to one call.
  static boolean takesColumns(
      PhysicalPlan.TableFunction node, int input, FunctionRuntime functions) {
    return functions.mapsColumns(node.function())
        && node.arguments().stream()
            .allMatch(
                argument ->
                    !(argument instanceof Argument.TableArgument table)
                        || table.input() != input
                        || (table.partitionBy().isEmpty() && table.orderBy().isEmpty()));
  }

  private Batch rows(int input) {
    if (inputs.get(input) instanceof Input.Rows given) {
      return given.rows();
    }
    throw new IllegalStateException("columns have no order");
  }

  /// Calls the function for every partition. The results are owned by the query.
  List<SharedTable> run() {
    int partitioned = partitionedArgument();
    if (partitioned < 0) {
      invoke(-1, new int[0]);
    } else {
      Argument.TableArgument argument = (Argument.TableArgument) node.arguments().get(partitioned);
      partitions(argument).forEach(rows -> invoke(partitioned, rows));
    }
    return results;
  }

  private int partitionedArgument() {
    for (int i = 0; i < node.arguments().size(); i++) {
      if (node.arguments().get(i) instanceof Argument.TableArgument table
          && !table.partitionBy().isEmpty()) {
        return i;
      }
    }
    return -1;
  }

  private List<int[]> partitions(Argument.TableArgument argument) {
    Batch rows = rows(argument.input());
    List<SortKey> keys = new ArrayList<>();
    argument.partitionBy().forEach(column -> keys.add(new SortKey(column, true, false)));
    RowOrder partitioning = new RowOrder(rows, List.copyOf(keys));
    keys.addAll(argument.orderBy());
    int[] order = new RowOrder(rows, keys).sorted();
    List<int[]> partitions = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= order.length; i++) {
      if (i == order.length || partitioning.compare(order[i - 1], order[i]) != 0) {
        partitions.add(Arrays.copyOfRange(order, start, i));
        start = i;
      }
    }
    return partitions;
  }

  private void invoke(int partitioned, int[] rows) {
    query.check();
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      List<InvocationInput> arguments = new ArrayList<>();
      for (int i = 0; i < node.arguments().size(); i++) {
        switch (node.arguments().get(i)) {
          case Argument.ScalarArgument(var literal) ->
              arguments.add(new InvocationInput.Value(ScalarArguments.value(literal)));
          case Argument.TableArgument table
              when inputs.get(table.input()) instanceof Input.Columns columns -> {
            SegmentTable given = columns.scan().table();
            opened.add(given);
            arguments.add(new InvocationInput.Columns(given));
          }
          case Argument.TableArgument table -> {
            Roots roots = roots(table, i == partitioned ? rows : null);
            opened.add(roots);
            arguments.add(
                new InvocationInput.Table(
                    ArrowTypes.schema(node.inputs().get(table.input()).output()), roots));
          }
        }
      }
      String id = query.options().id() + "-f" + calls.incrementAndGet();
      RunningInvocation running =
          query
              .functions()
              .start(
                  new Invocation(
                      id,
                      query.options().limited(node.function()),
                      arguments,
                      query.options().functionOutput(),
                      query.options().secrets()));
      query.onCancel(running::cancel);
      finish(running.await());
    } finally {
      opened.forEach(TableFunctionCall::close);
    }
  }

  private void finish(InvocationOutcome outcome) {
    if (outcome instanceof InvocationOutcome.Completed completed) {
      count(completed.figures());
      results.add(query.own(completed.result()));
      return;
    }
    query.check();
    throw FunctionFailures.toException(node.function(), outcome);
  }

  private void count(InvocationFigures told) {
    figures.detail("bytesCopied").add(told.copiedBytes());
    figures.detail("bytesMapped").add(told.inputBytes() - told.copiedBytes());
    figures.detail("bytesPassed").add(told.passedBytes());
    figures.detail("functionCalls").increment();
    figures.detail("zygoteCalls").add(told.path().equals("zygote") ? 1 : 0);
    figures.detail("environmentNanos").add(told.environment().toNanos());
    figures.detail("transferNanos").add(told.transfer().toNanos());
    figures.detail("startNanos").add(told.start().toNanos());
    figures.detail("importNanos").add(told.imports().toNanos());
    figures.detail("userNanos").add(told.user().toNanos());
    figures.detail("outputNanos").add(told.output().toNanos());
  }

  private static void close(AutoCloseable opened) {
    try {
      opened.close();
    } catch (Exception e) {
      throw e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
  }

  private Roots roots(Argument.TableArgument argument, int @Nullable [] rows) {
    Batch input = rows(argument.input());
    RowType type = node.inputs().get(argument.input()).output();
    int[] order = rows;
    if (order == null && !argument.orderBy().isEmpty()) {
      order = new RowOrder(input, argument.orderBy()).sorted();
    }
    BatchReader reader =
        order == null ? new SliceReader(input) : new PickReader(input, order, allocator);
    return new Roots(reader, type, allocator);
  }

  /// Batches as Arrow roots, each valid until the next.
  private static final class Roots implements Iterator<VectorSchemaRoot>, AutoCloseable {
    private final BatchReader reader;
    private final RowType type;
    private final BufferAllocator allocator;
    private @Nullable Batch next;
    private @Nullable VectorSchemaRoot current;
    private boolean ended;

    Roots(BatchReader reader, RowType type, BufferAllocator allocator) {
      this.reader = reader;
      this.type = type;
      this.allocator = allocator;
    }

    @Override
    public boolean hasNext() {
      if (next == null && !ended) {
        next = reader.next();
        ended = next == null;
      }
      return next != null;
    }

    @Override
    public VectorSchemaRoot next() {
      Batch batch = hasNext() ? next : null;
      if (batch == null) {
        throw new NoSuchElementException();
      }
      releaseCurrent();
      next = null;
      VectorSchemaRoot root = ArrowBatches.toRoot(batch, type, allocator);
      current = root;
      return root;
    }

    private void releaseCurrent() {
      if (current != null) {
        current.close();
        current = null;
      }
    }

    @Override
    public void close() {
      releaseCurrent();
      if (next != null) {
        next.close();
        next = null;
      }
      reader.close();
    }
  }
}
