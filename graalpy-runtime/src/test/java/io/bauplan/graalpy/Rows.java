package io.bauplan.graalpy;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.session.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Statements on an engine in this process.
final class Rows {
  private Rows() {}

  /// @param inProcess calls that were made in the engine's process
  record Answer(List<String> rows, long inProcess) {}

  static void run(Engine engine, String sql) {
    if (engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT)
        instanceof StatementResult.Rows) {
      throw new IllegalArgumentException("a query: " + sql);
    }
  }

  static Answer query(Engine engine, String sql) {
    StatementResult.Rows result =
        (StatementResult.Rows) engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT);
    try (RunningQuery query = result.query()) {
      List<String> rows = new ArrayList<>();
      for (Batch next = query.next(); next != null; next = query.next()) {
        try (Batch batch = next.compact(engine.worker().allocator())) {
          add(engine, batch, rows);
        }
      }
      long inProcess =
          query.figures().operators().stream()
              .mapToLong(node -> node.details().getOrDefault("inProcessCalls", 0L))
              .sum();
      return new Answer(rows, inProcess);
    }
  }

  private static void add(Engine engine, Batch batch, List<String> rows) {
    List<FlatVector> columns = new ArrayList<>();
    try {
      for (int i = 0; i < batch.columnCount(); i++) {
        columns.add(batch.column(i).flatten(engine.worker().allocator()));
      }
      for (int row = 0; row < batch.rowCount(); row++) {
        StringBuilder text = new StringBuilder();
        for (FlatVector column : columns) {
          Object value = CellValue.read(column, row);
          text.append(value instanceof byte[] bytes ? Arrays.toString(bytes) : value).append('|');
        }
        rows.add(text.toString());
      }
    } finally {
      columns.forEach(FlatVector::close);
    }
  }
}
