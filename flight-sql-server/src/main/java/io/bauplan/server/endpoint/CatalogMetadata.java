package io.bauplan.server.endpoint;

import io.bauplan.exec.engine.Engine;
import io.bauplan.server.wire.ResultSchema;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.SystemTables.SystemTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetDbSchemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Namespaces and tables of a session's reference, for the metadata calls. There is no level above
/// the namespace, so the catalog is NULL everywhere: a client that qualifies names by what it is
/// told here writes names that resolve.
final class CatalogMetadata {
  static final String TABLE = "TABLE";
  static final String VIEW = "VIEW";
  static final String SYSTEM = "SYSTEM VIEW";
  static final List<String> TABLE_TYPES = List.of(TABLE, VIEW, SYSTEM);

  private static final Logger LOG = LoggerFactory.getLogger(CatalogMetadata.class);

  private final Catalog catalog;
  private final List<SystemTable> system;

  CatalogMetadata(Engine engine) {
    this.catalog = engine.catalog();
    this.system = engine.systemTables().stream().filter(SystemTable::isThere).toList();
  }

  /// @param schema the serialized Arrow schema, where asked for
  record TableRow(String namespace, String name, String type, Optional<byte[]> schema) {}

  List<String> namespaces(CommandGetDbSchemas command, Session session) {
    if (namesOtherCatalog(command.hasCatalog(), command.getCatalog())) {
      return List.of();
    }
    NamePattern filter =
        command.hasDbSchemaFilterPattern()
            ? NamePattern.like(command.getDbSchemaFilterPattern())
            : NamePattern.ALL;
    return namespaces(catalog.resolve(session.reference())).stream()
        .filter(filter::matches)
        .toList();
  }

  private List<String> namespaces(PinnedRef at) {
    List<String> names =
        new ArrayList<>(
            catalog.namespaces(at).stream().map(levels -> String.join(".", levels)).toList());
    if (!names.contains(Catalog.DEFAULT_NAMESPACE)) {
      names.add(Catalog.DEFAULT_NAMESPACE);
    }
    system.stream().map(SystemTable::schema).distinct().forEach(names::add);
    names.sort(Comparator.naturalOrder());
    return names;
  }

  List<TableRow> tables(CommandGetTables command, Session session) {
    if (namesOtherCatalog(command.hasCatalog(), command.getCatalog())) {
      return List.of();
    }
    NamePattern inNamespace =
        command.hasDbSchemaFilterPattern()
            ? NamePattern.like(command.getDbSchemaFilterPattern())
            : NamePattern.ALL;
    NamePattern named =
        command.hasTableNameFilterPattern()
            ? NamePattern.like(command.getTableNameFilterPattern())
            : NamePattern.ALL;
    List<String> types = command.getTableTypesList();
    PinnedRef at = catalog.resolve(session.reference());
    List<TableRow> rows = new ArrayList<>();
    for (Catalog.EntryName entry : catalog.list(at, Optional.empty())) {
      String namespace = String.join(".", entry.name().namespace());
      boolean wanted =
          entry.kind() != Catalog.EntryKind.FUNCTION
              && (types.isEmpty() || types.contains(typeName(entry.kind())))
              && inNamespace.matches(namespace)
              && named.matches(entry.name().name());
      if (wanted) {
        Optional<byte[]> schema =
            command.getIncludeSchema() ? Optional.of(schema(at, entry.name())) : Optional.empty();
        rows.add(new TableRow(namespace, entry.name().name(), typeName(entry.kind()), schema));
      }
    }
    for (SystemTable table : system) {
      if ((types.isEmpty() || types.contains(SYSTEM))
          && inNamespace.matches(table.schema())
          && named.matches(table.name())) {
        Optional<byte[]> schema =
            command.getIncludeSchema()
                ? Optional.of(schema(table.columns(), table.schema(), table.name()))
                : Optional.empty();
        rows.add(new TableRow(table.schema(), table.name(), SYSTEM, schema));
      }
    }
    rows.sort(
        Comparator.comparing(TableRow::type)
            .thenComparing(TableRow::namespace)
            .thenComparing(TableRow::name));
    return rows;
  }

  private static String typeName(Catalog.EntryKind kind) {
    return kind == Catalog.EntryKind.VIEW ? VIEW : TABLE;
  }

  /// An empty catalog name means "those without a catalog": all of ours.
  private static boolean namesOtherCatalog(boolean has, String name) {
    return has && !name.isEmpty();
  }

  private byte[] schema(PinnedRef at, TableRef name) {
    return schema(columns(at, name), String.join(".", name.namespace()), name.name());
  }

  private static byte[] schema(RowType columns, String namespace, String table) {
    return ResultSchema.ofTable(columns, new ResultSchema.TableName("", namespace, table))
        .serializeAsMessage();
  }

  /// Columns of a table or view. One table that cannot be read does not spoil the list of all.
  private RowType columns(PinnedRef at, TableRef name) {
    try {
      return catalog.find(at, name).map(CatalogMetadata::columns).orElse(new RowType(List.of()));
    } catch (EngineException e) {
      LOG.warn("event=table_unreadable table={} error={}", name, e.getMessage());
      return new RowType(List.of());
    }
  }

  static RowType columns(CatalogEntry entry) {
    return switch (entry) {
      case CatalogEntry.Table(var table) ->
          new RowType(table.columns().stream().map(ScanColumn::column).toList());
      case CatalogEntry.View view -> view.columns();
      case CatalogEntry.Function ignored -> new RowType(List.of());
    };
  }
}
