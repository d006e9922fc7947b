package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.logical.CatalogNames;
import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.QueryPlanner.Rows;
import io.bauplan.sql.logical.SqlCopies;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.DataStatement;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.PlannedStatement.InsertMode;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.validator.Positions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Statements that change rows. UPDATE and DELETE are written as the query of the table's new
/// contents.
final class DataPlanner {
  private final StatementContext session;

  DataPlanner(StatementContext session) {
    this.session = session;
  }

  PlannedStatement plan(DataStatement statement) {
    return switch (statement) {
      case DataStatement.Insert insert -> insert(insert);
      case DataStatement.Update update -> update(update);
      case DataStatement.Delete delete -> delete(delete);
      case DataStatement.Merge merge -> {
        StatementContext context = Planning.writing(session, merge.at());
        yield new MergePlanner(context, table(context, merge.table()), merge).plan();
      }
      case DataStatement.Truncate truncate -> truncate(truncate);
      case DataStatement.CopyInto copy -> copyInto(copy);
      case DataStatement.CopyTo copy ->
          new PlannedStatement.CopyTo(
              new QueryPlanner(session).query(copy.query()),
              copy.uri(),
              copy.format(),
              copy.options());
    };
  }

  private static CatalogTable table(StatementContext context, SqlIdentifier name) {
    return new CatalogNames(context.catalog(), context.at(), context.session().namespace())
        .table(name);
  }

  private static List<Column> columns(CatalogTable table) {
    return table.columns().stream().map(ScanColumn::column).toList();
  }

  private PlannedStatement insert(DataStatement.Insert insert) {
    StatementContext context = Planning.writing(session, insert.at());
    QueryPlanner queries = new QueryPlanner(context);
    return insert.byName()
        ? insert(insert.withColumns(names(insert.source(), queries)), context, queries)
        : insert(insert, context, queries);
  }

  /// The columns that a query gives, as names.
  private static List<SqlIdentifier> names(SqlNode source, QueryPlanner queries) {
    SqlParserPos position = source.getParserPosition();
    return queries.columns(SqlCopies.copy(source)).columns().stream()
        .map(column -> new SqlIdentifier(column.name(), position))
        .toList();
  }

  private static PlannedStatement insert(
      DataStatement.Insert insert, StatementContext context, QueryPlanner queries) {
    CatalogTable table = table(context, insert.table());
    List<Column> columns = columns(table);
    int[] sources = new int[columns.size()];
    DefaultValues defaults = new DefaultValues(table);
    defaults.replaceIn(insert.source(), targets(insert, columns, table));
    int given = width(insert.source(), queries);
    if (insert.columns().isEmpty()) {
      if (given != columns.size()) {
        throw arity(insert, table, columns.size(), given);
      }
      Arrays.setAll(sources, i -> i);
    } else {
      if (given != insert.columns().size()) {
        throw arity(insert, table, insert.columns().size(), given);
      }
      Arrays.fill(sources, -1);
      for (int i = 0; i < insert.columns().size(); i++) {
        SqlIdentifier name = insert.columns().get(i);
        int target = column(columns, name, table);
        if (sources[target] >= 0) {
          throw new EngineException(
              ErrorCode.DUPLICATE_NAME,
              "column \"" + name + "\" is named twice",
              Positions.of(name.getParserPosition()));
        }
        sources[target] = i;
      }
    }
    checkRequired(columns, sources, defaults, insert);
    Rows rows = queries.rowsFor(insert.source(), columns, sources, defaults.literals());
    InsertMode mode =
        !insert.overwrite()
            ? InsertMode.APPEND
            : table.partitioning().isEmpty()
                ? InsertMode.OVERWRITE
                : InsertMode.OVERWRITE_PARTITIONS;
    return new PlannedStatement.Insert(
        context.at().name(), context.at(), table.name(), mode, rows.plan(), rows.parameters());
  }

  /// The table's column of each of the source's.
  private static List<Integer> targets(
      DataStatement.Insert insert, List<Column> columns, CatalogTable table) {
    return insert.columns().isEmpty()
        ? IntStream.range(0, columns.size()).boxed().toList()
        : insert.columns().stream().map(name -> column(columns, name, table)).toList();
  }

  private static int width(SqlNode source, QueryPlanner queries) {
    return queries.columns(SqlCopies.copy(source)).size();
  }

  private static EngineException arity(
      DataStatement.Insert insert, CatalogTable table, int expected, int given) {
    return new EngineException(
        ErrorCode.TYPE_MISMATCH,
        "INSERT INTO "
            + table.name()
            + " expects "
            + expected
            + (expected == 1 ? " column" : " columns")
            + ", but the source has "
            + given,
        Positions.of(insert.source().getParserPosition()),
        "The columns are "
            + String.join(
                ", ",
                insert.columns().isEmpty()
                    ? columns(table).stream().map(Column::name).toList()
                    : insert.columns().stream().map(SqlIdentifier::toString).toList())
            + ".",
        null);
  }

  private static void checkRequired(
      List<Column> columns, int[] sources, DefaultValues defaults, DataStatement.Insert insert) {
    for (int i = 0; i < sources.length; i++) {
      if (sources[i] < 0 && !columns.get(i).nullable() && !defaults.has(i)) {
        throw new EngineException(
            ErrorCode.NOT_NULL_VIOLATION,
            "column \"" + columns.get(i).name() + "\" is NOT NULL and must be given",
            insert.position());
      }
    }
  }

  private static int column(List<Column> columns, SqlIdentifier name, CatalogTable table) {
    String wanted = name.names.getLast();
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equalsIgnoreCase(wanted)) {
        return i;
      }
    }
    throw new EngineException(
        ErrorCode.COLUMN_NOT_FOUND,
        "table \"" + table.name() + "\" has no column \"" + wanted + "\"",
        Positions.of(name.getParserPosition()),
        NearestName.hint(wanted, columns.stream().map(Column::name).toList()).orElse(null),
        null);
  }

  private PlannedStatement update(DataStatement.Update statement) {
    StatementContext context = Planning.writing(session, statement.at());
    SqlIdentifier name = target(statement.update().getTargetTable());
    Optional<SqlIdentifier> alias = Optional.ofNullable(statement.update().getAlias());
    return new ChangePlanner(context, table(context, name), name, alias).update(statement);
  }

  private PlannedStatement delete(DataStatement.Delete statement) {
    StatementContext context = Planning.writing(session, statement.at());
    SqlIdentifier name = target(statement.delete().getTargetTable());
    Optional<SqlIdentifier> alias = Optional.ofNullable(statement.delete().getAlias());
    CatalogTable table = table(context, name);
    if (statement.delete().getCondition() == null && statement.using().isEmpty()) {
      return empty(table, name, context);
    }
    return new ChangePlanner(context, table, name, alias).delete(statement);
  }

  private PlannedStatement truncate(DataStatement.Truncate truncate) {
    StatementContext context = Planning.writing(session, truncate.at());
    CatalogTable table;
    try {
      table = table(context, truncate.table());
    } catch (EngineException e) {
      if (truncate.ifExists() && e.code() == ErrorCode.TABLE_NOT_FOUND) {
        return new PlannedStatement.Query(
            context.at(), new PhysicalPlan.Values(new RowType(List.of()), List.of()), List.of());
      }
      throw e;
    }
    return empty(table, truncate.table(), context);
  }

  /// The table without its rows.
  private static PlannedStatement empty(
      CatalogTable table, SqlIdentifier name, StatementContext context) {
    PlannedStatement.Query affected = new QueryPlanner(context).query(countOf(name));
    return new PlannedStatement.Rewrite(
        context.at().name(),
        context.at(),
        table.name(),
        table.currentSnapshotId(),
        new PhysicalPlan.Values(new RowType(columns(table)), List.of()),
        affected.plan(),
        affected.parameters());
  }

  private static SqlIdentifier target(SqlNode node) {
    if (node instanceof SqlIdentifier name) {
      return name;
    }
    throw new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "UPDATE and DELETE take a table's name",
        Positions.of(node.getParserPosition()));
  }

  private static SqlSelect countOf(SqlIdentifier table) {
    SqlNode count =
        SqlStdOperatorTable.COUNT.createCall(
            SqlParserPos.ZERO, SqlIdentifier.star(SqlParserPos.ZERO));
    return new SqlSelect(
        SqlParserPos.ZERO,
        null,
        SqlNodeList.of(count),
        SqlCopies.copy(table),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private PlannedStatement copyInto(DataStatement.CopyInto copy) {
    StatementContext context = Planning.writing(session, copy.at());
    CatalogTable table = table(context, copy.table());
    List<Column> columns = columns(table);
    List<String> names = new ArrayList<>();
    for (SqlIdentifier name : copy.columns()) {
      names.add(columns.get(column(columns, name, table)).name());
    }
    return new PlannedStatement.CopyInto(
        context.at().name(),
        context.at(),
        table.name(),
        names,
        copy.uri(),
        copy.format(),
        copy.options());
  }
}
