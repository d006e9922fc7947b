package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;

/// The end of a pipeline.
@FunctionalInterface
public interface Sink {
  /// Where one driver puts its batches.
  interface Writer {
    /// Takes ownership of the batch.
    void accept(Batch batch);

    /// After the driver's last batch.
    default void finish() {}
  }

  /// Called once per driver, before its first batch, from any thread.
  Writer open(int driver);

  /// After every driver has finished.
  default void complete() {}

  /// Whether drivers should wait; whoever empties the sink wakes them.
  default boolean isFull() {
    return false;
  }

  /// Whether nothing more is wanted: drivers end early.
  default boolean isDone() {
    return false;
  }

  /// The end of a pipeline that gives no rows.
  static Sink none() {
    return driver -> Batch::close;
  }

  /// The same, after which something is done.
  static Sink none(Runnable complete) {
    return new Sink() {
      @Override
      public Writer open(int driver) {
        return Batch::close;
      }

      @Override
      public void complete() {
        complete.run();
      }
    };
  }
}
