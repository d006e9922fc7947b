package io.bauplan.exec.worker;

import io.bauplan.exec.operator.BatchRoots;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.NoRoomException;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.shm.SegmentTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Schema;

/// Fills a worker's intermediate tables: with the rows of plans and with what functions return.
public final class Intermediates {
  private Intermediates() {}

  /// Runs a plan and keeps its rows under `id`.
  public static TableReport keep(
      Worker worker, PhysicalPlan plan, String id, QueryOptions options) {
    try (RunningQuery query = worker.execute(plan, options);
        BatchRoots roots = BatchRoots.of(query, worker.allocator())) {
      SharedTable table = worker.functions().share(ArrowTypes.schema(query.output()), roots);
      return keep(worker, id, table, Optional.empty());
    } catch (NoRoomException e) {
      throw FunctionFailures.toException(e);
    }
  }

  /// Calls a function; a completed call leaves its result under the task's output id.
  public static FunctionReport call(Worker worker, FunctionTask task, QueryOptions options) {
    List<AutoCloseable> open = new ArrayList<>();
    try {
      List<InvocationInput> inputs = new ArrayList<>();
      for (FunctionTask.Input input : task.inputs()) {
        inputs.add(input(worker, task.function(), input, options, open));
      }
      RunningInvocation running =
          worker
              .functions()
              .start(
                  new Invocation(
                      task.id(),
                      options.limited(task.function()),
                      inputs,
                      options.functionOutput(),
                      options.secrets()));
      InvocationOutcome outcome = running.await();
      if (outcome instanceof InvocationOutcome.Completed completed) {
        return new FunctionReport.Made(
            keep(worker, task.outputId(), completed.result(), Optional.of(completed.figures())));
      }
      return new FunctionReport.Failed(outcome);
    } catch (NoRoomException e) {
      throw FunctionFailures.toException(e);
    } finally {
      open.reversed().forEach(Intermediates::close);
    }
  }

  private static InvocationInput input(
      Worker worker,
      FunctionDefinition function,
      FunctionTask.Input input,
      QueryOptions options,
      List<AutoCloseable> open) {
    return switch (input) {
      case FunctionTask.Input.Value(Object value) -> new InvocationInput.Value(value);
      case FunctionTask.Input.Whole(String id) -> {
        SharedTable table = worker.intermediate(id).orElseThrow();
        open.add(table);
        yield new InvocationInput.Shared(table);
      }
      case FunctionTask.Input.Rows(PhysicalPlan plan) -> {
        Optional<SegmentTable> columns =
            worker.functions().mapsColumns(function)
                ? worker.columns(plan, options)
                : Optional.empty();
        if (columns.isPresent()) {
          open.add(columns.get());
          yield new InvocationInput.Columns(columns.get());
        }
        RunningQuery query = worker.execute(plan, options);
        open.add(query);
        BatchRoots roots = BatchRoots.of(query, worker.allocator());
        open.add(roots);
        Schema schema = ArrowTypes.schema(query.output());
        yield new InvocationInput.Table(schema, roots);
      }
    };
  }

  /// Takes ownership of the table.
  private static TableReport keep(
      Worker worker,
      String id,
      SharedTable table,
      Optional<io.bauplan.udf.api.InvocationFigures> figures) {
    TableReport report =
        new TableReport(
            id, ArrowTypes.rowType(table.schema()), table.rowCount(), table.byteSize(), figures);
    worker.putIntermediate(id, table);
    return report;
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      throw e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
  }
}
