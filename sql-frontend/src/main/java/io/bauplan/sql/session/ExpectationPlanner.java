package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.EntryName;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.Expectation;
import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.logical.CatalogNames;
import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.DefinitionStatement;
import io.bauplan.sql.parser.SqlPrinter;
import io.bauplan.sql.parser.SqlText;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import io.bauplan.sql.validator.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;

/// `CREATE EXPECTATION e ON t CHECK (...)`, `DROP EXPECTATION e`. A name stands for one expectation
/// in its namespace, as a table's does.
final class ExpectationPlanner {
  private final StatementContext context;

  ExpectationPlanner(StatementContext context) {
    this.context = context;
  }

  PlannedStatement create(DefinitionStatement.CreateExpectation create) {
    CatalogTable table = names().table(create.table());
    Optional<Expectation> present = find(create.name(), table.name().namespace());
    List<TableAlteration> changes = new ArrayList<>();
    if (present.isPresent()) {
      boolean replaced =
          create.existing() == Existing.REPLACE && present.get().table().equals(table.name());
      if (create.existing() == Existing.KEEP) {
        return new PlannedStatement.AlterTable(context.at().name(), table.name(), List.of());
      }
      if (!replaced) {
        throw new EngineException(
            ErrorCode.DUPLICATE_NAME,
            "there is an expectation \"" + present.get().name() + "\" on " + present.get().table(),
            Positions.of(create.name().getParserPosition()),
            "Choose another name, or use CREATE OR REPLACE on its table.",
            null);
      }
      changes.add(new TableAlteration.RemoveProperty(present.get().property()));
    }
    Expectation expectation =
        new Expectation(
            create.name().names.getLast(), table.name(), SqlPrinter.print(create.condition()));
    check(expectation, create);
    changes.add(new TableAlteration.SetProperty(expectation.property(), expectation.condition()));
    return new PlannedStatement.AlterTable(context.at().name(), table.name(), changes);
  }

  PlannedStatement drop(DefinitionStatement.Drop drop) {
    Optional<Expectation> present = find(drop.name(), context.session().namespace());
    if (present.isPresent()) {
      return new PlannedStatement.AlterTable(
          context.at().name(),
          present.get().table(),
          List.of(new TableAlteration.RemoveProperty(present.get().property())));
    }
    if (drop.ifExists()) {
      return new PlannedStatement.AlterTable(
          context.at().name(), names().mentioned(drop.name()), List.of());
    }
    throw new EngineException(
        ErrorCode.TABLE_NOT_FOUND,
        "there is no expectation \"" + String.join(".", drop.name().names) + "\"",
        Positions.of(drop.name().getParserPosition()),
        NearestName.hint(
                drop.name().names.getLast(), all().stream().map(Expectation::name).toList())
            .orElse("sys.expectations lists them."),
        null);
  }

  private CatalogNames names() {
    return DefinitionPlanner.names(context);
  }

  private List<Expectation> all() {
    List<Expectation> all = new ArrayList<>();
    for (EntryName entry : context.catalog().list(context.at(), Optional.empty())) {
      if (entry.kind() == EntryKind.TABLE
          && context.catalog().find(context.at(), entry.name()).orElse(null)
              instanceof CatalogEntry.Table(CatalogTable table)) {
        all.addAll(Expectation.of(table));
      }
    }
    return all;
  }

  private Optional<Expectation> find(SqlIdentifier name, List<String> otherwise) {
    List<String> namespace =
        name.isSimple() ? otherwise : name.names.subList(0, name.names.size() - 1);
    return all().stream()
        .filter(e -> e.name().equalsIgnoreCase(name.names.getLast()))
        .filter(
            e ->
                String.join("\0", e.table().namespace())
                    .equalsIgnoreCase(String.join("\0", namespace)))
        .findFirst();
  }

  /// That it can be checked: of each row, or else of all together.
  private void check(Expectation expectation, DefinitionStatement.CreateExpectation create) {
    try {
      plan(expectation.violations());
    } catch (EngineException ofRows) {
      try {
        plan(expectation.violationsOfAll());
      } catch (EngineException ofAll) {
        throw new EngineException(
            ofRows.code(),
            "the condition cannot be checked: " + ofRows.getMessage(),
            Positions.of(create.condition().getParserPosition()),
            ofRows.hint().orElse(null),
            ofRows);
      }
    }
  }

  private void plan(String sql) {
    new QueryPlanner(context).query(((Statement.Query) SqlText.parse(sql)).query());
  }
}
