package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.MaterializedView;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.catalog.TableDefinition.Partitioning;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.logical.MaterializedRows;
import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.SqlCopies;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.DefinitionStatement.CreateView;
import io.bauplan.sql.parser.DefinitionStatement.RefreshView;
import io.bauplan.sql.parser.SqlText;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.validator.Positions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlNode;

/// `CREATE [MATERIALIZED] VIEW` and `REFRESH MATERIALIZED VIEW`.
final class ViewPlanner {
  private final StatementContext context;

  ViewPlanner(StatementContext context) {
    this.context = context;
  }

  PlannedStatement create(CreateView create) {
    TableRef name = DefinitionPlanner.names(context).created(create.name());
    RowType row = new QueryPlanner(context).columns(SqlCopies.copy(create.query()));
    refuseCycle(name, create.position());
    List<Column> columns = new ArrayList<>(row.columns());
    String sql = create.sql();
    if (!create.columns().isEmpty()) {
      sql = renamed(create, row, columns);
    }
    DefinitionPlanner.checkNames(columns, create.position());
    CatalogEntry.View view =
        new CatalogEntry.View(
            name,
            sql,
            String.join(".", context.session().namespace()),
            new RowType(columns),
            create.properties());
    if (!create.materialized()) {
      return new PlannedStatement.CreateView(context.at().name(), view, create.existing());
    }
    refuseUnrepeatable(name, create.query(), create.position());
    return write(
        view,
        DefinitionPlanner.partitioning(create.partitioning(), columns),
        create.existing(),
        create.position());
  }

  /// The query with the names that the statement gives to its columns.
  private static String renamed(CreateView create, RowType row, List<Column> columns) {
    if (create.columns().size() != row.size()) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH,
          "the view names "
              + create.columns().size()
              + " columns, but its query gives "
              + row.size(),
          create.position());
    }
    List<String> quoted = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      String name = create.columns().get(i).getSimple();
      columns.set(i, new Column(name, row.type(i), row.column(i).nullable()));
      quoted.add('"' + name.replace("\"", "\"\"") + '"');
    }
    return "SELECT * FROM (" + create.sql() + ") AS v (" + String.join(", ", quoted) + ")";
  }

  /// `CREATE OR REPLACE VIEW v AS SELECT ... FROM v`: what `v` was is gone with the statement.
  private void refuseCycle(TableRef name, SourcePosition position) {
    if (context.reads().includes(name)) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "the view \"" + name + "\" would read itself",
          position,
          "Give the new view another name, or write out what it reads.",
          null);
    }
  }

  private void refuseUnrepeatable(TableRef name, SqlNode query, SourcePosition position) {
    Set<String> found = new QueryPlanner(context).unrepeatable(SqlCopies.copy(query));
    if (!found.isEmpty()) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "the materialized view \""
              + name
              + "\" would not be repeatable: its query uses "
              + String.join(", ", found),
          position,
          "Read tables of the catalog at the view's own reference only, or make it a plain view.",
          null);
    }
  }

  PlannedStatement refresh(RefreshView refresh) {
    SourcePosition position = Positions.of(refresh.name().getParserPosition());
    var names = DefinitionPlanner.names(context);
    CatalogEntry entry =
        names
            .find(refresh.name().names)
            .orElseThrow(() -> names.notFound("materialized view", refresh.name().names, position));
    Optional<MaterializedView> materialized =
        entry instanceof CatalogEntry.View v ? MaterializedView.of(v) : Optional.empty();
    if (materialized.isEmpty()) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "\"" + entry.name() + "\" is not a materialized view",
          position,
          "Only those made with CREATE MATERIALIZED VIEW are refreshed.",
          null);
    }
    CatalogEntry.View view = (CatalogEntry.View) entry;
    MaterializedRows rows = new MaterializedRows(context);
    if (rows.isFresh(materialized.get()) && rows.isStored(materialized.get(), view)) {
      return new PlannedStatement.MaterializeView(
          context.at().name(),
          context.at(),
          view,
          materialized.get(),
          new TableDefinition(materialized.get().storage(), List.of(), List.of(), Map.of()),
          Optional.empty(),
          Existing.REPLACE);
    }
    List<Partitioning> partitioning =
        context.catalog().find(context.at(), materialized.get().storage()).orElse(null)
                instanceof CatalogEntry.Table(CatalogTable storage)
            ? partitioning(storage)
            : List.of();
    return write(view, partitioning, Existing.REPLACE, position);
  }

  private static List<Partitioning> partitioning(CatalogTable storage) {
    List<Partitioning> fields = new ArrayList<>();
    for (var field : storage.partitioning()) {
      for (ScanColumn column : storage.columns()) {
        if (column.fieldId() == field.sourceFieldId()) {
          fields.add(new Partitioning(column.column().name(), field.transform()));
        }
      }
    }
    return fields;
  }

  private PlannedStatement write(
      CatalogEntry.View view,
      List<Partitioning> partitioning,
      Existing existing,
      SourcePosition position) {
    // Planned in the view's own namespace, like a reader of the view would.
    StatementContext inner = context.in(Arrays.asList(view.defaultNamespace().split("\\.", -1)));
    SqlNode query = ((Statement.Query) SqlText.parse(view.sql())).query();
    QueryPlanner queries = new QueryPlanner(inner);
    RowType row = queries.columns(SqlCopies.copy(query));
    RowType columns = renamedTo(row, view.columns());
    List<Column> stored = new ArrayList<>();
    for (Column column : columns.columns()) {
      DataType type = column.type() instanceof DataType.NullType ? DataType.VARCHAR : column.type();
      stored.add(new Column(column.name(), type, column.nullable()));
    }
    PhysicalPlan source =
        queries.rowsFor(query, stored, IntStream.range(0, stored.size()).toArray()).plan();
    CatalogEntry.View current =
        new CatalogEntry.View(
            view.name(), view.sql(), view.defaultNamespace(), columns, view.properties());
    TableRef storage = MaterializedView.storageOf(view.name());
    refuseForeignStorage(storage, view.name(), position);
    Map<String, String> properties = new HashMap<>(view.properties());
    properties.keySet().removeIf(key -> key.startsWith("bauplan."));
    properties.put(MaterializedView.STORAGE_OF, view.name().dotted());
    return new PlannedStatement.MaterializeView(
        context.at().name(),
        context.at(),
        current,
        new MaterializedView(storage, MaterializedView.NOT_WRITTEN, inner.reads().inputs()),
        new TableDefinition(storage, stored, partitioning, properties),
        Optional.of(source),
        existing);
  }

  /// The types that the query has now under the names that the view gives.
  private static RowType renamedTo(RowType row, RowType names) {
    if (row.size() != names.size()) {
      return row;
    }
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      columns.add(new Column(names.column(i).name(), row.type(i), row.column(i).nullable()));
    }
    return new RowType(columns);
  }

  private void refuseForeignStorage(TableRef storage, TableRef view, SourcePosition position) {
    if (context.catalog().find(context.at(), storage).orElse(null)
            instanceof CatalogEntry.Table(CatalogTable table)
        && !table.properties().containsKey(MaterializedView.STORAGE_OF)) {
      throw new EngineException(
          ErrorCode.TABLE_EXISTS,
          "the rows of \"" + view + "\" are kept in \"" + storage + "\", but that table exists",
          position,
          "Rename one of the two.",
          null);
    }
  }
}
