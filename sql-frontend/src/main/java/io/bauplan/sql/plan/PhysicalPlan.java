package io.bauplan.sql.plan;

import io.bauplan.udf.api.FunctionDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A plan that a worker can execute without asking the control plane anything: names are resolved
/// to files and field ids, snapshots are pinned. Every node states its output columns.
///
/// A worker that has no vectorized operator for a node (or no kernel for an expression in it) runs
/// that node through its fallback; the plan is the same.
public sealed interface PhysicalPlan {
  RowType output();

  List<PhysicalPlan> inputs();

  /// Reads the files of one snapshot of an Iceberg table. Rows come in no order.
  ///
  /// @param columns what to produce, in order
  /// @param filterColumns further columns that only the filter needs; in `filter` their indexes
  ///     follow those of `columns`
  /// @param filter applied completely by the scan: every row produced satisfies it
  /// @param limit a scan may stop once it produced that many rows
  record TableScan(
      TableRef table,
      long snapshotId,
      List<ScanColumn> columns,
      List<ScanColumn> filterColumns,
      Optional<Expression> filter,
      List<ScanFile> files,
      OptionalLong limit,
      double estimatedRows)
      implements PhysicalPlan {
    @Override
    public RowType output() {
      return new RowType(columns.stream().map(ScanColumn::column).toList());
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of();
    }
  }

  /// Reads files in place: `read_parquet`, `read_csv`, `read_json` and `COPY`. Columns are found by
  /// name.
  ///
  /// @param options of the format: `header`, `delimiter`, `quote`, `null`, ... (see the readers)
  /// @param filter over the output columns (what the filter needs is in the projection); applied
  ///     completely
  record FileScan(
      DataFileFormat format,
      List<ScanFile> files,
      Map<String, String> options,
      RowType fileColumns,
      List<Integer> projection,
      Optional<Expression> filter)
      implements PhysicalPlan {
    @Override
    public RowType output() {
      return new RowType(projection.stream().map(fileColumns::column).toList());
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of();
    }
  }

  /// Reads a table that the worker holds in memory: the result of another node of the same run.
  record IntermediateScan(String id, RowType columns, List<Integer> projection)
      implements PhysicalPlan {
    @Override
    public RowType output() {
      return new RowType(projection.stream().map(columns::column).toList());
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of();
    }
  }

  /// Makes rows by a generator of the worker (`tpch.lineitem`, `transactions`, `series`).
  record Generate(
      String generator, Map<String, String> arguments, RowType output, double estimatedRows)
      implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of();
    }
  }

  /// Literal rows, each value as in [Expression.Literal].
  record Values(RowType output, List<List<@Nullable Object>> rows) implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of();
    }
  }

  record Filter(PhysicalPlan input, Expression predicate, double estimatedRows)
      implements PhysicalPlan {
    @Override
    public RowType output() {
      return input.output();
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  record Project(PhysicalPlan input, List<Expression> expressions, RowType output)
      implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  /// Output: group keys in the order of `groupKeys`, then aggregates. With several grouping sets a
  /// key that a set leaves out is NULL. Without keys there is exactly one output row (per empty
  /// grouping set).
  ///
  /// @param groupingSets indexes into `groupKeys`; one full set for a plain GROUP BY
  record Aggregate(
      PhysicalPlan input,
      List<Integer> groupKeys,
      List<List<Integer>> groupingSets,
      List<AggregateCall> calls,
      RowType output,
      double estimatedGroups)
      implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  enum JoinKind {
    INNER,
    LEFT,
    RIGHT,
    FULL,
    /// Left rows with a match; output is the left columns.
    SEMI,
    /// Left rows without a match; output is the left columns.
    ANTI,
    /// Left columns and a BOOLEAN `matched`, three-valued as `x IN (subquery)` is.
    MARK,
    /// Right rows with a match; output is the right columns. Of hash joins only, as the next: a
    /// semi join whose left side is the better build side.
    RIGHT_SEMI,
    /// Right rows without a match; output is the right columns.
    RIGHT_ANTI
  }

  /// Equi-join. The right input is the build side (the planner swaps).
  ///
  /// @param nullSafe per key: whether NULL matches NULL
  /// @param residual further condition over left columns then right columns
  record HashJoin(
      PhysicalPlan left,
      PhysicalPlan right,
      JoinKind kind,
      List<Integer> leftKeys,
      List<Integer> rightKeys,
      List<Boolean> nullSafe,
      Optional<Expression> residual,
      RowType output,
      double estimatedRows)
      implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(left, right);
    }
  }

  /// Join on any condition; no condition = cross join.
  record NestedLoopJoin(
      PhysicalPlan left,
      PhysicalPlan right,
      JoinKind kind,
      Optional<Expression> condition,
      RowType output,
      double estimatedRows)
      implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(left, right);
    }
  }

  /// Sort, or top-N where `fetch` is present.
  record Sort(PhysicalPlan input, List<SortKey> keys, long offset, OptionalLong fetch)
      implements PhysicalPlan {
    @Override
    public RowType output() {
      return input.output();
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  record Limit(PhysicalPlan input, long offset, OptionalLong fetch) implements PhysicalPlan {
    @Override
    public RowType output() {
      return input.output();
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  /// `UNION ALL` of inputs with the same types.
  record UnionAll(List<PhysicalPlan> inputs, RowType output) implements PhysicalPlan {
    public UnionAll {
      inputs = List.copyOf(inputs);
    }
  }

  /// INTERSECT and EXCEPT, with or without ALL.
  record SetOperation(Kind kind, boolean all, List<PhysicalPlan> inputs, RowType output)
      implements PhysicalPlan {
    public enum Kind {
      INTERSECT,
      EXCEPT
    }

    public SetOperation {
      inputs = List.copyOf(inputs);
    }
  }

  /// Window functions: the input's columns, then one column per call of each group in order.
  record Window(PhysicalPlan input, List<Group> groups, RowType output) implements PhysicalPlan {
    /// Calls that share partitioning, order and frame.
    public record Group(
        List<Integer> partitionBy, List<SortKey> orderBy, Frame frame, List<WindowCall> calls) {}

    public record Frame(boolean rows, Bound lower, Bound upper, Exclusion exclusion) {}

    /// A frame's end; `offset` is over the input's columns and present for PRECEDING and FOLLOWING
    /// n.
    public record Bound(Kind kind, Optional<Expression> offset) {
      public enum Kind {
        UNBOUNDED_PRECEDING,
        PRECEDING,
        CURRENT_ROW,
        FOLLOWING,
        UNBOUNDED_FOLLOWING
      }
    }

    public enum Exclusion {
      NO_OTHERS,
      CURRENT_ROW,
      GROUP,
      TIES
    }

    /// A window function (`row_number`, `rank`, `lag`, ...) or aggregate over expressions of the
    /// input.
    public record WindowCall(
        String function,
        boolean distinct,
        boolean ignoreNulls,
        List<Expression> arguments,
        Column output) {}

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  /// One output row per element of the input row's collections, side by side.
  ///
  /// @param kept columns of the input before the collections, repeated in every output row
  /// @param outer whether a row without elements gives one with NULLs
  record Unnest(PhysicalPlan input, int kept, boolean withOrdinality, boolean outer, RowType output)
      implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  /// For each left row runs the right input with [Expression.CorrelatedRef]s bound to it. The
  /// planner removes nearly all of these by decorrelation.
  record Correlate(
      PhysicalPlan left, PhysicalPlan right, int correlationId, JoinKind kind, RowType output)
      implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(left, right);
    }
  }

  /// `WITH RECURSIVE`: `seed`, then `step` over the previous round's rows ([RecursiveScan] of the
  /// same name) until it gives none.
  record RecursiveUnion(
      String name, boolean all, PhysicalPlan seed, PhysicalPlan step, RowType output)
      implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(seed, step);
    }
  }

  record RecursiveScan(String name, RowType output) implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of();
    }
  }

  /// Rows that the plan needs in several places: computed once and held, given here and to every
  /// [SharedScan] of the same id.
  record Shared(int id, PhysicalPlan input) implements PhysicalPlan {
    @Override
    public RowType output() {
      return input.output();
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  /// The rows of the plan's [Shared] node of that id once more.
  record SharedScan(int id, RowType output, double estimatedRows) implements PhysicalPlan {
    @Override
    public List<PhysicalPlan> inputs() {
      return List.of();
    }
  }

  record Sample(PhysicalPlan input, boolean bernoulli, double fraction, OptionalLong seed)
      implements PhysicalPlan {
    @Override
    public RowType output() {
      return input.output();
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  /// A user's table function.
  ///
  /// @param arguments one per parameter: which input is a table argument, or a scalar
  record TableFunction(
      FunctionDefinition function,
      List<Argument> arguments,
      List<PhysicalPlan> inputs,
      RowType output)
      implements PhysicalPlan {
    public TableFunction {
      arguments = List.copyOf(arguments);
      inputs = List.copyOf(inputs);
    }

    public sealed interface Argument {
      /// Input number `input`, with set semantics one call per partition (no keys = one call).
      record TableArgument(int input, List<Integer> partitionBy, List<SortKey> orderBy)
          implements Argument {}

      record ScalarArgument(Expression.Literal value) implements Argument {}
    }
  }

  /// Writes the input as data files of a table; output is one row: `rows BIGINT`. The files written
  /// are reported with the query's result.
  record TableWrite(PhysicalPlan input, WriteTarget target) implements PhysicalPlan {
    /// Writes rows in the order that the table asks for.
    public static TableWrite inOrder(PhysicalPlan rows, WriteTarget target) {
      List<SortKey> keys = target.order().keys();
      return new TableWrite(
          keys.isEmpty() ? rows : new Sort(rows, keys, 0, OptionalLong.empty()), target);
    }

    public static final RowType OUTPUT =
        new RowType(List.of(new Column("rows", DataType.INT64, false)));

    @Override
    public RowType output() {
      return OUTPUT;
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  /// Changes rows of a table: writes what comes in place of the old ones as data files, and which
  /// rows are gone; output is one row: `rows BIGINT`, how many the input had. What was written is
  /// reported with the query's result.
  ///
  /// The input has the file and position of the old row (NULL for new rows), one of [#DELETE],
  /// [#UPDATE] and [#INSERT], and then the table's columns, or none of them where every row is a
  /// deletion. A row that is deleted or updated twice is an error, `CARDINALITY_VIOLATION`.
  ///
  /// @param files the data files that the input's positions are in
  record RowChange(PhysicalPlan input, WriteTarget target, List<ScanFile> files, DeleteForm deletes)
      implements PhysicalPlan {
    public static final int DELETE = 0;
    public static final int UPDATE = 1;
    public static final int INSERT = 2;

    /// Columns of the input before those of the table.
    public static final int LEADING_COLUMNS = 3;

    /// How deleted rows are written down.
    public enum DeleteForm {
      POSITION_FILES,
      DELETION_VECTORS,
      /// Files with deleted rows are written anew without them.
      NEW_DATA_FILES
    }

    public RowChange {
      files = List.copyOf(files);
    }

    @Override
    public RowType output() {
      return TableWrite.OUTPUT;
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }

  /// Writes the input to one file (or several, where `location` ends with `/`): `COPY (query) TO`.
  record FileWrite(
      PhysicalPlan input, DataFileFormat format, String location, Map<String, String> options)
      implements PhysicalPlan {
    @Override
    public RowType output() {
      return TableWrite.OUTPUT;
    }

    @Override
    public List<PhysicalPlan> inputs() {
      return List.of(input);
    }
  }
}
