package io.bauplan.exec.scan.generate;

import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import io.trino.tpcds.Results;
import io.trino.tpcds.Session;
import io.trino.tpcds.Table;
import io.trino.tpcds.column.ColumnType;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The 24 tables of TPC-DS by Trino's port of dsdgen. Keys are BIGINT, other whole numbers INTEGER,
/// money DECIMAL(7, 2) (promotions' costs wider), CHAR is VARCHAR. Keys that are never NULL by the
/// specification are NOT NULL; everything else may be NULL.
final class TpcdsGenerator implements Generator {
  private static final double MAX_SCALE = 10_000;

  /// Rows that one task should make at least. dsdgen does not split tables below a million rows:
  /// more parts are then empty.
  private static final long TASK_ROWS = 1 << 18;

  private static final int MAX_TASKS = 1024;
  private static final String PREFIX = "tpcds.";

  private static final List<Table> TABLES =
      Table.getBaseTables().stream().filter(t -> t != Table.DBGEN_VERSION).toList();

  private final Table table;
  private final double scale;

  private TpcdsGenerator(Table table, double scale) {
    this.table = table;
    this.scale = scale;
  }

  static List<String> names() {
    return TABLES.stream().map(t -> PREFIX + t.getName()).toList();
  }

  static TpcdsGenerator of(String name, Map<String, String> values) {
    for (Table table : TABLES) {
      if (name.equals(PREFIX + table.getName())) {
        Arguments arguments = Arguments.of(name, values, List.of("scale"));
        return new TpcdsGenerator(table, arguments.positive("scale", 1, MAX_SCALE));
      }
    }
    throw new EngineException(
        ErrorCode.FUNCTION_NOT_FOUND,
        "TPC-DS has no table \"" + name.substring(PREFIX.length()) + "\"",
        null,
        NearestName.hint(name, names()).orElse("tables: " + String.join(", ", names())),
        null);
  }

  @Override
  public RowType rowType() {
    List<io.bauplan.sql.plan.Column> columns = new ArrayList<>();
    for (io.trino.tpcds.column.Column column : table.getColumns()) {
      columns.add(
          new io.bauplan.sql.plan.Column(
              column.getName(), type(column.getType()), nullable(column)));
    }
    return new RowType(columns);
  }

  private static DataType type(ColumnType type) {
    return switch (type.getBase()) {
      case INTEGER -> DataType.INT32;
      case IDENTIFIER -> DataType.INT64;
      case DATE -> DataType.DATE;
      case DECIMAL ->
          new DataType.DecimalType(
              type.getPrecision().orElseThrow(), type.getScale().orElseThrow());
      case VARCHAR, CHAR -> DataType.VARCHAR;
      case TIME -> throw new IllegalStateException("no table of these has times");
    };
  }

  /// Primary keys: the first column of a dimension; of facts the item with the order or ticket, of
  /// the inventory all but the quantity.
  private boolean nullable(io.trino.tpcds.column.Column column) {
    return switch (table) {
      case STORE_SALES, STORE_RETURNS, CATALOG_SALES, CATALOG_RETURNS, WEB_SALES, WEB_RETURNS ->
          !column.getName().matches("[a-z]+_(item_sk|ticket_number|order_number)");
      case INVENTORY -> column.getType().getBase() != ColumnType.Base.IDENTIFIER;
      default -> column.getPosition() > 0;
    };
  }

  /// Sales are counted by orders in dsdgen, of about twelve (in the catalog nine) lines each; one
  /// line in ten is returned.
  @Override
  public long rowCount() {
    return switch (table) {
      case STORE_SALES, WEB_SALES -> 12 * counted(table);
      case CATALOG_SALES -> 9 * counted(table);
      case STORE_RETURNS -> 12 * counted(Table.STORE_SALES) / 10;
      case WEB_RETURNS -> 12 * counted(Table.WEB_SALES) / 10;
      case CATALOG_RETURNS -> 9 * counted(Table.CATALOG_SALES) / 10;
      default -> counted(table);
    };
  }

  private long counted(Table counted) {
    return session().getScaling().getRowCount(counted);
  }

  private Session session() {
    return Session.getDefaultSession().withScale(scale).withTable(table);
  }

  @Override
  public List<ScanTask> tasks(RowType output) {
    int[] positions = new int[output.size()];
    ColumnType.Base[] types = new ColumnType.Base[output.size()];
    for (int i = 0; i < positions.length; i++) {
      io.trino.tpcds.column.Column column = table.getColumn(output.column(i).name());
      positions[i] = column.getPosition();
      types[i] = column.getType().getBase();
    }
    int parts = (int) Math.max(1, Math.min(MAX_TASKS, rowCount() / TASK_ROWS));
    List<ScanTask> tasks = new ArrayList<>();
    for (int part = 1; part <= parts; part++) {
      Session session = session().withParallelism(parts).withChunkNumber(part);
      tasks.add(context -> open(session, output, positions, types, context));
    }
    return tasks;
  }

  private RowsReader open(
      Session session,
      RowType output,
      int[] positions,
      ColumnType.Base[] types,
      ScanContext context) {
    Iterator<List<List<String>>> rows = Results.constructResults(table, session).iterator();
    return new RowsReader(
        output,
        builders -> {
          if (!rows.hasNext()) {
            return false;
          }
          List<String> row = rows.next().getFirst();
          for (int i = 0; i < positions.length; i++) {
            append(types[i], row.get(positions[i]), builders.get(i));
          }
          return true;
        },
        context);
  }

  private static void append(ColumnType.Base type, @Nullable String text, VectorBuilder builder) {
    if (text == null) {
      builder.appendNull();
      return;
    }
    switch (type) {
      case INTEGER, IDENTIFIER -> builder.appendLong(Long.parseLong(text));
      case DATE -> builder.appendLong(LocalDate.parse(text).toEpochDay());
      case DECIMAL -> {
        // Every decimal of TPC-DS has two digits after the point.
        long cents = new BigDecimal(text).setScale(2).unscaledValue().longValueExact();
        builder.appendInt128(cents >> 63, cents);
      }
      case VARCHAR, CHAR, TIME -> builder.appendBytes(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
