package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.MaterializedView;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.logical.CatalogNames;
import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.CreateFunction;
import io.bauplan.sql.parser.DefinitionStatement;
import io.bauplan.sql.parser.DefinitionStatement.AlterTable;
import io.bauplan.sql.parser.DefinitionStatement.Change;
import io.bauplan.sql.parser.DefinitionStatement.ColumnDefinition;
import io.bauplan.sql.parser.DefinitionStatement.CreateTable;
import io.bauplan.sql.parser.DefinitionStatement.CreateView;
import io.bauplan.sql.parser.DefinitionStatement.Drop;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.validator.Positions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlIdentifier;

/// Statements that create, change and drop catalog objects.
final class DefinitionPlanner {
  private final StatementContext session;

  DefinitionPlanner(StatementContext session) {
    this.session = session;
  }

  PlannedStatement plan(DefinitionStatement statement) {
    StatementContext context = Planning.writing(session, statement.at());
    return switch (statement) {
      case CreateTable create -> createTable(create, context);
      case AlterTable alter -> alterTable(alter, context);
      case CreateView create -> new ViewPlanner(context).create(create);
      case DefinitionStatement.RefreshView refresh -> new ViewPlanner(context).refresh(refresh);
      case CreateFunction create -> new FunctionPlanner(context).plan(create);
      case DefinitionStatement.CreateNamespace create ->
          new PlannedStatement.CreateNamespace(
              context.at().name(), create.name().names, create.existing());
      case Drop drop -> drop(drop, context);
      case DefinitionStatement.CreateExpectation create ->
          new ExpectationPlanner(context).create(create);
    };
  }

  static CatalogNames names(StatementContext context) {
    return new CatalogNames(context.catalog(), context.at(), context.session().namespace());
  }

  private static PlannedStatement createTable(CreateTable create, StatementContext context) {
    TypeSpecs types = new TypeSpecs(context);
    List<Column> columns = new ArrayList<>();
    Optional<PhysicalPlan> source = Optional.empty();
    if (create.query().isEmpty()) {
      for (ColumnDefinition definition : create.columns()) {
        columns.add(column(definition, types));
      }
      if (columns.isEmpty()) {
        throw new EngineException(
            ErrorCode.INVALID_STATEMENT, "a table needs at least one column", create.position());
      }
    } else {
      QueryPlanner queries = new QueryPlanner(context);
      RowType row = queries.columns(io.bauplan.sql.logical.SqlCopies.copy(create.query().get()));
      columns.addAll(queryColumns(create, row, types));
      source =
          Optional.of(
              queries
                  .rowsFor(
                      create.query().get(), columns, IntStream.range(0, columns.size()).toArray())
                  .plan());
    }
    checkNames(columns, create.position());
    TableRef name = names(context).created(create.name());
    TableDefinition definition =
        new TableDefinition(
            name,
            columns,
            partitioning(create.partitioning(), columns),
            create.properties(),
            AlterationPlanner.defaults(create.columns(), context),
            AlterationPlanner.comments(create.columns()));
    return new PlannedStatement.CreateTable(
        context.at().name(), context.at(), definition, source, create.existing());
  }

  static Column column(ColumnDefinition definition, TypeSpecs types) {
    DataType type =
        definition
            .type()
            .map(types::type)
            .orElseThrow(
                () ->
                    new EngineException(
                        ErrorCode.INVALID_STATEMENT,
                        "column \"" + definition.name() + "\" needs a type",
                        Positions.of(definition.name().getParserPosition())));
    return new Column(definition.name().names.getLast(), type, definition.nullable());
  }

  /// A query's columns under the names, and with the types, that the statement gives.
  private static List<Column> queryColumns(CreateTable create, RowType row, TypeSpecs types) {
    if (!create.columns().isEmpty() && create.columns().size() != row.size()) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH,
          "the table has "
              + create.columns().size()
              + " columns, but its query gives "
              + row.size(),
          create.position());
    }
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      Column from = row.column(i);
      String name = from.name();
      DataType type = from.type();
      boolean nullable = true;
      if (!create.columns().isEmpty()) {
        ColumnDefinition definition = create.columns().get(i);
        name = definition.name().getSimple();
        type = definition.type().map(types::type).orElse(type);
        nullable = definition.nullable();
      }
      columns.add(new Column(name, stored(type), nullable));
    }
    return columns;
  }

  /// A column of bare NULLs is stored as VARCHAR; anything else as it is.
  private static DataType stored(DataType type) {
    return type instanceof DataType.NullType ? DataType.VARCHAR : type;
  }

  static List<TableDefinition.Partitioning> partitioning(
      List<DefinitionStatement.PartitionField> fields, List<Column> columns) {
    List<TableDefinition.Partitioning> partitioning = new ArrayList<>();
    for (DefinitionStatement.PartitionField field : fields) {
      String wanted = field.column().names.getLast();
      Column column =
          columns.stream()
              .filter(c -> c.name().equalsIgnoreCase(wanted))
              .findFirst()
              .orElseThrow(
                  () ->
                      new EngineException(
                          ErrorCode.COLUMN_NOT_FOUND,
                          "PARTITIONED BY names \"" + wanted + "\", which is not a column",
                          Positions.of(field.column().getParserPosition()),
                          io.bauplan.sql.error.NearestName.hint(
                                  wanted, columns.stream().map(Column::name).toList())
                              .orElse(null),
                          null));
      partitioning.add(new TableDefinition.Partitioning(column.name(), field.transform()));
    }
    return partitioning;
  }

  static void checkNames(List<Column> columns, SourcePosition position) {
    Set<String> seen = new HashSet<>();
    for (Column column : columns) {
      if (!seen.add(column.name().toLowerCase(Locale.ROOT))) {
        throw new EngineException(
            ErrorCode.DUPLICATE_NAME,
            "column \"" + column.name() + "\" is there twice",
            position,
            "Name the columns of the query apart with AS.",
            null);
      }
    }
  }

  private static PlannedStatement drop(Drop drop, StatementContext context) {
    String branch = context.at().name();
    return switch (drop.kind()) {
      case NAMESPACE ->
          new PlannedStatement.DropNamespace(
              branch, drop.name().names, drop.ifExists(), drop.cascade());
      case EXPECTATION -> new ExpectationPlanner(context).drop(drop);
      case TABLE -> drop(branch, EntryKind.TABLE, drop, context);
      case VIEW, MATERIALIZED_VIEW -> dropView(branch, drop, context);
      case FUNCTION -> drop(branch, EntryKind.FUNCTION, drop, context);
    };
  }

  private static PlannedStatement drop(
      String branch, EntryKind kind, Drop drop, StatementContext context) {
    return new PlannedStatement.Drop(
        branch, kind, names(context).mentioned(drop.name()), drop.ifExists(), Optional.empty());
  }

  private static PlannedStatement dropView(String branch, Drop drop, StatementContext context) {
    TableRef name = names(context).mentioned(drop.name());
    Optional<TableRef> storage = Optional.empty();
    if (context.catalog().find(context.at(), name).orElse(null) instanceof CatalogEntry.View view) {
      Optional<MaterializedView> materialized = MaterializedView.of(view);
      if (drop.kind() == DefinitionStatement.ObjectKind.MATERIALIZED_VIEW
          && materialized.isEmpty()) {
        throw new EngineException(
            ErrorCode.INVALID_STATEMENT,
            "\"" + name + "\" is a plain view, not a materialized one",
            Positions.of(drop.name().getParserPosition()),
            "Use DROP VIEW.",
            null);
      }
      storage =
          materialized
              .map(MaterializedView::storage)
              .filter(table -> context.catalog().canonical(context.at(), table).isPresent());
    }
    return new PlannedStatement.Drop(branch, EntryKind.VIEW, name, drop.ifExists(), storage);
  }

  private static PlannedStatement alterTable(AlterTable alter, StatementContext context) {
    TableRef table = names(context).mentioned(alter.table());
    String branch = context.at().name();
    if (alter.changes().size() == 1
        && alter.changes().getFirst() instanceof Change.RenameTable(SqlIdentifier to)) {
      TableRef target =
          to.isSimple()
              ? new TableRef(table.namespace(), to.getSimple())
              : names(context).created(to);
      return new PlannedStatement.Rename(branch, table, target);
    }
    AlterationPlanner alterations = new AlterationPlanner(context, alter);
    return new PlannedStatement.AlterTable(branch, table, alterations.plan());
  }
}
