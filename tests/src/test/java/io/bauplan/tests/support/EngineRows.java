package io.bauplan.tests.support;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.QueryFigures;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.session.Session;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Runs statements on an engine in this process and gives their rows as plain Java values.
public final class EngineRows {
  private EngineRows() {}

  /// Rows of a query; an empty list for statements that give none.
  public static List<List<Object>> run(Engine engine, String sql) {
    return run(engine, Session.DEFAULT, sql);
  }

  public static List<List<Object>> run(Engine engine, Session session, String sql) {
    return run(engine, session, sql, figures -> {});
  }

  /// @param figures told how a query went, once it has given all its rows
  public static List<List<Object>> run(
      Engine engine, Session session, String sql, Consumer<QueryFigures> figures) {
    return run(engine, session, sql, StatementOptions.DEFAULT, figures);
  }

  public static List<List<Object>> run(
      Engine engine,
      Session session,
      String sql,
      StatementOptions options,
      Consumer<QueryFigures> figures) {
    return switch (engine.execute(session, sql, options)) {
      case StatementResult.Rows(RunningQuery query) -> {
        try (query) {
          List<List<Object>> rows = drain(engine, query);
          figures.accept(query.figures());
          yield rows;
        }
      }
      case StatementResult.Updated ignored -> List.of();
      case StatementResult.SessionChanged ignored -> List.of();
    };
  }

  /// The rows of a query that must not need Calcite's code.
  public static List<List<Object>> runOnKernels(Engine engine, String sql) {
    StatementResult.Rows rows =
        (StatementResult.Rows) engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT);
    try (RunningQuery query = rows.query()) {
      List<List<Object>> all = drain(engine, query);
      List<String> fallbacks = query.figures().fallbacks();
      if (!fallbacks.isEmpty()) {
        throw new AssertionError("runs through Calcite's code: " + fallbacks);
      }
      return all;
    }
  }

  private static List<List<Object>> drain(Engine engine, RunningQuery query) {
    List<List<Object>> rows = new ArrayList<>();
    for (Batch next = query.next(); next != null; next = query.next()) {
      try (Batch batch = next.compact(engine.worker().allocator())) {
        List<FlatVector> columns = new ArrayList<>();
        try {
          for (int c = 0; c < batch.columnCount(); c++) {
            columns.add(batch.column(c).flatten(engine.worker().allocator()));
          }
          for (int row = 0; row < batch.rowCount(); row++) {
            List<Object> values = new ArrayList<>();
            for (FlatVector column : columns) {
              values.add(plain(CellValue.read(column, row), column.type()));
            }
            rows.add(values);
          }
        } finally {
          columns.forEach(FlatVector::close);
        }
      }
    }
    return rows;
  }

  private static Object plain(Object value, DataType type) {
    if (value == null) {
      return null;
    }
    return switch (type) {
      case DataType.DateType() -> LocalDate.ofEpochDay((Long) value);
      case DataType.TimeType() -> LocalTime.ofNanoOfDay((Long) value * 1000);
      case DataType.TimestampType ignored ->
          LocalDateTime.ofEpochSecond(
              Math.floorDiv((Long) value, 1_000_000L),
              (int) Math.floorMod((Long) value, 1_000_000L) * 1000,
              ZoneOffset.UTC);
      default -> value;
    };
  }
}
