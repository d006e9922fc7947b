package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.ColumnStatistics;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.validator.ResolvedTable;
import io.bauplan.sql.validator.ResolvedTable.Source;
import io.bauplan.sql.validator.TypeMapping;
import java.util.OptionalDouble;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Window;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/// What is known of a column anywhere in a tree: traced down to the table it comes from.
final class ColumnFacts {
  /// Distinct values of a column of which nothing is known, as a share of its table's rows.
  private static final double UNKNOWN_DISTINCT = 0.1;

  /// Up to so many rows every value is taken to be distinct.
  private static final double SMALL_TABLE_ROWS = 100;

  private static final double YEARS = 7;

  private final Cardinality cardinality;

  ColumnFacts(Cardinality cardinality) {
    this.cardinality = cardinality;
  }

  /// @param distinct number of distinct values, a guess where unknown
  /// @param known whether `distinct` rests on statistics
  /// @param lower least value as a number; empty = unknown or not a number
  record Facts(
      double distinct,
      boolean known,
      OptionalDouble lower,
      OptionalDouble upper,
      double nullFraction) {

    Facts atMost(double rows) {
      return distinct <= rows
          ? this
          : new Facts(Math.max(1, rows), known, lower, upper, nullFraction);
    }

    static Facts guess(double rows) {
      double distinct =
          rows <= SMALL_TABLE_ROWS ? rows : Math.max(SMALL_TABLE_ROWS, rows * UNKNOWN_DISTINCT);
      return new Facts(
          Math.max(1, distinct), false, OptionalDouble.empty(), OptionalDouble.empty(), 0.0);
    }
  }

  Facts facts(RelNode rel, int column) {
    RelNode node = rel.stripped();
    double rows = cardinality.rows(node);
    return switch (node) {
      case TableScan scan -> scan(scan, column, rows);
      case Project project -> expression(project, column, rows);
      case Join join -> {
        int left = join.getLeft().getRowType().getFieldCount();
        if (column < left) {
          yield facts(join.getLeft(), column).atMost(rows);
        }
        yield join.getJoinType().projectsRight()
            ? facts(join.getRight(), column - left).atMost(rows)
            : Facts.guess(2);
      }
      case Aggregate aggregate -> {
        if (column >= aggregate.getGroupCount()) {
          yield Facts.guess(rows);
        }
        yield facts(aggregate.getInput(), aggregate.getGroupSet().nth(column)).atMost(rows);
      }
      case SetOp setOp -> facts(setOp.getInput(0), column).atMost(rows);
      case Window window ->
          column < window.getInput().getRowType().getFieldCount()
              ? facts(window.getInput(), column)
              : Facts.guess(rows);
      default ->
          node.getInputs().size() == 1
                  && node.getInput(0).getRowType().getFieldCount()
                      == node.getRowType().getFieldCount()
              ? facts(node.getInput(0), column).atMost(rows)
              : Facts.guess(rows);
    };
  }

  private Facts expression(Project project, int column, double rows) {
    RexNode expression = project.getProjects().get(column);
    while (expression instanceof RexCall call && call.getKind() == SqlKind.CAST) {
      expression = call.operands.getFirst();
    }
    if (expression instanceof RexInputRef ref) {
      return facts(project.getInput(), ref.getIndex());
    }
    if (expression.getKind() == SqlKind.EXTRACT) {
      return Facts.guess(YEARS);
    }
    return Facts.guess(rows);
  }

  private static Facts scan(TableScan scan, int column, double rows) {
    ResolvedTable table = scan.getTable().unwrap(ResolvedTable.class);
    if (table == null || !(table.source() instanceof Source.Stored stored)) {
      return Facts.guess(rows);
    }
    ScanColumn scanColumn = stored.scanColumns().get(column);
    ColumnStatistics statistics = stored.table().statistics(scanColumn.fieldId()).orElse(null);
    return statistics == null
        ? Facts.guess(rows)
        : fromStatistics(statistics, scanColumn.column().type(), rows);
  }

  private static Facts fromStatistics(ColumnStatistics statistics, DataType type, double rows) {
    OptionalDouble lower = number(statistics.lower());
    OptionalDouble upper = number(statistics.upper());
    double nulls =
        statistics.nullCount().isPresent() && rows > 0
            ? Math.min(1, statistics.nullCount().getAsLong() / rows)
            : 0;
    if (statistics.distinctCount().isPresent()) {
      return new Facts(
          Math.max(1, statistics.distinctCount().getAsLong()), true, lower, upper, nulls);
    }
    boolean discrete = type instanceof DataType.IntegerType || type instanceof DataType.DateType;
    if (discrete && lower.isPresent() && upper.isPresent()) {
      double range = upper.getAsDouble() - lower.getAsDouble() + 1;
      return new Facts(Math.max(1, Math.min(range, rows)), true, lower, upper, nulls);
    }
    Facts guess = Facts.guess(rows);
    return new Facts(guess.distinct(), false, lower, upper, nulls);
  }

  static OptionalDouble number(@Nullable Object value) {
    return value instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  static boolean isNumeric(RexNode node) {
    return TypeRules.isNumeric(TypeMapping.dataType(node.getType()));
  }
}
