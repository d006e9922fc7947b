package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.sort.RowOrder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.shm.SegmentTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/// What the calls of one table function are given.
final class FunctionArguments {
  private final PhysicalPlan.TableFunction node;
  private final QueryContext query;
  private final BufferAllocator allocator;
  private final Map<Integer, Input> inputs;
  private final Map<Integer, SharedTable> shared = new HashMap<>();

  /// A table that is given to the function as a whole.
  sealed interface Input {
    /// Rows that are copied into shared memory; complete when the first call begins.
    record Rows(RowCollector collector) implements Input {
      Batch rows() {
        return collector.rows();
      }
    }

    /// Columns that the function maps.
    record Columns(SharedScan scan) implements Input {}
  }

  /// @param inputs by the number of the node's input; those that are not here come part by part
  FunctionArguments(
      PhysicalPlan.TableFunction node,
      QueryContext query,
      BufferAllocator allocator,
      Map<Integer, Input> inputs) {
    this.node = node;
    this.query = query;
    this.allocator = allocator;
    this.inputs = Map.copyOf(inputs);
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

  /// The first argument with PARTITION BY.
  static Optional<Argument.TableArgument> partitioned(PhysicalPlan.TableFunction node) {
    for (Argument argument : node.arguments()) {
      if (argument instanceof Argument.TableArgument table && !table.partitionBy().isEmpty()) {
        return Optional.of(table);
      }
    }
    return Optional.empty();
  }

  Batch rows(int input) {
    if (inputs.get(input) instanceof Input.Rows given) {
      return given.rows();
    }
    throw new IllegalStateException("columns have no order");
  }

  RowType type(Argument.TableArgument argument) {
    return node.inputs().get(argument.input()).output();
  }

  /// One per parameter, for one call or one process.
  ///
  /// @param streamed the input whose rows come part by part, -1 for none
  /// @param opened takes what is to be closed when the call has begun
  List<InvocationInput> of(int streamed, List<AutoCloseable> opened) {
    List<InvocationInput> arguments = new ArrayList<>();
    for (Argument each : node.arguments()) {
      arguments.add(
          switch (each) {
            case Argument.ScalarArgument(var literal) ->
                new InvocationInput.Value(ScalarArguments.value(literal));
            case Argument.TableArgument table when table.input() == streamed ->
                new InvocationInput.Stream(ArrowTypes.schema(type(table)));
            case Argument.TableArgument table
                when inputs.get(table.input()) instanceof Input.Columns columns -> {
              SegmentTable given = columns.scan().table();
              opened.add(given);
              yield new InvocationInput.Columns(given);
            }
            case Argument.TableArgument table when streamed >= 0 ->
                new InvocationInput.Shared(once(table));
            case Argument.TableArgument table -> {
              BatchRoots roots = roots(table);
              opened.add(roots);
              yield new InvocationInput.Table(ArrowTypes.schema(type(table)), roots);
            }
          });
    }
    return arguments;
  }

  /// Several processes map the same.
  private synchronized SharedTable once(Argument.TableArgument table) {
    return shared.computeIfAbsent(
        table.input(),
        input -> {
          try (BatchRoots roots = roots(table)) {
            return query.own(query.functions().share(ArrowTypes.schema(type(table)), roots));
          }
        });
  }

  private BatchRoots roots(Argument.TableArgument argument) {
    Batch input = rows(argument.input());
    if (argument.orderBy().isEmpty()) {
      return new BatchRoots(new SliceReader(input), type(argument), allocator);
    }
    return picked(argument, new RowOrder(input, argument.orderBy()).sorted());
  }

  /// These rows of an argument, in this order.
  BatchRoots picked(Argument.TableArgument argument, int[] rows) {
    BatchReader reader = new PickReader(rows(argument.input()), rows, allocator);
    return new BatchRoots(reader, type(argument), allocator);
  }

  static void close(List<AutoCloseable> opened) {
    for (AutoCloseable each : opened) {
      try {
        each.close();
      } catch (Exception e) {
        throw e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
      }
    }
  }
}
