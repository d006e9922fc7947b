package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.ColumnStatistics;
import io.bauplan.sql.logical.Facts.Source;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.validator.ResolvedTable;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.core.Window;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;

/// What is known of a column anywhere in a tree: traced down to the table it comes from.
final class ColumnFacts {
  private static final double YEARS = 7;

  /// Bits that a value takes in a file where fewer distinct values than this cannot be told.
  private static final double LEAST_BITS = 0.75;

  /// Bits above which a column is hardly stored as a dictionary.
  private static final double MOST_BITS = 16;

  private final Cardinality cardinality;

  ColumnFacts(Cardinality cardinality) {
    this.cardinality = cardinality;
  }

  Facts facts(RelNode rel, int column) {
    RelNode node = rel.stripped();
    double rows = cardinality.rows(node);
    return switch (node) {
      case TableScan scan -> scan(scan, column, rows);
      case Project project -> expression(project, column, rows);
      case Filter filter -> filter(filter, column, rows);
      case Join join -> {
        int left = join.getLeft().getRowType().getFieldCount();
        if (column < left) {
          yield facts(join.getLeft(), column).atMost(rows);
        }
        yield join.getJoinType().projectsRight()
            ? facts(join.getRight(), column - left).atMost(rows)
            : Facts.of(2, rows, Source.COUNTED);
      }
      case Aggregate aggregate -> aggregate(aggregate, column).grouped(rows);
      case Union union ->
          Facts.union(union.getInputs().stream().map(input -> facts(input, column)).toList())
              .atMost(rows);
      case SetOp setOp -> facts(setOp.getInput(0), column).atMost(rows);
      case Values values -> Facts.of(Math.max(1, rows), rows, Source.COUNTED);
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

  private Facts aggregate(Aggregate aggregate, int column) {
    RelNode input = aggregate.getInput();
    if (column < aggregate.getGroupCount()) {
      return facts(input, aggregate.getGroupSet().nth(column));
    }
    AggregateCall call = aggregate.getAggCallList().get(column - aggregate.getGroupCount());
    return switch (call.getAggregation().getKind()) {
      case MIN, MAX, ANY_VALUE, SINGLE_VALUE, FIRST_VALUE, LAST_VALUE ->
          facts(input, call.getArgList().getFirst());
      default -> Facts.guess(cardinality.rows(aggregate));
    };
  }

  private Facts filter(Filter filter, int column, double rows) {
    Facts facts = facts(filter.getInput(), column);
    Facts narrowed = facts;
    for (RexNode conjunct : RelOptUtil.conjunctions(filter.getCondition())) {
      narrowed = ColumnRange.narrow(narrowed, column, conjunct);
    }
    return narrowed == facts
        ? facts.thinned(cardinality.rows(filter.getInput()), rows)
        : narrowed.atMost(rows);
  }

  private Facts expression(Project project, int column, double rows) {
    RexNode expression = project.getProjects().get(column);
    while (expression instanceof RexCall call && call.getKind() == SqlKind.CAST) {
      expression = call.operands.getFirst();
    }
    if (expression instanceof RexInputRef ref) {
      return facts(project.getInput(), ref.getIndex());
    }
    if (expression instanceof RexLiteral literal) {
      return Facts.constant(Literals.literal(literal).value(), rows);
    }
    if (expression.getKind() == SqlKind.EXTRACT) {
      return Facts.guess(YEARS);
    }
    if (!RexUtil.isDeterministic(expression)) {
      return Facts.guess(rows);
    }
    // No more different results than there are different arguments.
    Set<Integer> arguments = RelOptUtil.InputFinder.bits(expression).asSet();
    return Facts.guess(rows).atMost(cardinality.distinct(project.getInput(), arguments));
  }

  private static Facts scan(TableScan scan, int column, double rows) {
    ResolvedTable table = scan.getTable().unwrap(ResolvedTable.class);
    if (table == null || !(table.source() instanceof ResolvedTable.Source.Stored stored)) {
      return Facts.guess(rows);
    }
    ScanColumn scanColumn = stored.scanColumns().get(column);
    ColumnStatistics statistics = stored.table().statistics(scanColumn.fieldId()).orElse(null);
    return statistics == null
        ? Facts.guess(rows)
        : fromStatistics(statistics, scanColumn.column().type(), rows, scan);
  }

  private static Facts fromStatistics(
      ColumnStatistics statistics, DataType type, double rows, TableScan scan) {
    double nulls =
        statistics.nullCount().isPresent() && rows > 0
            ? Math.min(1, statistics.nullCount().getAsLong() / rows)
            : 0;
    double values = Math.max(1, rows * (1 - nulls));
    Facts distinct = distinct(statistics, type, values);
    return new Facts(
        distinct.distinct(),
        distinct.domain(),
        values,
        scan,
        distinct.source(),
        statistics.lower(),
        statistics.upper(),
        nulls);
  }

  private static Facts distinct(ColumnStatistics statistics, DataType type, double values) {
    if (statistics.distinctCount().isPresent()) {
      double counted = Math.max(1, statistics.distinctCount().getAsLong());
      return Facts.of(Math.min(counted, values), values, Source.COUNTED);
    }
    if (type instanceof DataType.BooleanType) {
      return Facts.of(2, values, Source.BOUNDS);
    }
    OptionalDouble lower = number(statistics.lower());
    OptionalDouble upper = number(statistics.upper());
    boolean discrete = type instanceof DataType.IntegerType || type instanceof DataType.DateType;
    if (discrete && lower.isPresent() && upper.isPresent()) {
      double range = upper.getAsDouble() - lower.getAsDouble() + 1;
      return Facts.of(Math.max(1, Math.min(range, values)), values, Source.BOUNDS);
    }
    Facts guess = Facts.guess(values);
    if (statistics.storedBytes().isEmpty() || guess.known()) {
      return guess;
    }
    // What a dictionary's codes take, compressed, is close to their entropy.
    double bits = statistics.storedBytes().getAsLong() * 8.0 / values;
    if (bits > MOST_BITS) {
      return guess.withDistinct(values, values);
    }
    return bits < LEAST_BITS
        ? guess
        : Facts.of(Math.min(values, Math.pow(2, bits)), values, Source.STORED_SIZE);
  }

  private static OptionalDouble number(@org.jspecify.annotations.Nullable Object value) {
    return value instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }
}
