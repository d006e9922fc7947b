package io.bauplan.exec.operator;

import io.bauplan.exec.scan.BatchReader;
import java.util.function.UnaryOperator;

/// A stream of batches that several drivers pull side by side. Nothing of it runs before the
/// pipelines it depends on are done.
public interface Source {
  /// Into how many readers it can be split, at least 1. Asked when its pipeline starts.
  int drivers();

  /// The reader of one driver, called at most once per index below `drivers()`. The caller owns it;
  /// its batches are never empty.
  BatchReader open(int driver);

  /// A driver's reader with another around it, which takes ownership of it; where that cannot be
  /// made, the inner one is closed.
  default BatchReader open(int driver, UnaryOperator<BatchReader> around) {
    BatchReader reader = open(driver);
    try {
      return around.apply(reader);
    } catch (RuntimeException | Error e) {
      try {
        reader.close();
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }
}
