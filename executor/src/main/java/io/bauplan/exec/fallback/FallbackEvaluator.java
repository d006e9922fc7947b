package io.bauplan.exec.fallback;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import java.util.List;

/// Compiled expressions. Used by one thread.
public interface FallbackEvaluator extends AutoCloseable {
  /// One vector per expression, each of `input.rowCount()` rows: one per selected row, in order.
  /// Borrows the batch until return; the caller owns the vectors.
  ///
  /// @throws io.bauplan.sql.error.EngineException the error of the first row that fails
  List<FlatVector> evaluate(Batch input);

  @Override
  void close();
}
