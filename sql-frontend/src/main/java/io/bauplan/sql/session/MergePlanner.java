package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.logical.RowChangePlanner.Clause;
import io.bauplan.sql.logical.RowChangePlanner.Join;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.DataStatement;
import io.bauplan.sql.parser.DataStatement.MergeAction;
import io.bauplan.sql.parser.DataStatement.When;
import io.bauplan.sql.parser.VersionedTable;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.PhysicalPlan.RowChange;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.validator.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/// MERGE INTO: a join of the table with the source, outer on the side whose unmatched rows a `WHEN`
/// asks for.
final class MergePlanner {
  /// TRUE in every row that the source has.
  private static final String PRESENT = "\0source";

  private final ChangePlanner changes;
  private final CatalogTable table;
  private final DataStatement.Merge merge;

  /// @param context pinned at the head of the branch that is written to
  MergePlanner(StatementContext context, CatalogTable table, DataStatement.Merge merge) {
    this.changes = new ChangePlanner(context, table, merge.table(), merge.alias());
    this.table = table;
    this.merge = merge;
  }

  PlannedStatement plan() {
    boolean newRows = has(When.NOT_MATCHED);
    boolean alone = has(When.NOT_MATCHED_BY_SOURCE);
    SqlIdentifier source = sourceName();
    SqlNode from =
        changes.join(
            alone ? marked(source) : merge.source(),
            newRows && alone
                ? JoinType.FULL
                : newRows ? JoinType.RIGHT : alone ? JoinType.LEFT : JoinType.INNER,
            merge.condition());
    Optional<SqlIdentifier> marker =
        alone ? Optional.of(column(source, PRESENT)) : Optional.empty();
    List<Clause> clauses = merge.actions().stream().map(a -> clause(a, source)).toList();
    return changes.plan("MERGE", new Join(from, newRows, marker), null, clauses);
  }

  private boolean has(When when) {
    return merge.actions().stream().anyMatch(action -> action.when() == when);
  }

  private static SqlIdentifier column(SqlIdentifier table, String name) {
    return new SqlIdentifier(List.of(table.getSimple(), name), SqlParserPos.ZERO);
  }

  private Clause clause(MergeAction action, SqlIdentifier source) {
    return switch (action) {
      case MergeAction.Delete delete ->
          new Clause(delete.when(), delete.condition(), RowChange.DELETE, nothing());
      case MergeAction.Update update ->
          new Clause(
              update.when(),
              update.condition(),
              RowChange.UPDATE,
              update.columns().isEmpty()
                  ? sameNames(source)
                  : changes.assigned(update.columns(), update.values()));
      case MergeAction.Insert insert ->
          new Clause(
              When.NOT_MATCHED, insert.condition(), RowChange.INSERT, inserted(insert, source));
    };
  }

  private List<@Nullable SqlNode> nothing() {
    return changes.assigned(List.of(), List.of());
  }

  /// `SET *` and `INSERT *`: each column from the source's of that name.
  private List<@Nullable SqlNode> sameNames(SqlIdentifier source) {
    List<@Nullable SqlNode> values = new ArrayList<>();
    for (Column column : changes.list()) {
      values.add(column(source, column.name()));
    }
    return values;
  }

  private List<@Nullable SqlNode> inserted(MergeAction.Insert insert, SqlIdentifier source) {
    if (insert.values().isEmpty()) {
      return sameNames(source);
    }
    int wanted = insert.columns().isEmpty() ? changes.list().size() : insert.columns().size();
    if (insert.values().size() != wanted) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH,
          "INSERT into "
              + table.name()
              + " expects "
              + wanted
              + (wanted == 1 ? " value" : " values")
              + ", but "
              + insert.values().size()
              + (insert.values().size() == 1 ? " is" : " are")
              + " given",
          Positions.of(insert.values().getFirst().getParserPosition()));
    }
    List<SqlIdentifier> names =
        insert.columns().isEmpty()
            ? changes.list().stream()
                .map(column -> new SqlIdentifier(column.name(), SqlParserPos.ZERO))
                .toList()
            : insert.columns();
    return changes.inserted(names, insert.values());
  }

  /// The name by which the source's columns are called.
  private SqlIdentifier sourceName() {
    return switch (merge.source()) {
      case SqlIdentifier name -> new SqlIdentifier(name.names.getLast(), SqlParserPos.ZERO);
      case VersionedTable versioned ->
          new SqlIdentifier(versioned.table().names.getLast(), SqlParserPos.ZERO);
      case SqlCall call when call.getKind() == SqlKind.AS ->
          new SqlIdentifier(((SqlIdentifier) call.operand(1)).getSimple(), SqlParserPos.ZERO);
      default -> new SqlIdentifier("\0merged", SqlParserPos.ZERO);
    };
  }

  /// The source with a column that tells its rows from none.
  private SqlNode marked(SqlIdentifier name) {
    SqlNode marker =
        new SqlBasicCall(
            SqlStdOperatorTable.AS,
            List.of(
                SqlLiteral.createBoolean(true, SqlParserPos.ZERO),
                new SqlIdentifier(PRESENT, SqlParserPos.ZERO)),
            SqlParserPos.ZERO);
    SqlNode select =
        new SqlSelect(
            SqlParserPos.ZERO,
            null,
            SqlNodeList.of(SqlIdentifier.star(SqlParserPos.ZERO), marker),
            merge.source(),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    return new SqlBasicCall(SqlStdOperatorTable.AS, List.of(select, name), SqlParserPos.ZERO);
  }
}
