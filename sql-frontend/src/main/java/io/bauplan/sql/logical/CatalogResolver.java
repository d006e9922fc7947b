package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.parser.SqlText;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.parser.Version;
import io.bauplan.sql.parser.VersionedTable;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.session.ModelScope;
import io.bauplan.sql.session.SystemTables;
import io.bauplan.sql.validator.ChangedTable;
import io.bauplan.sql.validator.Positions;
import io.bauplan.sql.validator.ResolvedTable;
import io.bauplan.sql.validator.ResolvedTable.Source;
import io.bauplan.sql.validator.TableResolver;
import io.bauplan.sql.validator.TypeMapping;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Resolves names at the statement's commit: first the pipeline's models, then the system schemas,
/// then the catalog, in the namespace given and then as a full name.
final class CatalogResolver implements TableResolver {
  private final StatementContext context;
  private final List<String> namespace;
  private final ViewPath views;
  private final CatalogNames names;

  CatalogResolver(StatementContext context, List<String> namespace, ViewPath views) {
    this.context = context;
    this.namespace = namespace;
    this.views = views;
    this.names =
        new CatalogNames(context.catalog(), context.at(), namespace, context.reads()::note);
  }

  @Override
  public Resolution table(List<String> names, SqlParserPos position) {
    if (names.size() == 1) {
      Optional<ModelScope.Model> model = context.models().find(names.getFirst());
      if (model.isPresent()) {
        context.reads().noteUnrepeatable("the model " + names.getFirst());
        return model(names.getFirst(), model.get());
      }
    }
    Optional<Resolution> system = systemTable(names);
    if (system.isPresent()) {
      return system.get();
    }
    return named(names, position);
  }

  private Resolution named(List<String> path, SqlParserPos position) {
    Optional<CatalogEntry> entry = names.find(path);
    if (entry.isEmpty()) {
      Optional<Resolution> metadata = metadataTable(path);
      if (metadata.isPresent()) {
        return metadata.get();
      }
    }
    return entry(
        entry.orElseThrow(() -> names.notFound("table", path, Positions.of(position))), position);
  }

  /// `t$files` and the like: what Iceberg's metadata say about `t`.
  private Optional<Resolution> metadataTable(List<String> path) {
    String last = path.getLast();
    int dollar = last.lastIndexOf('$');
    if (dollar <= 0) {
      return Optional.empty();
    }
    List<String> base = new ArrayList<>(path);
    base.set(path.size() - 1, last.substring(0, dollar));
    if (!(names.find(base).orElse(null) instanceof CatalogEntry.Table(CatalogTable table))) {
      return Optional.empty();
    }
    return table
        .metadata(last.substring(dollar + 1).toLowerCase(Locale.ROOT))
        .map(
            found -> {
              context.reads().noteUnrepeatable("the metadata of " + table.name());
              PhysicalPlan values = new PhysicalPlan.Values(found.columns(), found.rows());
              return new Resolution(
                  new TableRef(table.name().namespace(), last), leaf(values, found.rows().size()));
            });
  }

  @Override
  public Resolution versioned(VersionedTable table) {
    List<String> path = table.table().names;
    SqlParserPos position = table.getParserPosition();
    Version version = version(table);
    if (version.kind() == Version.Kind.SNAPSHOT) {
      return snapshot(this.names.table(table.table()), version);
    }
    context.reads().noteUnrepeatable(table.table() + " AT " + version.kind());
    StatementContext then =
        context.at(CatalogNames.pin(context.catalog(), context.session().reference(), version));
    CatalogResolver other = new CatalogResolver(then, namespace, views);
    return other.named(path, position);
  }

  @Override
  public Resolution changed(ChangedTable changed) {
    CatalogTable table = names.table(changed.table());
    List<ScanColumn> columns = new ArrayList<>(table.columns());
    columns.add(
        new ScanColumn(ScanColumn.FILE_ID, new Column(ChangedTable.FILE, DataType.VARCHAR, false)));
    columns.add(
        new ScanColumn(
            ScanColumn.POSITION_ID, new Column(ChangedTable.POSITION, DataType.INT64, false)));
    Source source = new Source.Stored(table, table.currentSnapshotId(), columns);
    return new Resolution(table.name(), new ResolvedTable(source, context.types()));
  }

  private Version version(VersionedTable table) {
    SqlNode value = table.value();
    String text;
    if (table.kind() == Version.Kind.TIMESTAMP) {
      Literal time = new ConstantArguments(context).timestamp(value);
      text =
          Instant.EPOCH
              .plus((Long) java.util.Objects.requireNonNull(time.value()), ChronoUnit.MICROS)
              .toString();
    } else {
      text =
          value instanceof SqlIdentifier name
              ? String.join(".", name.names)
              : value instanceof SqlLiteral literal
                  ? String.valueOf(literal.toValue())
                  : value.toString();
    }
    return new Version(table.kind(), text, Positions.of(value.getParserPosition()));
  }

  private Resolution snapshot(CatalogTable table, Version version) {
    long id;
    try {
      id = Long.parseLong(version.text());
    } catch (NumberFormatException e) {
      id = -1;
    }
    long wanted = id;
    if (table.snapshots().stream().noneMatch(s -> s.id() == wanted)) {
      throw new EngineException(
          ErrorCode.COMMIT_NOT_FOUND,
          "table \"" + table.name() + "\" has no snapshot " + version.text(),
          version.position(),
          "sys.snapshots lists those it has.",
          null);
    }
    Source source = new Source.Stored(table, id, table.columnsAt(id));
    return new Resolution(table.name(), new ResolvedTable(source, context.types()));
  }

  private Resolution entry(CatalogEntry entry, SqlParserPos position) {
    return switch (entry) {
      case CatalogEntry.Table(CatalogTable table) -> {
        Source source = new Source.Stored(table, table.currentSnapshotId(), table.columns());
        yield new Resolution(table.name(), new ResolvedTable(source, context.types()));
      }
      case CatalogEntry.View view -> view(view);
      case CatalogEntry.Function function ->
          throw new EngineException(
                  ErrorCode.INVALID_STATEMENT,
                  "\"" + function.name() + "\" is a table function, not a table",
                  Positions.of(position))
              .withHint("Call it: TABLE(" + function.name() + "(TABLE t)).");
    };
  }

  private Resolution view(CatalogEntry.View view) {
    Optional<Source> rows = new MaterializedRows(context).of(view);
    if (rows.isPresent()) {
      return new Resolution(view.name(), new ResolvedTable(rows.get(), context.types()));
    }
    List<String> viewNamespace =
        view.defaultNamespace().isEmpty()
            ? List.of()
            : Arrays.asList(view.defaultNamespace().split("\\.", -1));
    return tree(view.name(), view.sql(), viewNamespace, "view " + view.name());
  }

  private Resolution model(String name, ModelScope.Model model) {
    return switch (model) {
      case ModelScope.Model.Sql sql ->
          tree(new TableRef(List.of(), sql.name()), sql.text(), namespace, "model " + sql.name());
      case ModelScope.Model.Intermediate node -> {
        PhysicalPlan scan =
            new PhysicalPlan.IntermediateScan(
                node.id(),
                node.columns(),
                IntStream.range(0, node.columns().size()).boxed().toList());
        yield new Resolution(new TableRef(List.of(), name), leaf(scan, ResolvedTable.UNKNOWN_ROWS));
      }
    };
  }

  private Resolution tree(TableRef name, String sql, List<String> in, String what) {
    QueryConverter inner = new QueryConverter(context, in, views.enter(name.dotted()));
    RelRoot root;
    try {
      root = inner.convert(query(sql, what)).root();
    } catch (EngineException e) {
      throw e.position().map(p -> p.source().isEmpty() ? e.withPosition(p.in(what)) : e).orElse(e);
    }
    RelNode rel = root.project();
    return new Resolution(
        name,
        new ResolvedTable(
            new Source.Tree(rel, TypeMapping.rowType(rel.getRowType())), context.types()));
  }

  private static SqlNode query(String sql, String what) {
    if (SqlText.parse(sql) instanceof Statement.Query query) {
      return query.query();
    }
    throw new EngineException(ErrorCode.INVALID_STATEMENT, what + " is not a query");
  }

  private ResolvedTable leaf(PhysicalPlan plan, double rows) {
    return new ResolvedTable(new Source.Leaf(plan, rows), context.types());
  }

  private Optional<Resolution> systemTable(List<String> names) {
    if (names.size() != 2) {
      return Optional.empty();
    }
    for (SystemTables.SystemTable table : context.systemTables().tables()) {
      if (table.schema().equalsIgnoreCase(names.get(0))
          && table.name().equalsIgnoreCase(names.get(1))) {
        context.reads().noteUnrepeatable("the system table " + String.join(".", names));
        var rows =
            table
                .source()
                .rows(new SystemTables.Request(context.catalog(), context.at(), context.session()));
        return Optional.of(
            new Resolution(
                new TableRef(List.of(table.schema()), table.name()),
                leaf(new PhysicalPlan.Values(table.columns(), rows), rows.size())));
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<SqlCall> scalar(SqlCall call) {
    SqlIdentifier name = call.getOperator().getNameAsId();
    if (!(names.find(name.names).orElse(null) instanceof CatalogEntry.Function function)) {
      return Optional.empty();
    }
    return Optional.of(ScalarCalls.bind(call, name, function, context));
  }

  @Override
  public boolean handles(SqlNode call) {
    return call instanceof SqlCall c && TableFunctions.isOurs(c);
  }

  @Override
  public Resolution function(SqlCall call, List<SqlWithItem> with) {
    return new TableFunctions(context, namespace, views, this.names).resolve(call, with);
  }
}
