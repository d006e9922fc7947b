package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.sort.RowOrder;
import io.bauplan.exec.worker.FunctionFailures;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.sql.plan.SortKey;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.NoRoomException;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.api.SharedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Calls a user's table function once per partition of its partitioned argument, once where there
/// is none. Runs on a thread of its own, since it waits for the function's process.
final class TableFunctionCall {
  private final PhysicalPlan.TableFunction node;
  private final QueryContext query;
  private final FunctionArguments arguments;
  private final NodeFigures figures;
  private final List<SharedTable> results = new ArrayList<>();
  private final AtomicInteger calls = new AtomicInteger();

  TableFunctionCall(
      PhysicalPlan.TableFunction node,
      QueryContext query,
      FunctionArguments arguments,
      NodeFigures figures) {
    this.node = node;
    this.figures = figures;
    this.query = query;
    this.arguments = arguments;
  }

  /// Calls the function for every partition. The results are owned by the query.
  List<SharedTable> run() {
    Optional<Argument.TableArgument> partitioned = FunctionArguments.partitioned(node);
    if (partitioned.isEmpty()) {
      List<AutoCloseable> opened = new ArrayList<>();
      try {
        invoke(arguments.of(-1, opened));
      } finally {
        FunctionArguments.close(opened);
      }
      return results;
    }
    List<int[]> partitions = partitions(partitioned.get());
    if (query.functions().hasSessions(node.function())) {
      results.addAll(
          new PartitionCalls(node, partitioned.get(), arguments, query, figures).run(partitions));
    } else {
      partitions.forEach(rows -> invoke(partitioned.get(), rows));
    }
    return results;
  }

  private List<int[]> partitions(Argument.TableArgument argument) {
    Batch rows = arguments.rows(argument.input());
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

  /// One partition in a process of its own.
  private void invoke(Argument.TableArgument partitioned, int[] rows) {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      List<InvocationInput> given = arguments.of(partitioned.input(), opened);
      BatchRoots roots = arguments.picked(partitioned, rows);
      opened.add(roots);
      given.replaceAll(
          input ->
              input instanceof InvocationInput.Stream
                  ? new InvocationInput.Table(ArrowTypes.schema(arguments.type(partitioned)), roots)
                  : input);
      invoke(given);
    } finally {
      FunctionArguments.close(opened);
    }
  }

  private void invoke(List<InvocationInput> given) {
    query.check();
    String id = query.options().id() + "-f" + calls.incrementAndGet();
    RunningInvocation running;
    try {
      running =
          query
              .functions()
              .start(
                  new Invocation(
                      id,
                      query.options().limited(node.function()),
                      given,
                      query.options().functionOutput(),
                      query.options().secrets()));
    } catch (NoRoomException e) {
      throw FunctionFailures.toException(e);
    }
    query.onCancel(running::cancel);
    InvocationOutcome outcome = running.await();
    if (outcome instanceof InvocationOutcome.Completed completed) {
      FunctionProcess.count(figures, completed.figures(), 1);
      results.add(query.own(completed.result()));
      return;
    }
    query.check();
    throw FunctionFailures.toException(node.function(), outcome);
  }
}
