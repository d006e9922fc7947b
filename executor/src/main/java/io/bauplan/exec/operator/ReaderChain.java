package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import org.jspecify.annotations.Nullable;

/// Readers one after the other, each opened when the one before has ended.
public abstract class ReaderChain implements BatchReader {
  private @Nullable BatchReader current;

  /// The next reader, owned by the chain; null at the end.
  protected abstract @Nullable BatchReader open();

  @Override
  public final @Nullable Batch next() {
    while (true) {
      BatchReader reader = current;
      if (reader == null) {
        reader = open();
        if (reader == null) {
          return null;
        }
        current = reader;
      }
      Batch batch = reader.next();
      if (batch != null) {
        return batch;
      }
      current = null;
      reader.close();
    }
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
      current = null;
    }
  }
}
