package io.bauplan.exec.engine;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.Catalog.OnExisting;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.EntryState;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WrittenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Statements that change definitions: tables, views, functions, namespaces.
final class DataDefinition {
  private final Catalog catalog;

  DataDefinition(Catalog catalog) {
    this.catalog = catalog;
  }

  StatementResult createTable(PlannedStatement.CreateTable create, StatementRunner runner) {
    TableRef name = create.definition().name();
    CommitInfo info = CommitInfo.of("CREATE TABLE " + name.dotted());
    if (create.existing() == Existing.KEEP && exists(create.branch(), name)) {
      return new StatementResult.Updated(0, "Kept " + name.dotted() + ", which exists");
    }
    if (create.source().isEmpty() && create.existing() != Existing.REPLACE) {
      catalog.createTable(create.branch(), create.definition(), info);
      return new StatementResult.Updated(0, "Created table " + name.dotted());
    }
    if (create.existing() == Existing.FAIL && exists(create.branch(), name)) {
      // Said before the work is done; the commit checks again.
      throw new EngineException(ErrorCode.TABLE_EXISTS, name.dotted() + " already exists")
          .withHint("use CREATE OR REPLACE TABLE, or INSERT INTO to add rows");
    }
    List<WrittenFile> written = new ArrayList<>();
    catalog.createTableAs(
        create.branch(),
        create.definition(),
        target -> {
          if (create.existing() == Existing.REPLACE && create.source().isPresent()) {
            checkStillReads(create);
          }
          written.clear();
          create.source().ifPresent(source -> written.addAll(runner.write(source, target)));
          return List.copyOf(written);
        },
        create.existing() == Existing.REPLACE ? OnExisting.REPLACE : OnExisting.FAIL,
        info);
    long rows = StatementRunner.rows(written);
    return new StatementResult.Updated(
        rows, "Created table " + name.dotted() + " with " + DataChanges.count(rows));
  }

  /// A query may read the table that it replaces: what was committed to it since the query was
  /// planned would be lost. What comes later the commit notices.
  private void checkStillReads(PlannedStatement.CreateTable create) {
    TableRef name = create.definition().name();
    PinnedRef now = catalog.resolve(create.branch());
    if (!state(create.at(), name).equals(state(now, name))) {
      throw new EngineException(
              ErrorCode.COMMIT_CONFLICT,
              "table " + name + " has changed since the statement read it")
          .withHint("run the statement again");
    }
  }

  private String state(PinnedRef at, TableRef name) {
    return EntryState.of(catalog.find(at, name));
  }

  StatementResult createView(PlannedStatement.CreateView create) {
    TableRef name = create.view().name();
    if (create.existing() == Existing.KEEP && exists(create.branch(), name)) {
      return new StatementResult.Updated(0, "Kept " + name.dotted() + ", which exists");
    }
    catalog.createView(
        create.branch(),
        create.view(),
        create.existing() == Existing.REPLACE ? OnExisting.REPLACE : OnExisting.FAIL,
        CommitInfo.of("CREATE VIEW " + name.dotted()));
    return new StatementResult.Updated(0, "Created view " + name.dotted());
  }

  StatementResult createFunction(PlannedStatement.CreateFunction create) {
    if (create.existing() == Existing.KEEP && exists(create.branch(), create.name())) {
      return new StatementResult.Updated(0, "Kept " + create.name().dotted() + ", which exists");
    }
    catalog.createFunction(
        create.branch(),
        create.name(),
        create.definition(),
        create.existing() == Existing.REPLACE ? OnExisting.REPLACE : OnExisting.FAIL,
        CommitInfo.of("CREATE FUNCTION " + create.name().dotted()));
    return new StatementResult.Updated(0, "Created function " + create.name().dotted());
  }

  StatementResult drop(PlannedStatement.Drop drop) {
    String kind = drop.kind().name().toLowerCase(Locale.ROOT);
    if (drop.ifExists() && !exists(drop.branch(), drop.name())) {
      return new StatementResult.Updated(0, "No " + kind + " " + drop.name().dotted());
    }
    catalog.drop(
        drop.branch(),
        drop.name(),
        drop.kind(),
        CommitInfo.of("DROP " + drop.kind() + " " + drop.name().dotted()));
    // Last: without its view the storage is a table that nobody asks for.
    drop.storage()
        .ifPresent(
            storage ->
                catalog.drop(
                    drop.branch(),
                    storage,
                    Catalog.EntryKind.TABLE,
                    CommitInfo.of("DROP the storage of " + drop.name().dotted())));
    return new StatementResult.Updated(0, "Dropped " + kind + " " + drop.name().dotted());
  }

  StatementResult rename(PlannedStatement.Rename rename) {
    catalog.rename(
        rename.branch(),
        rename.from(),
        rename.to(),
        CommitInfo.of("RENAME " + rename.from().dotted() + " TO " + rename.to().dotted()));
    return new StatementResult.Updated(
        0, "Renamed " + rename.from().dotted() + " to " + rename.to().dotted());
  }

  StatementResult alter(PlannedStatement.AlterTable alter) {
    if (alter.changes().isEmpty()) {
      return new StatementResult.Updated(0, alter.table().dotted() + " is as it was");
    }
    catalog.alterTable(
        alter.branch(),
        alter.table(),
        alter.changes(),
        CommitInfo.of("ALTER TABLE " + alter.table().dotted()));
    return new StatementResult.Updated(0, "Altered table " + alter.table().dotted());
  }

  StatementResult createNamespace(PlannedStatement.CreateNamespace create) {
    String name = String.join(".", create.namespace());
    PinnedRef at = catalog.resolve(create.branch());
    boolean exists =
        catalog.namespaces(at).stream()
            .anyMatch(other -> String.join(".", other).equalsIgnoreCase(name));
    if (exists) {
      if (create.existing() == Existing.KEEP) {
        return new StatementResult.Updated(0, "Kept namespace " + name + ", which exists");
      }
      throw new EngineException(ErrorCode.DUPLICATE_NAME, "namespace " + name + " already exists");
    }
    catalog.createNamespace(
        create.branch(), create.namespace(), CommitInfo.of("CREATE NAMESPACE " + name));
    return new StatementResult.Updated(0, "Created namespace " + name);
  }

  StatementResult dropNamespace(PlannedStatement.DropNamespace drop) {
    String name = String.join(".", drop.namespace());
    PinnedRef at = catalog.resolve(drop.branch());
    boolean exists =
        catalog.namespaces(at).stream()
            .anyMatch(other -> String.join(".", other).equalsIgnoreCase(name));
    if (!exists && drop.ifExists()) {
      return new StatementResult.Updated(0, "No namespace " + name);
    }
    if (drop.cascade() && exists) {
      for (Catalog.EntryName entry : catalog.list(at, java.util.Optional.of(drop.namespace()))) {
        catalog.drop(
            drop.branch(),
            entry.name(),
            entry.kind(),
            CommitInfo.of("DROP NAMESPACE " + name + " CASCADE"));
      }
    }
    catalog.dropNamespace(drop.branch(), drop.namespace(), CommitInfo.of("DROP NAMESPACE " + name));
    return new StatementResult.Updated(0, "Dropped namespace " + name);
  }

  private boolean exists(String branch, TableRef name) {
    return catalog.canonical(catalog.resolve(branch), name).isPresent();
  }
}
