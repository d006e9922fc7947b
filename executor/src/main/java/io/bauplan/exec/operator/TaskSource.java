package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads scan tasks that are known only when the pipeline starts; drivers take one after the other.
final class TaskSource implements Source {
  private final QueryContext query;
  private final ScanContext context;
  private final Supplier<List<ScanTask>> supplier;
  private final AtomicInteger nextTask = new AtomicInteger();
  private List<ScanTask> tasks = List.of();

  TaskSource(QueryContext query, ScanContext context, Supplier<List<ScanTask>> supplier) {
    this.query = query;
    this.context = context;
    this.supplier = supplier;
  }

  @Override
  public int drivers() {
    tasks = supplier.get();
    return Math.max(1, Math.min(query.threads(), tasks.size()));
  }

  @Override
  public BatchReader open(int driver) {
    return new BatchReader() {
      private @Nullable BatchReader current;

      @Override
      public @Nullable Batch next() {
        while (true) {
          query.check();
          BatchReader reader = current;
          if (reader == null) {
            int task = nextTask.getAndIncrement();
            if (task >= tasks.size()) {
              return null;
            }
            reader = tasks.get(task).open(context);
            current = reader;
          }
          Batch batch = reader.next();
          if (batch != null && batch.rowCount() > 0) {
            return batch;
          }
          if (batch == null) {
            current = null;
            reader.close();
          } else {
            batch.close();
            if (Clock.isTurnOver()) {
              return Batch.none();
            }
          }
        }
      }

      @Override
      public void close() {
        if (current != null) {
          current.close();
          current = null;
        }
      }
    };
  }
}
