package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.TableChange.Isolation;
import io.bauplan.sql.catalog.TableChange.RowDelta;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.logical.QueryPlanner.Rows;
import io.bauplan.sql.logical.RowChangePlanner;
import io.bauplan.sql.logical.RowChangePlanner.Clause;
import io.bauplan.sql.logical.RowChangePlanner.Join;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.DataStatement;
import io.bauplan.sql.parser.DataStatement.When;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.RowChange;
import io.bauplan.sql.plan.PhysicalPlan.TableScan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.validator.ChangedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlDelete;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUpdate;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/// UPDATE and DELETE, and what MERGE shares with them: which rows change, and how that is written
/// down.
final class ChangePlanner {
  private static final String COPY_ON_WRITE = "copy-on-write";

  private final StatementContext context;
  private final CatalogTable table;
  private final TableColumns columns;
  private final DefaultValues defaults;
  private final SqlIdentifier name;
  private final SqlIdentifier alias;

  /// @param context pinned at the head of the branch that is written to
  ChangePlanner(
      StatementContext context,
      CatalogTable table,
      SqlIdentifier name,
      Optional<SqlIdentifier> alias) {
    this.context = context;
    this.table = table;
    this.columns = new TableColumns(table, alias);
    this.defaults = new DefaultValues(table);
    this.name = name;
    this.alias =
        alias.orElseGet(() -> new SqlIdentifier(name.names.getLast(), name.getParserPosition()));
  }

  /// Values in the order of the table's columns; null where a column is not named.
  List<@Nullable SqlNode> assigned(List<SqlIdentifier> names, List<SqlNode> values) {
    List<@Nullable SqlNode> assigned = new ArrayList<>();
    for (SqlNode value : columns.assigned(names, values)) {
      assigned.add(value == null ? null : defaults.value(assigned.size(), value));
    }
    return assigned;
  }

  /// As [#assigned] for a new row, with defaults for the columns that are not named.
  List<@Nullable SqlNode> inserted(List<SqlIdentifier> names, List<SqlNode> values) {
    List<@Nullable SqlNode> row = assigned(names, values);
    for (int i = 0; i < row.size(); i++) {
      if (row.get(i) == null && defaults.has(i)) {
        row.set(i, defaults.node(i, SqlParserPos.ZERO));
      }
    }
    return row;
  }

  PlannedStatement update(DataStatement.Update statement) {
    SqlUpdate update = statement.update();
    List<@Nullable SqlNode> values =
        assigned(
            update.getTargetColumnList().stream().map(SqlIdentifier.class::cast).toList(),
            List.copyOf(update.getSourceExpressionList()));
    return simple("UPDATE", RowChange.UPDATE, values, statement.from(), update.getCondition());
  }

  PlannedStatement delete(DataStatement.Delete statement) {
    SqlDelete delete = statement.delete();
    return simple("DELETE", RowChange.DELETE, List.of(), statement.using(), delete.getCondition());
  }

  private PlannedStatement simple(
      String command,
      int operation,
      List<@Nullable SqlNode> values,
      Optional<SqlNode> source,
      @Nullable SqlNode where) {
    SqlNode from = source.map(s -> join(s, JoinType.COMMA, null)).orElseGet(this::target);
    Clause all = new Clause(When.MATCHED, Optional.empty(), operation, values);
    return plan(command, new Join(from, false, Optional.empty()), where, List.of(all));
  }

  /// The changed table in FROM.
  private SqlNode target() {
    return new SqlBasicCall(
        SqlStdOperatorTable.AS, List.of(new ChangedTable(name), alias), SqlParserPos.ZERO);
  }

  SqlNode join(SqlNode source, JoinType type, @Nullable SqlNode condition) {
    return new SqlJoin(
        SqlParserPos.ZERO,
        target(),
        SqlLiteral.createBoolean(false, SqlParserPos.ZERO),
        type.symbol(SqlParserPos.ZERO),
        source,
        (condition == null ? JoinConditionType.NONE : JoinConditionType.ON)
            .symbol(SqlParserPos.ZERO),
        condition);
  }

  PlannedStatement plan(String command, Join join, @Nullable SqlNode where, List<Clause> clauses) {
    Rows rows = new RowChangePlanner(context, columns.list(), alias).plan(join, where, clauses);
    List<TableScan> scans = new ArrayList<>();
    collect(rows.plan(), scans);
    List<TableScan> targets = scans.stream().filter(ChangePlanner::isTarget).toList();
    List<ScanFile> files = targets.stream().flatMap(s -> s.files().stream()).distinct().toList();
    return new PlannedStatement.RowChange(
        command,
        context.at().name(),
        context.at(),
        table.name(),
        new RowChange(rows.plan(), table.writeTarget(), files, deleteForm(command)),
        reads(command, scans, targets, files),
        rows.parameters());
  }

  private static void collect(PhysicalPlan plan, List<TableScan> scans) {
    if (plan instanceof TableScan scan) {
      scans.add(scan);
    }
    plan.inputs().forEach(input -> collect(input, scans));
  }

  private static boolean isTarget(TableScan scan) {
    return scan.columns().stream().anyMatch(column -> column.fieldId() == ScanColumn.POSITION_ID);
  }

  private RowDelta.Reads reads(
      String command, List<TableScan> scans, List<TableScan> targets, List<ScanFile> files) {
    boolean readTwice =
        targets.size() > 1
            || scans.stream().anyMatch(s -> !isTarget(s) && s.table().equals(table.name()));
    Isolation isolation =
        readTwice
            ? Isolation.UNCHANGED
            : property(command, "isolation-level", "serializable").equals("snapshot")
                ? Isolation.SNAPSHOT
                : Isolation.SERIALIZABLE;
    // UPDATE and DELETE change every row they find; MERGE also decides by rows that it leaves.
    Set<String> decided =
        command.equals("MERGE")
            ? files.stream().map(ScanFile::location).collect(Collectors.toSet())
            : Set.of();
    List<ScanColumn> read = new ArrayList<>();
    targets.stream().findFirst().ifPresent(s -> read.addAll(s.columns()));
    targets.stream().findFirst().ifPresent(s -> read.addAll(s.filterColumns()));
    return new RowDelta.Reads(
        table.currentSnapshotId(),
        read,
        targets.stream().findFirst().flatMap(TableScan::filter),
        decided,
        isolation);
  }

  private RowChange.DeleteForm deleteForm(String command) {
    String mode = property(command, "mode", "merge-on-read");
    if (!mode.equals(COPY_ON_WRITE) && !mode.equals("merge-on-read")) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "table " + table.name() + " has " + propertyName(command, "mode") + " = '" + mode + "'",
          null,
          "Set it to '" + COPY_ON_WRITE + "' or 'merge-on-read'.",
          null);
    }
    if (table.formatVersion() == 1 || mode.equals(COPY_ON_WRITE)) {
      return RowChange.DeleteForm.NEW_DATA_FILES;
    }
    return table.formatVersion() == 2
        ? RowChange.DeleteForm.POSITION_FILES
        : RowChange.DeleteForm.DELETION_VECTORS;
  }

  private static String propertyName(String command, String what) {
    return "write." + command.toLowerCase(Locale.ROOT) + "." + what;
  }

  private String property(String command, String what, String otherwise) {
    return table
        .properties()
        .getOrDefault(propertyName(command, what), otherwise)
        .toLowerCase(Locale.ROOT);
  }

  List<Column> list() {
    return columns.list();
  }
}
