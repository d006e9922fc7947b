package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tables that the engine itself answers: `information_schema` and `sys`. The planner has those
/// that the catalog alone can answer; the engine adds its own (jobs, logs, caches). Their rows
/// become `PhysicalPlan.Values` in the plan, so they are small or limited by their source.
@FunctionalInterface
public interface SystemTables {
  List<SystemTable> tables();

  SystemTables NONE = List::of;

  /// The tables that the catalog alone can answer, and those of the engine given.
  static SystemTables with(SystemTables engine) {
    List<SystemTable> all = new ArrayList<>(engine.tables());
    all.addAll(CatalogTables.TABLES);
    // It describes itself as well.
    all.addAll(new InformationSchema(() -> all).tables());
    List<SystemTable> fixed = List.copyOf(all);
    return () -> fixed;
  }

  /// Columns as `name` (VARCHAR) or `name TYPE`, of INTEGER, BIGINT, BOOLEAN, TIMESTAMP (with local
  /// time zone).
  static RowType columns(String... columns) {
    List<Column> row = new ArrayList<>();
    for (String column : columns) {
      String[] parts = column.split(" ", 2);
      DataType type =
          switch (parts.length == 1 ? "VARCHAR" : parts[1]) {
            case "VARCHAR" -> DataType.VARCHAR;
            case "INTEGER" -> DataType.INT32;
            case "BIGINT" -> DataType.INT64;
            case "BOOLEAN" -> DataType.BOOLEAN;
            case "TIMESTAMP" -> DataType.TIMESTAMP_TZ;
            default -> throw new IllegalArgumentException(column);
          };
      row.add(new Column(parts[0], type, true));
    }
    return new RowType(row);
  }

  static List<@Nullable Object> row(@Nullable Object... values) {
    List<@Nullable Object> row = new ArrayList<>();
    Collections.addAll(row, values);
    return row;
  }

  /// As [RowSource] wants a time.
  static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  /// @param schema `sys` or `information_schema`
  /// @param columns none where reading it is an error that says what is missing
  record SystemTable(String schema, String name, RowType columns, RowSource source) {
    public boolean isThere() {
      return !columns.columns().isEmpty();
    }

    /// A table that is announced and has no engine yet.
    public static SystemTable missing(String schema, String name, String what) {
      return new SystemTable(
          schema,
          name,
          new RowType(List.of()),
          request -> {
            throw new EngineException(
                ErrorCode.NOT_SUPPORTED,
                schema + "." + name + " is not there yet: this engine has no " + what);
          });
    }
  }

  /// Gives the rows when a statement that reads the table is planned.
  @FunctionalInterface
  interface RowSource {
    /// Each value as in `Expression.Literal`.
    List<List<@Nullable Object>> rows(Request request);
  }

  /// What a statement sees.
  record Request(Catalog catalog, PinnedRef at, Session session) {}
}
