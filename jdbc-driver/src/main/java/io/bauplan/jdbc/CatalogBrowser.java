package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.Column;
import io.bauplan.jdbc.arrow.ColumnMetadataKeys;
import io.bauplan.jdbc.arrow.ColumnText;
import io.bauplan.jdbc.arrow.SchemaReader;
import io.bauplan.jdbc.wire.Execution;
import io.bauplan.jdbc.wire.FlightInfo;
import io.bauplan.jdbc.wire.SqlCommands;
import io.bauplan.jdbc.wire.SqlCommands.TableDetail;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Asks the server what is there and brings the answers into the rows that JDBC prescribes.
///
/// Catalogs, schemas, tables and columns come by Flight SQL's commands; what they cannot say comes
/// from `information_schema`, and a server without it simply has none of it.
final class CatalogBrowser {
  private static final int RADIX = 10;

  private final BauplanConnection connection;

  CatalogBrowser(BauplanConnection connection) {
    this.connection = connection;
  }

  private interface RowMaker {
    void row(Column[] columns, int row) throws SQLException;
  }

  private void forEach(byte[] command, int minimumColumns, RowMaker maker) throws SQLException {
    Execution execution = Execution.unlimited();
    FlightInfo info = connection.client().flightInfo(command, execution);
    try (RowSource rows = FlightRows.open(connection.client(), info, execution)) {
      for (int count = rows.nextBatch(); count >= 0; count = rows.nextBatch()) {
        for (int row = 0; row < count && rows.columns().length >= minimumColumns; row++) {
          maker.row(rows.columns(), row);
        }
      }
    }
  }

  private static @Nullable String text(Column column, int row) throws SQLException {
    return column.isNull(row) ? null : ColumnText.string(column, row);
  }

  List<@Nullable Object[]> catalogs() throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    forEach(
        SqlCommands.catalogs(), 1, (c, row) -> rows.add(new @Nullable Object[] {text(c[0], row)}));
    sort(rows, 0);
    return rows;
  }

  List<@Nullable Object[]> schemas(@Nullable String catalog, @Nullable String pattern)
      throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    forEach(
        SqlCommands.schemas(blankAsAll(catalog), pattern),
        2,
        (c, row) -> rows.add(new @Nullable Object[] {text(c[1], row), text(c[0], row)}));
    sort(rows, 1, 0);
    return rows;
  }

  List<@Nullable Object[]> tableTypes() throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    forEach(
        SqlCommands.tableTypes(),
        1,
        (c, row) -> rows.add(new @Nullable Object[] {text(c[0], row)}));
    sort(rows, 0);
    return rows;
  }

  List<@Nullable Object[]> tables(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String tablePattern,
      List<String> types)
      throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    byte[] command =
        SqlCommands.tables(
            blankAsAll(catalog), schemaPattern, tablePattern, types, TableDetail.NAMES);
    forEach(
        command,
        4,
        (c, row) ->
            rows.add(
                new @Nullable Object[] {
                  text(c[0], row),
                  text(c[1], row),
                  text(c[2], row),
                  text(c[3], row),
                  "",
                  null,
                  null,
                  null,
                  null,
                  null
                }));
    sort(rows, 3, 0, 1, 2);
    return rows;
  }

  List<@Nullable Object[]> columns(
      @Nullable String catalog,
      @Nullable String schemaPattern,
      @Nullable String tablePattern,
      @Nullable String columnPattern)
      throws SQLException {
    NamePattern wanted = new NamePattern(columnPattern);
    List<@Nullable Object[]> rows = new ArrayList<>();
    byte[] command =
        SqlCommands.tables(
            blankAsAll(catalog), schemaPattern, tablePattern, List.of(), TableDetail.WITH_COLUMNS);
    forEach(
        command,
        5,
        (c, row) -> {
          if (c[4].isNull(row)) {
            return;
          }
          List<ArrowField> fields = SchemaReader.readEncapsulated(ColumnText.bytes(c[4], row));
          for (int i = 0; i < fields.size(); i++) {
            if (wanted.matches(fields.get(i).name())) {
              rows.add(
                  columnRow(
                      text(c[0], row), text(c[1], row), text(c[2], row), fields.get(i), i + 1));
            }
          }
        });
    rows.sort(
        order(0)
            .thenComparing(order(1))
            .thenComparing(order(2))
            .thenComparingInt(r -> r[16] instanceof Integer position ? position : 0));
    return rows;
  }

  private static @Nullable Object[] columnRow(
      @Nullable String catalog,
      @Nullable String schema,
      @Nullable String table,
      ArrowField field,
      int position) {
    int type = JdbcType.of(field);
    boolean numeric = JdbcType.signed(field);
    boolean characters = type == Types.VARCHAR || type == Types.VARBINARY || type == Types.BINARY;
    String autoIncrement = field.metadata().get(ColumnMetadataKeys.IS_AUTO_INCREMENT);
    return new @Nullable Object[] {
      catalog,
      schema,
      table,
      field.name(),
      type,
      JdbcType.name(field),
      JdbcType.precision(field),
      null,
      numeric || JdbcType.scale(field) > 0 ? (Integer) JdbcType.scale(field) : null,
      numeric ? (Integer) RADIX : null,
      field.nullable() ? DatabaseMetaData.columnNullable : DatabaseMetaData.columnNoNulls,
      field.metadata().get(ColumnMetadataKeys.REMARKS),
      null,
      null,
      null,
      characters ? (Integer) JdbcType.precision(field) : null,
      position,
      field.nullable() ? "YES" : "NO",
      null,
      null,
      null,
      null,
      autoIncrement != null && JdbcType.flag(autoIncrement) ? "YES" : "NO",
      "NO"
    };
  }

  /// Rows of a Flight SQL command whose columns stand in JDBC's order already; none when the server
  /// does not know the command.
  List<@Nullable Object[]> keys(MetadataShape shape, int[] source, byte[] encoded) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    try {
      forEach(
          encoded,
          source.length,
          (c, row) -> {
            @Nullable Object[] target = new @Nullable Object[shape.fields().size()];
            for (int i = 0; i < source.length; i++) {
              Column column = c[source[i]];
              boolean number = shape.fields().get(i).kind() != io.bauplan.jdbc.arrow.Kind.UTF8;
              if (!column.isNull(row)) {
                target[i] = number ? (Object) column.getLong(row) : ColumnText.string(column, row);
              }
            }
            rows.add(target);
          });
    } catch (SQLException e) {
      // Tables have no keys on a server that cannot list them.
      return List.of();
    }
    return rows;
  }

  /// `information_schema.routines` of one kind, FUNCTION or PROCEDURE; empty on a server without
  /// it.
  List<@Nullable Object[]> routines(
      String kind, @Nullable String schemaPattern, @Nullable String namePattern, RoutineRow shape) {
    NamePattern schemas = new NamePattern(schemaPattern);
    NamePattern names = new NamePattern(namePattern);
    List<@Nullable Object[]> rows = new ArrayList<>();
    String sql =
        "SELECT routine_catalog, routine_schema, routine_name, routine_type"
            + " FROM information_schema.routines";
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        String schema = result.getString(2);
        String name = result.getString(3);
        String type = result.getString(4);
        if (type != null
            && type.toUpperCase(Locale.ROOT).contains(kind)
            && schemas.matches(schema)
            && names.matches(name)) {
          rows.add(shape.row(result.getString(1), schema, name));
        }
      }
    } catch (SQLException e) {
      return List.of();
    }
    sort(rows, 0, 1, 2);
    return rows;
  }

  /// Makes one row of getFunctions or getProcedures.
  interface RoutineRow {
    @Nullable Object[] row(@Nullable String catalog, @Nullable String schema, String name);
  }

  private static @Nullable String blankAsAll(@Nullable String catalog) {
    return catalog == null || catalog.isEmpty() ? null : catalog;
  }

  private static void sort(List<@Nullable Object[]> rows, int... columns) {
    Comparator<@Nullable Object[]> comparator = order(columns[0]);
    for (int i = 1; i < columns.length; i++) {
      comparator = comparator.thenComparing(order(columns[i]));
    }
    rows.sort(comparator);
  }

  private static Comparator<@Nullable Object[]> order(int column) {
    return Comparator.comparing(row -> String.valueOf(row[column]));
  }
}
