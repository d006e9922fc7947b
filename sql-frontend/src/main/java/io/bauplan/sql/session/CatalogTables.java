package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.EntryName;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.Commit;
import io.bauplan.sql.catalog.Expectation;
import io.bauplan.sql.catalog.MaterializedView;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.session.SystemTables.Request;
import io.bauplan.sql.session.SystemTables.RowSource;
import io.bauplan.sql.session.SystemTables.SystemTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The tables of `sys` that the catalog alone can answer.
final class CatalogTables {
  private static final String SYS = "sys";

  /// Commits of sys.commits.
  private static final int MAX_COMMITS = 10_000;

  static final List<SystemTable> TABLES =
      List.of(
          table("branches", r -> references(r, RefKind.BRANCH), "name", "commit"),
          table("tags", r -> references(r, RefKind.TAG), "name", "commit"),
          table("refs", CatalogTables::refs, "name", "kind", "commit"),
          table(
              "commits",
              CatalogTables::commits,
              "commit",
              "time TIMESTAMP",
              "author",
              "message",
              "job_id",
              "project"),
          table(
              "snapshots",
              CatalogTables::snapshots,
              "namespace",
              "table_name",
              "snapshot_id BIGINT",
              "parent_id BIGINT",
              "time TIMESTAMP",
              "operation",
              "current BOOLEAN"),
          table(
              "tables",
              CatalogTables::stored,
              "namespace",
              "table_name",
              "format_version INTEGER",
              "snapshot_id BIGINT",
              "row_count BIGINT",
              "bytes BIGINT",
              "location"),
          table(
              "materialized_views",
              CatalogTables::materialized,
              "namespace",
              "view_name",
              "storage_table",
              "snapshot_id BIGINT"),
          table(
              "expectations",
              CatalogTables::expectations,
              "namespace",
              "table_name",
              "name",
              "condition"),
          table(
              "functions",
              CatalogTables::functions,
              "namespace",
              "name",
              "language",
              "handler",
              "returns",
              "python_version",
              "packages",
              "deterministic BOOLEAN"),
          table("settings", CatalogTables::settingRows, "name", "value"),
          SystemTable.missing(SYS, "column_lineage", "record of which columns come from which"));

  private CatalogTables() {}

  private static SystemTable table(String name, RowSource source, String... columns) {
    return new SystemTable(SYS, name, SystemTables.columns(columns), source);
  }

  private static String dotted(List<String> namespace) {
    return String.join(".", namespace);
  }

  private static List<EntryName> entries(Request request) {
    return request.catalog().list(request.at(), Optional.empty());
  }

  private static List<CatalogTable> tables(Request request) {
    List<CatalogTable> tables = new ArrayList<>();
    for (EntryName name : entries(request)) {
      if (name.kind() == EntryKind.TABLE
          && request.catalog().find(request.at(), name.name()).orElse(null)
              instanceof CatalogEntry.Table(CatalogTable table)) {
        tables.add(table);
      }
    }
    return tables;
  }

  private static List<List<@Nullable Object>> stored(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CatalogTable table : tables(request)) {
      rows.add(
          SystemTables.row(
              dotted(table.name().namespace()),
              table.name().name(),
              (long) table.formatVersion(),
              table.currentSnapshotId() == -1 ? null : (Long) table.currentSnapshotId(),
              table.rowCount().isPresent() ? (Long) table.rowCount().getAsLong() : null,
              table.sizeBytes().isPresent() ? (Long) table.sizeBytes().getAsLong() : null,
              table.location()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> materialized(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CatalogEntry.View view : request.catalog().materializedViews(request.at())) {
      Optional<MaterializedView> materialized = MaterializedView.of(view);
      rows.add(
          SystemTables.row(
              dotted(view.name().namespace()),
              view.name().name(),
              materialized.map(m -> m.storage().dotted()).orElse(null),
              materialized.map(MaterializedView::storageSnapshot).orElse(null)));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> expectations(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CatalogTable table : tables(request)) {
      for (Expectation expectation : Expectation.of(table)) {
        rows.add(
            SystemTables.row(
                dotted(table.name().namespace()),
                table.name().name(),
                expectation.name(),
                expectation.condition()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> functions(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CatalogEntry.Function function : InformationSchema.functions(request)) {
      var definition = function.definition();
      rows.add(
          SystemTables.row(
              dotted(function.name().namespace()),
              function.name().name(),
              definition.language().name(),
              definition.handler(),
              InformationSchema.returned(definition),
              definition.environment().interpreterVersion().orElse(null),
              String.join(", ", definition.environment().requirements()),
              definition.deterministic()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> references(Request request, RefKind kind) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (PinnedRef ref : request.catalog().references()) {
      if (ref.kind() == kind) {
        rows.add(SystemTables.row(ref.name(), ref.commit()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> refs(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (PinnedRef ref : request.catalog().references()) {
      rows.add(SystemTables.row(ref.name(), ref.kind().name(), ref.commit()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> commits(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Commit commit : request.catalog().log(request.at(), MAX_COMMITS)) {
      rows.add(
          SystemTables.row(
              commit.id(),
              SystemTables.micros(commit.time()),
              commit.author(),
              commit.message(),
              commit.properties().get("bauplan.job"),
              commit.properties().get("bauplan.project")));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> snapshots(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CatalogTable table : tables(request)) {
      for (CatalogTable.SnapshotInfo snapshot : table.snapshots()) {
        rows.add(
            SystemTables.row(
                dotted(table.name().namespace()),
                table.name().name(),
                snapshot.id(),
                snapshot.parentId().orElse(null),
                snapshot.timestampMillis() * 1_000,
                snapshot.operation(),
                snapshot.id() == table.currentSnapshotId()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> settingRows(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    settings(request.session()).forEach((name, value) -> rows.add(SystemTables.row(name, value)));
    return rows;
  }

  /// What `SHOW` knows of a session, by name.
  static Map<String, String> settings(Session session) {
    Map<String, String> settings = new TreeMap<>(session.settings());
    settings.put("reference", session.reference());
    settings.put("namespace", String.join(".", session.namespace()));
    settings.put("timezone", session.zone().getId());
    settings.put("user", session.principal().name());
    return settings;
  }
}
