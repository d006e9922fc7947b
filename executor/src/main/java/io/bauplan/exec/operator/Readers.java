package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Small sources.
public final class Readers {
  private Readers() {}

  /// Batches made by `next`, which returns null at the end, for one driver.
  public static BatchReader of(Supplier<@Nullable Batch> next, Runnable close) {
    return new BatchReader() {
      @Override
      public @Nullable Batch next() {
        return next.get();
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }

  /// A reader after whose end, when it is closed, something else is done once.
  public static BatchReader then(BatchReader reader, Runnable done) {
    return new BatchReader() {
      private boolean closed;

      @Override
      public @Nullable Batch next() {
        return reader.next();
      }

      @Override
      public void close() {
        try {
          reader.close();
        } finally {
          if (!closed) {
            closed = true;
            done.run();
          }
        }
      }
    };
  }

  /// What a streaming operator does to a driver's batches.
  interface Stage extends AutoCloseable {
    /// Takes ownership; the caller owns the result, which may be empty.
    Batch apply(Batch batch);

    @Override
    void close();
  }

  /// A source whose drivers each pass their batches through a stage of their own.
  static Source map(Source input, Supplier<Stage> stages) {
    return new Source() {
      @Override
      public int drivers() {
        return input.drivers();
      }

      @Override
      public BatchReader open(int driver) {
        Stage stage = stages.get();
        BatchReader reader;
        try {
          reader = input.open(driver);
        } catch (RuntimeException | Error e) {
          stage.close();
          throw e;
        }
        return Readers.of(
            () -> {
              Batch batch = reader.next();
              return batch == null || batch.rowCount() == 0 ? batch : stage.apply(batch);
            },
            () -> {
              try {
                reader.close();
              } finally {
                stage.close();
              }
            });
      }
    };
  }

  /// One driver's source.
  static Source single(Supplier<BatchReader> open) {
    return new Source() {
      @Override
      public int drivers() {
        return 1;
      }

      @Override
      public BatchReader open(int driver) {
        return open.get();
      }
    };
  }

  static Stage stage(UnaryOperator<Batch> apply, AutoCloseable resource) {
    return new Stage() {
      @Override
      public Batch apply(Batch batch) {
        return apply.apply(batch);
      }

      @Override
      public void close() {
        try {
          resource.close();
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }
}
