package io.bauplan.exec.scan.generate;

import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import io.trino.tpch.TpchColumn;
import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// The tables of TPC-H by Trino's port of dbgen. Keys are BIGINT, money and quantities DECIMAL(12,
/// 2).
final class TpchGenerator<E extends TpchEntity> implements Generator {
  private static final double MAX_SCALE = 10_000;

  /// Rows that one task should make at least.
  private static final long TASK_ROWS = 1 << 18;

  private static final int MAX_TASKS = 4096;
  private static final DataType MONEY = new DataType.DecimalType(12, 2);
  private static final String PREFIX = "tpch.";

  private final TpchTable<E> table;
  private final double scale;

  private TpchGenerator(TpchTable<E> table, double scale) {
    this.table = table;
    this.scale = scale;
  }

  static List<String> names() {
    return TpchTable.getTables().stream().map(t -> PREFIX + t.getTableName()).toList();
  }

  static TpchGenerator<?> of(String name, Map<String, String> values) {
    for (TpchTable<?> table : TpchTable.getTables()) {
      if (name.equals(PREFIX + table.getTableName())) {
        Arguments arguments = Arguments.of(name, values, List.of("scale"));
        return new TpchGenerator<>(table, arguments.positive("scale", 1, MAX_SCALE));
      }
    }
    throw new EngineException(
        ErrorCode.FUNCTION_NOT_FOUND,
        "TPC-H has no table \"" + name.substring(PREFIX.length()) + "\"",
        null,
        NearestName.hint(name, names()).orElse("tables: " + String.join(", ", names())),
        null);
  }

  @Override
  public RowType rowType() {
    return new RowType(
        table.getColumns().stream()
            .map(c -> new Column(c.getColumnName(), type(c), false))
            .toList());
  }

  private static DataType type(TpchColumn<?> column) {
    return switch (column.getType().getBase()) {
      case INTEGER -> DataType.INT32;
      case IDENTIFIER -> DataType.INT64;
      case DATE -> DataType.DATE;
      case DOUBLE -> MONEY;
      case VARCHAR -> DataType.VARCHAR;
    };
  }

  @Override
  public long rowCount() {
    return switch (table.getTableName()) {
      case "nation" -> 25;
      case "region" -> 5;
      case "supplier" -> (long) (10_000 * scale);
      case "customer" -> (long) (150_000 * scale);
      case "part" -> (long) (200_000 * scale);
      case "partsupp" -> (long) (800_000 * scale);
      case "orders" -> (long) (1_500_000 * scale);
      default -> (long) (6_001_215 * scale);
    };
  }

  @Override
  public List<ScanTask> tasks(RowType output) {
    List<TpchColumn<E>> columns = new ArrayList<>();
    for (Column column : output.columns()) {
      columns.add(table.getColumn(column.name()));
    }
    int parts = (int) Math.max(1, Math.min(MAX_TASKS, rowCount() / TASK_ROWS));
    List<ScanTask> tasks = new ArrayList<>();
    for (int part = 1; part <= parts; part++) {
      int number = part;
      tasks.add(context -> open(output, columns, number, parts, context));
    }
    return tasks;
  }

  private RowsReader open(
      RowType output, List<TpchColumn<E>> columns, int part, int parts, ScanContext context) {
    Iterator<E> rows = table.createGenerator(scale, part, parts).iterator();
    return new RowsReader(
        output,
        builders -> {
          if (!rows.hasNext()) {
            return false;
          }
          E row = rows.next();
          for (int i = 0; i < builders.size(); i++) {
            append(columns.get(i), row, builders.get(i));
          }
          return true;
        },
        context);
  }

  private static <E extends TpchEntity> void append(
      TpchColumn<E> column, E row, VectorBuilder builder) {
    switch (column.getType().getBase()) {
      case INTEGER -> builder.appendLong(column.getInteger(row));
      case IDENTIFIER -> builder.appendLong(column.getIdentifier(row));
      case DATE -> builder.appendLong(column.getDate(row));
      case DOUBLE -> {
        long cents = Math.round(column.getDouble(row) * 100);
        builder.appendInt128(cents >> 63, cents);
      }
      case VARCHAR -> builder.appendBytes(column.getString(row).getBytes(StandardCharsets.UTF_8));
    }
  }
}
