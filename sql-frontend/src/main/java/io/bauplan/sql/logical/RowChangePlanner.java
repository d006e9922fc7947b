package io.bauplan.sql.logical;

import io.bauplan.sql.logical.QueryConverter.Converted;
import io.bauplan.sql.logical.QueryPlanner.Rows;
import io.bauplan.sql.parser.DataStatement.When;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan.RowChange;
import io.bauplan.sql.validator.ChangedTable;
import io.bauplan.sql.validator.Positions;
import io.bauplan.sql.validator.TypeMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/// Plans the rows of [RowChange]: one query over the changed table, joined with a source where
/// there is one, that says for each row where it is, what becomes of it and what comes in its
/// place.
///
/// Everything that clauses say is converted as one select list; conditions and values are then put
/// together as CASEs, so that nothing is computed for a row that another clause takes.
public final class RowChangePlanner {
  private final StatementContext context;
  private final List<Column> columns;
  private final SqlIdentifier target;

  /// @param columns the changed table's
  /// @param target the name that the changed table has in the query
  public RowChangePlanner(StatementContext context, List<Column> columns, SqlIdentifier target) {
    this.context = context;
    this.columns = columns;
    this.target = target;
  }

  /// What is done with the rows of one `WHEN`, the first that fits a row.
  ///
  /// @param operation one of [RowChange]'s
  /// @param values one per column of the table; null = as it was, NULL in a new row
  public record Clause(
      When when, Optional<SqlNode> condition, int operation, List<@Nullable SqlNode> values) {}

  /// Which rows of the join there can be.
  ///
  /// @param source column that is NULL in rows without a source; absent = there are none
  public record Join(SqlNode from, boolean unmatchedSource, Optional<SqlIdentifier> source) {}

  public Rows plan(Join join, @Nullable SqlNode where, List<Clause> clauses) {
    Items items = new Items();
    int file = items.add(name(ChangedTable.FILE));
    int position = items.add(name(ChangedTable.POSITION));
    int source = join.source().map(items::add).orElse(-1);
    boolean allDeletes = clauses.stream().allMatch(c -> c.operation() == RowChange.DELETE);
    int width = allDeletes ? 0 : columns.size();
    int[] old = new int[width];
    for (int i = 0; i < width; i++) {
      old[i] = items.add(name(columns.get(i).name()));
    }
    int[] conditions = new int[clauses.size()];
    int[][] values = new int[clauses.size()][width];
    for (int c = 0; c < clauses.size(); c++) {
      Clause clause = clauses.get(c);
      conditions[c] = clause.condition().map(items::add).orElse(-1);
      for (int i = 0; i < width; i++) {
        SqlNode value = clause.values().get(i);
        values[c][i] = value == null ? -1 : items.add(value, columns.get(i));
      }
    }
    Converted converted = convert(items.list, join.from(), where);
    RelNode tree = converted.root().project();
    items.check(tree);

    RowChoices choices = new RowChoices(tree);
    for (int c = 0; c < clauses.size(); c++) {
      List<RexNode> tests = new ArrayList<>();
      When when = clauses.get(c).when();
      if (join.unmatchedSource()) {
        tests.add(when == When.NOT_MATCHED ? choices.isNull(file) : choices.isNotNull(file));
      }
      if (source >= 0 && when != When.NOT_MATCHED) {
        tests.add(when == When.MATCHED ? choices.isNotNull(source) : choices.isNull(source));
      }
      if (conditions[c] >= 0) {
        tests.add(choices.at(conditions[c]));
      }
      choices.addTest(tests);
    }
    choices.keep(file);
    choices.keep(position);
    choices.decide(clauses.stream().map(Clause::operation).toList());
    for (int i = 0; i < width; i++) {
      DataType type = columns.get(i).type();
      List<RexNode> chosen = new ArrayList<>();
      for (int c = 0; c < clauses.size(); c++) {
        boolean kept = clauses.get(c).operation() != RowChange.INSERT;
        int from = values[c][i] >= 0 ? values[c][i] : kept ? old[i] : -1;
        chosen.add(from < 0 ? choices.nothing(type) : choices.at(from));
      }
      choices.choose(type, chosen);
    }
    List<Column> output = new ArrayList<>();
    output.add(new Column(ChangedTable.FILE, DataType.VARCHAR, true));
    output.add(new Column(ChangedTable.POSITION, DataType.INT64, true));
    output.add(new Column("operation", DataType.INT32, true));
    output.addAll(columns.subList(0, width));
    return new QueryPlanner(context)
        .rowsOf(
            choices.rows(output.stream().map(Column::name).toList()),
            converted,
            output,
            IntStream.range(0, output.size()).toArray());
  }

  private SqlIdentifier name(String column) {
    return new SqlIdentifier(List.of(target.getSimple(), column), SqlParserPos.ZERO);
  }

  private Converted convert(List<SqlNode> items, SqlNode from, @Nullable SqlNode where) {
    SqlSelect select =
        new SqlSelect(
            SqlParserPos.ZERO,
            null,
            new SqlNodeList(items, SqlParserPos.ZERO),
            from,
            where,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    return new QueryPlanner(context).convert(select);
  }

  /// The select list under construction.
  private static final class Items {
    private final List<SqlNode> list = new ArrayList<>();
    private final List<@Nullable Column> assigned = new ArrayList<>();

    int add(SqlNode node) {
      return add(node, null);
    }

    int add(SqlNode node, @Nullable Column to) {
      list.add(SqlCopies.copy(node));
      assigned.add(to);
      return list.size() - 1;
    }

    void check(RelNode tree) {
      for (int i = 0; i < list.size(); i++) {
        Column to = assigned.get(i);
        if (to != null) {
          Assignments.check(
              TypeMapping.dataType(tree.getRowType().getFieldList().get(i).getType()),
              to.type(),
              () -> "column \"" + to.name() + "\"",
              Positions.of(list.get(i).getParserPosition()));
        }
      }
    }
  }
}
