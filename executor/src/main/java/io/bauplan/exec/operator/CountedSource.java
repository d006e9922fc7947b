package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import org.jspecify.annotations.Nullable;

/// Counts what a node produces and how long it takes, and drops empty batches.
record CountedSource(Source source, NodeFigures figures, QueryContext query) implements Source {
  @Override
  public int drivers() {
    return source.drivers();
  }

  @Override
  public BatchReader open(int driver) {
    BatchReader reader = source.open(driver);
    return new BatchReader() {
      @Override
      public @Nullable Batch next() {
        Clock clock = Clock.current();
        NodeFigures before = clock.enter(figures);
        try {
          while (true) {
            query.check();
            Batch batch = reader.next();
            if (batch == null) {
              return null;
            }
            if (batch.rowCount() > 0) {
              figures.rows.add(batch.rowCount());
              return batch;
            }
            batch.close();
            if (Clock.isTurnOver()) {
              return Batch.none();
            }
          }
        } finally {
          clock.leave(before);
        }
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }
}
