package io.bauplan.tests.everyday;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellText;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.session.Session;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/// A person at a prompt: statements one after the other, rows as the prompt shows them.
final class EverydaySession {
  private final Engine engine;
  private Session session = Session.DEFAULT;

  EverydaySession(Engine engine) {
    this.engine = engine;
  }

  /// The rows, values apart by `|`; none for statements without.
  List<String> run(String sql) {
    return switch (engine.execute(session, sql, StatementOptions.DEFAULT)) {
      case StatementResult.Rows(RunningQuery query) -> rows(query);
      case StatementResult.Updated ignored -> List.of();
      case StatementResult.SessionChanged changed -> {
        session = changed.session();
        yield List.of();
      }
    };
  }

  private List<String> rows(RunningQuery query) {
    List<String> rows = new ArrayList<>();
    try (query) {
      for (Batch batch = query.next(); batch != null; batch = query.next()) {
        try (VectorSchemaRoot root =
            ArrowBatches.toRoot(batch, query.output(), engine.worker().allocator())) {
          for (int row = 0; row < root.getRowCount(); row++) {
            List<String> cells = new ArrayList<>();
            for (FieldVector vector : root.getFieldVectors()) {
              String text = CellText.text(vector, row);
              cells.add(text == null ? "NULL" : text);
            }
            rows.add(String.join("|", cells));
          }
        }
      }
    }
    return rows;
  }
}
