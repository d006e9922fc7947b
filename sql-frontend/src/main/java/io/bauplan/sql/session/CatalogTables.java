package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.EntryName;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.Commit;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The system tables that the catalog alone can answer: `information_schema` and of `sys` branches,
/// tags, commits, snapshots, functions and settings.
final class CatalogTables implements SystemTables {
  static final CatalogTables INSTANCE = new CatalogTables();

  /// Commits of sys.commits.
  private static final int MAX_COMMITS = 10_000;

  private static final String INFORMATION = "information_schema";
  private static final String SYS = "sys";

  private final List<SystemTable> tables =
      List.of(
          table(INFORMATION, "schemata", CatalogTables::schemata, "catalog_name", "schema_name"),
          table(
              INFORMATION,
              "tables",
              CatalogTables::tablesOf,
              "table_catalog",
              "table_schema",
              "table_name",
              "table_type"),
          new SystemTable(
              INFORMATION,
              "columns",
              row(
                  new Column("table_catalog", DataType.VARCHAR, true),
                  new Column("table_schema", DataType.VARCHAR, true),
                  new Column("table_name", DataType.VARCHAR, true),
                  new Column("column_name", DataType.VARCHAR, true),
                  new Column("ordinal_position", DataType.INT32, true),
                  new Column("is_nullable", DataType.VARCHAR, true),
                  new Column("data_type", DataType.VARCHAR, true)),
              CatalogTables::columns),
          table(
              INFORMATION,
              "views",
              CatalogTables::views,
              "table_catalog",
              "table_schema",
              "table_name",
              "view_definition"),
          table(
              INFORMATION,
              "routines",
              CatalogTables::routines,
              "routine_catalog",
              "routine_schema",
              "routine_name",
              "routine_type",
              "external_language"),
          table(SYS, "branches", r -> references(r, RefKind.BRANCH), "name", "commit"),
          table(SYS, "tags", r -> references(r, RefKind.TAG), "name", "commit"),
          new SystemTable(
              SYS,
              "commits",
              row(
                  new Column("commit", DataType.VARCHAR, true),
                  new Column("time", DataType.TIMESTAMP_TZ, true),
                  new Column("author", DataType.VARCHAR, true),
                  new Column("message", DataType.VARCHAR, true)),
              CatalogTables::commits),
          new SystemTable(
              SYS,
              "snapshots",
              row(
                  new Column("namespace", DataType.VARCHAR, true),
                  new Column("table_name", DataType.VARCHAR, true),
                  new Column("snapshot_id", DataType.INT64, true),
                  new Column("parent_id", DataType.INT64, true),
                  new Column("time", DataType.TIMESTAMP_TZ, true),
                  new Column("operation", DataType.VARCHAR, true),
                  new Column("current", DataType.BOOLEAN, true)),
              CatalogTables::snapshots),
          table(
              SYS,
              "functions",
              CatalogTables::functions,
              "namespace",
              "name",
              "language",
              "handler"),
          table(SYS, "settings", CatalogTables::settingRows, "name", "value"));

  private CatalogTables() {}

  @Override
  public List<SystemTable> tables() {
    return tables;
  }

  private static SystemTable table(
      String schema, String name, RowSource source, String... columns) {
    List<Column> row = new ArrayList<>();
    for (String column : columns) {
      row.add(new Column(column, DataType.VARCHAR, true));
    }
    return new SystemTable(schema, name, new RowType(row), source);
  }

  private static RowType row(Column... columns) {
    return new RowType(List.of(columns));
  }

  private static List<@Nullable Object> of(@Nullable Object... values) {
    List<@Nullable Object> row = new ArrayList<>();
    java.util.Collections.addAll(row, values);
    return row;
  }

  private static String dotted(List<String> namespace) {
    return String.join(".", namespace);
  }

  private static List<EntryName> entries(Request request) {
    return request.catalog().list(request.at(), Optional.empty());
  }

  private static List<List<@Nullable Object>> schemata(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (List<String> namespace : request.catalog().namespaces(request.at())) {
      rows.add(of(request.at().name(), dotted(namespace)));
    }
    rows.add(of(request.at().name(), INFORMATION));
    rows.add(of(request.at().name(), SYS));
    return rows;
  }

  private static List<List<@Nullable Object>> tablesOf(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EntryName entry : entries(request)) {
      if (entry.kind() != EntryKind.FUNCTION) {
        rows.add(
            of(
                request.at().name(),
                dotted(entry.name().namespace()),
                entry.name().name(),
                entry.kind() == EntryKind.VIEW ? "VIEW" : "BASE TABLE"));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> columns(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EntryName name : entries(request)) {
      Optional<CatalogEntry> entry = request.catalog().find(request.at(), name.name());
      List<Column> columns =
          switch (entry.orElse(null)) {
            case CatalogEntry.Table(CatalogTable table) ->
                table.columns().stream().map(c -> c.column()).toList();
            case CatalogEntry.View view -> view.columns().columns();
            case null, default -> List.of();
          };
      for (int i = 0; i < columns.size(); i++) {
        Column column = columns.get(i);
        rows.add(
            of(
                request.at().name(),
                dotted(name.name().namespace()),
                name.name().name(),
                column.name(),
                (long) i + 1,
                column.nullable() ? "YES" : "NO",
                column.type().sql()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> views(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EntryName name : entries(request)) {
      if (name.kind() == EntryKind.VIEW
          && request.catalog().find(request.at(), name.name()).orElse(null)
              instanceof CatalogEntry.View view) {
        rows.add(
            of(
                request.at().name(),
                dotted(name.name().namespace()),
                name.name().name(),
                view.sql()));
      }
    }
    return rows;
  }

  private static List<CatalogEntry.Function> functionsOf(Request request) {
    List<CatalogEntry.Function> functions = new ArrayList<>();
    for (EntryName name : entries(request)) {
      if (name.kind() == EntryKind.FUNCTION
          && request.catalog().find(request.at(), name.name()).orElse(null)
              instanceof CatalogEntry.Function function) {
        functions.add(function);
      }
    }
    return functions;
  }

  private static List<List<@Nullable Object>> routines(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CatalogEntry.Function function : functionsOf(request)) {
      rows.add(
          of(
              request.at().name(),
              dotted(function.name().namespace()),
              function.name().name(),
              "FUNCTION",
              function.definition().language().name()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> functions(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CatalogEntry.Function function : functionsOf(request)) {
      rows.add(
          of(
              dotted(function.name().namespace()),
              function.name().name(),
              function.definition().language().name(),
              function.definition().handler()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> references(Request request, RefKind kind) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (PinnedRef ref : request.catalog().references()) {
      if (ref.kind() == kind) {
        rows.add(of(ref.name(), ref.commit()));
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> commits(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Commit commit : request.catalog().log(request.at(), MAX_COMMITS)) {
      rows.add(
          of(
              commit.id(),
              ChronoUnit.MICROS.between(Instant.EPOCH, commit.time()),
              commit.author(),
              commit.message()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> snapshots(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EntryName name : entries(request)) {
      if (name.kind() == EntryKind.TABLE
          && request.catalog().find(request.at(), name.name()).orElse(null)
              instanceof CatalogEntry.Table(CatalogTable table)) {
        for (CatalogTable.SnapshotInfo snapshot : table.snapshots()) {
          rows.add(
              of(
                  dotted(name.name().namespace()),
                  name.name().name(),
                  snapshot.id(),
                  snapshot.parentId().orElse(null),
                  snapshot.timestampMillis() * 1_000,
                  snapshot.operation(),
                  snapshot.id() == table.currentSnapshotId()));
        }
      }
    }
    return rows;
  }

  private static List<List<@Nullable Object>> settingRows(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    settings(request.session()).forEach((name, value) -> rows.add(of(name, value)));
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
