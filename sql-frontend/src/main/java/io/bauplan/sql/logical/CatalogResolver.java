package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.session.ModelScope;
import io.bauplan.sql.session.SystemTables;
import io.bauplan.sql.validator.Positions;
import io.bauplan.sql.validator.ResolvedTable;
import io.bauplan.sql.validator.ResolvedTable.Source;
import io.bauplan.sql.validator.TableResolver;
import io.bauplan.sql.validator.TypeMapping;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Resolves names at the statement's commit: first the pipeline's models, then the system schemas, then
/// the catalog, in the namespace given and then as a full name.
final class CatalogResolver implements TableResolver {
  private final StatementContext context;
  private final List<String> namespace;
  private final ViewPath views;

  CatalogResolver(StatementContext context, List<String> namespace, ViewPath views) {
    this.context = context;
    this.namespace = namespace;
    this.views = views;
  }

  @Override
  public Resolution table(List<String> names, SqlParserPos position) {
    if (names.size() == 1) {
      Optional<ModelScope.Model> model = context.models().find(names.getFirst());
      if (model.isPresent()) {
        return model(names.getFirst(), model.get());
      }
    }
    Optional<Resolution> system = systemTable(names);
    if (system.isPresent()) {
      return system.get();
    }
    for (TableRef candidate : candidates(names)) {
      Optional<CatalogEntry> entry = context.catalog().find(context.at(), candidate);
      if (entry.isPresent()) {
        return entry(entry.get(), position);
      }
    }
    throw notFound(names, Positions.of(position));
  }

  /// Full names that `names` can mean, likeliest first.
  private List<TableRef> candidates(List<String> names) {
    List<String> inNamespace = new ArrayList<>(namespace);
    inNamespace.addAll(names.subList(0, names.size() - 1));
    TableRef relative = new TableRef(inNamespace, names.getLast());
    if (names.size() == 1) {
      return List.of(relative);
    }
    return List.of(new TableRef(names.subList(0, names.size() - 1), names.getLast()), relative);
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
                node.id(), node.columns(), IntStream.range(0, node.columns().size()).boxed().toList());
        yield new Resolution(
            new TableRef(List.of(), name), leaf(scan, ResolvedTable.UNKNOWN_ROWS));
      }
    };
  }

  private Resolution tree(TableRef name, String sql, List<String> in, String what) {
    QueryConverter inner = new QueryConverter(context, in, views.enter(name.dotted()));
    RelRoot root;
    try {
      root = inner.convert(QueryText.parse(sql)).root();
    } catch (EngineException e) {
      throw e.position().map(p -> p.source().isEmpty() ? e.withPosition(p.in(what)) : e).orElse(e);
    }
    RelNode rel = root.project();
    return new Resolution(
        name,
        new ResolvedTable(
            new Source.Tree(rel, TypeMapping.rowType(rel.getRowType())), context.types()));
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
        var rows =
            table
                .source()
                .rows(
                    new SystemTables.Request(context.catalog(), context.at(), context.session()));
        return Optional.of(
            new Resolution(
                new TableRef(List.of(table.schema()), table.name()),
                leaf(new PhysicalPlan.Values(table.columns(), rows), rows.size())));
      }
    }
    return Optional.empty();
  }

  @Override
  public Resolution function(SqlCall call, List<SqlWithItem> with) {
    throw new EngineException(
        ErrorCode.NOT_SUPPORTED, "table functions", Positions.of(call.getParserPosition()));
  }

  private EngineException notFound(List<String> names, SourcePosition position) {
    Catalog catalog = context.catalog();
    return new EngineException(
        ErrorCode.TABLE_NOT_FOUND,
        "table \"" + String.join(".", names) + "\" does not exist on " + context.at().name(),
        position);
  }
}
