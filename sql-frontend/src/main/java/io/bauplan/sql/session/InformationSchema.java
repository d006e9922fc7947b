package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.EntryName;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `information_schema` of the SQL standard, at the commit that the statement reads. There is no
/// level above the namespace, so catalog columns are NULL, as in the metadata calls of clients.
final class InformationSchema implements SystemTables {
  static final String NAME = "information_schema";

  private static final String SYSTEM_VIEW = "SYSTEM VIEW";

  /// Of all system tables: they are listed as well.
  private final Supplier<List<SystemTable>> system;

  InformationSchema(Supplier<List<SystemTable>> system) {
    this.system = system;
  }

  @Override
  public List<SystemTable> tables() {
    return List.of(
        table("schemata", this::schemata, "catalog_name", "schema_name", "schema_owner"),
        table(
            "tables",
            this::tablesOf,
            "table_catalog",
            "table_schema",
            "table_name",
            "table_type",
            "is_insertable_into"),
        table(
            "columns",
            this::columnsOf,
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            "ordinal_position INTEGER",
            "column_default",
            "is_nullable",
            "data_type",
            "numeric_precision INTEGER",
            "numeric_scale INTEGER",
            "datetime_precision INTEGER"),
        table(
            "views",
            InformationSchema::views,
            "table_catalog",
            "table_schema",
            "table_name",
            "view_definition",
            "check_option",
            "is_updatable"),
        table(
            "routines",
            InformationSchema::routines,
            "specific_catalog",
            "specific_schema",
            "specific_name",
            "routine_catalog",
            "routine_schema",
            "routine_name",
            "routine_type",
            "data_type",
            "routine_body",
            "routine_definition",
            "external_name",
            "external_language",
            "is_deterministic"),
        table(
            "parameters",
            InformationSchema::parameters,
            "specific_catalog",
            "specific_schema",
            "specific_name",
            "ordinal_position INTEGER",
            "parameter_mode",
            "parameter_name",
            "data_type"));
  }

  private static SystemTable table(String name, RowSource source, String... columns) {
    return new SystemTable(NAME, name, SystemTables.columns(columns), source);
  }

  private static String dotted(TableRef name) {
    return String.join(".", name.namespace());
  }

  private static List<EntryName> entries(Request request) {
    return request.catalog().list(request.at(), Optional.empty());
  }

  private List<List<@Nullable Object>> schemata(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (List<String> namespace : request.catalog().namespaces(request.at())) {
      rows.add(SystemTables.row(null, String.join(".", namespace), null));
    }
    system.get().stream()
        .map(SystemTable::schema)
        .distinct()
        .forEach(schema -> rows.add(SystemTables.row(null, schema, null)));
    return rows;
  }

  private List<List<@Nullable Object>> tablesOf(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EntryName entry : entries(request)) {
      String schema = dotted(entry.name());
      switch (entry.kind()) {
        case TABLE ->
            rows.add(SystemTables.row(null, schema, entry.name().name(), "BASE TABLE", "YES"));
        case VIEW -> rows.add(SystemTables.row(null, schema, entry.name().name(), "VIEW", "NO"));
        case FUNCTION -> {}
      }
    }
    for (SystemTable table : system.get()) {
      if (table.isThere()) {
        rows.add(SystemTables.row(null, table.schema(), table.name(), SYSTEM_VIEW, "NO"));
      }
    }
    return rows;
  }

  private List<List<@Nullable Object>> columnsOf(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EntryName name : entries(request)) {
      switch (request.catalog().find(request.at(), name.name()).orElse(null)) {
        case CatalogEntry.Table(CatalogTable table) -> {
          for (int i = 0; i < table.columns().size(); i++) {
            var column = table.columns().get(i);
            String value =
                Optional.ofNullable(table.writeDefaults().get(column.fieldId()))
                    .map(literal -> String.valueOf(literal.value()))
                    .orElse(null);
            rows.add(column(dotted(name.name()), name.name().name(), i, column.column(), value));
          }
        }
        case CatalogEntry.View view ->
            addColumns(rows, dotted(name.name()), name.name().name(), view.columns().columns());
        case CatalogEntry.Function ignored -> {}
        case null -> {}
      }
    }
    for (SystemTable table : system.get()) {
      addColumns(rows, table.schema(), table.name(), table.columns().columns());
    }
    return rows;
  }

  private static void addColumns(
      List<List<@Nullable Object>> rows, String schema, String table, List<Column> columns) {
    for (int i = 0; i < columns.size(); i++) {
      rows.add(column(schema, table, i, columns.get(i), null));
    }
  }

  private static List<@Nullable Object> column(
      String schema, String table, int index, Column column, @Nullable String value) {
    Long precision =
        switch (column.type()) {
          case DataType.IntegerType(int bits) ->
              bits == 8 ? 3L : bits == 16 ? 5L : bits == 32 ? 10L : 19L;
          case DataType.DecimalType(int digits, int ignored) -> (long) digits;
          case DataType.FloatType(int bits) -> bits == 32 ? 24L : 53L;
          default -> null;
        };
    Long scale =
        switch (column.type()) {
          case DataType.IntegerType ignored -> 0L;
          case DataType.DecimalType(int ignored, int digits) -> (long) digits;
          default -> null;
        };
    boolean timed =
        column.type() instanceof DataType.TimeType
            || column.type() instanceof DataType.TimestampType;
    return SystemTables.row(
        null,
        schema,
        table,
        column.name(),
        (long) index + 1,
        value,
        column.nullable() ? "YES" : "NO",
        column.type().sql(),
        precision,
        scale,
        timed ? (Long) 6L : null);
  }

  private static List<List<@Nullable Object>> views(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (EntryName name : entries(request)) {
      if (name.kind() == EntryKind.VIEW
          && request.catalog().find(request.at(), name.name()).orElse(null)
              instanceof CatalogEntry.View view) {
        rows.add(
            SystemTables.row(
                null, dotted(name.name()), name.name().name(), view.sql(), "NONE", "NO"));
      }
    }
    return rows;
  }

  static List<CatalogEntry.Function> functions(Request request) {
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
    for (CatalogEntry.Function function : functions(request)) {
      FunctionDefinition definition = function.definition();
      String schema = dotted(function.name());
      String name = function.name().name();
      rows.add(
          SystemTables.row(
              null,
              schema,
              name,
              null,
              schema,
              name,
              "FUNCTION",
              returned(definition),
              "EXTERNAL",
              definition.source().text(),
              definition.handler(),
              definition.language().name(),
              definition.deterministic() ? "YES" : "NO"));
    }
    return rows;
  }

  static String returned(FunctionDefinition function) {
    return switch (function.returns()) {
      case FunctionReturn.Table ignored -> "TABLE";
      case FunctionReturn.InferredTable ignored -> "TABLE";
      case FunctionReturn.Scalar(var type) -> ArrowTypes.dataType(type).sql();
      case FunctionReturn.Aggregate(var type) -> ArrowTypes.dataType(type).sql();
    };
  }

  private static List<List<@Nullable Object>> parameters(Request request) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (CatalogEntry.Function function : functions(request)) {
      List<FunctionParameter> parameters = function.definition().parameters();
      for (int i = 0; i < parameters.size(); i++) {
        String type =
            switch (parameters.get(i)) {
              case FunctionParameter.Table ignored -> "TABLE";
              case FunctionParameter.Scalar scalar -> ArrowTypes.dataType(scalar.type()).sql();
            };
        rows.add(
            SystemTables.row(
                null,
                dotted(function.name()),
                function.name().name(),
                (long) i + 1,
                "IN",
                parameters.get(i).name(),
                type));
      }
    }
    return rows;
  }
}
