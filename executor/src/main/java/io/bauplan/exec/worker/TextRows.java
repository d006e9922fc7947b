package io.bauplan.exec.worker;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellText;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/// A few rows as text, for people: previews and checks.
public final class TextRows {
  private TextRows() {}

  /// Runs a plan that gives few rows; NULL cells read `NULL`.
  public static List<List<String>> read(Worker worker, PhysicalPlan plan, QueryOptions options) {
    List<List<String>> rows = new ArrayList<>();
    try (RunningQuery query = worker.execute(plan, options)) {
      RowType columns = query.output();
      for (Batch batch = query.next(); batch != null; batch = query.next()) {
        try (VectorSchemaRoot root = ArrowBatches.toRoot(batch, columns, worker.allocator())) {
          for (int row = 0; row < root.getRowCount(); row++) {
            List<String> cells = new ArrayList<>();
            for (FieldVector vector : root.getFieldVectors()) {
              String text = CellText.text(vector, row);
              cells.add(text == null ? "NULL" : text);
            }
            rows.add(cells);
          }
        }
      }
    }
    return rows;
  }
}
