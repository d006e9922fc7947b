package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;

/// Charges a breaker's work to its node.
record CountedSink(Sink sink, NodeFigures figures) implements Sink {
  @Override
  public Writer open(int driver) {
    Writer writer = sink.open(driver);
    return new Writer() {
      @Override
      public void accept(Batch batch) {
        charge(() -> writer.accept(batch));
      }

      @Override
      public void finish() {
        charge(writer::finish);
      }
    };
  }

  private void charge(Runnable work) {
    Clock clock = Clock.current();
    NodeFigures before = clock.enter(figures);
    try {
      work.run();
    } finally {
      clock.leave(before);
    }
  }

  @Override
  public void complete() {
    charge(sink::complete);
  }

  @Override
  public boolean isFull() {
    return sink.isFull();
  }

  @Override
  public boolean isDone() {
    return sink.isDone();
  }
}
