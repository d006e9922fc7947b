package io.bauplan.exec.worker;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.Clock;
import io.bauplan.exec.operator.QueryContext;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.operator.Step;
import io.bauplan.exec.scan.BatchReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Runs the steps of a plan one after the other. Ends, by completing `done`, when the last step
/// has, or when the query has failed and no thread works for it any more.
final class PlanRun {
  /// How long a driver computes before others get its thread.
  private static final long TURN_NANOS = 10_000_000;

  private final QueryContext query;
  private final Scheduler.Share threads;
  private final List<Step> steps;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final List<Driver> parked = new ArrayList<>();
  private int next;

  PlanRun(QueryContext query, Scheduler.Share threads, List<Step> steps) {
    this.query = query;
    this.threads = threads;
    this.steps = List.copyOf(steps);
    query.onCancel(this::wake);
  }

  CompletableFuture<Void> done() {
    return done;
  }

  /// Starts the next step, or ends.
  void proceed() {
    if (next == steps.size() || query.failed()) {
      done.complete(null);
      return;
    }
    Step step = steps.get(next++);
    switch (step) {
      case Step.Pipeline(Source source, Sink sink) -> startPipeline(source, sink);
      case Step.Waiting waiting ->
          threads.submitWaiting(
              () -> {
                try {
                  waiting.work().call();
                } catch (Throwable e) {
                  query.fail(e);
                }
                proceed();
              });
    }
  }

  private void startPipeline(Source source, Sink sink) {
    int drivers;
    try {
      drivers = Math.max(1, source.drivers());
    } catch (Throwable e) {
      query.fail(e);
      done.complete(null);
      return;
    }
    AtomicInteger running = new AtomicInteger(drivers);
    for (int i = 0; i < drivers; i++) {
      threads.submit(new Driver(i, source, sink, running));
    }
  }

  /// Lets drivers that wait for room in the sink go on.
  void wake() {
    List<Driver> resumed;
    synchronized (parked) {
      if (parked.isEmpty()) {
        return;
      }
      resumed = new ArrayList<>(parked);
      parked.clear();
    }
    resumed.forEach(threads::submit);
  }

  /// How a turn of a driver ended.
  private enum Outcome {
    GOES_ON,
    PARKED,
    ENDED
  }

  /// One of a pipeline's parallel strands. Runs in turns, on any thread, one at a time.
  private final class Driver implements Scheduler.Turn {
    private final int index;
    private final Source source;
    private final Sink sink;
    private final AtomicInteger running;
    private @Nullable BatchReader reader;
    private Sink.@Nullable Writer writer;

    Driver(int index, Source source, Sink sink, AtomicInteger running) {
      this.index = index;
      this.source = source;
      this.sink = sink;
      this.running = running;
    }

    @Override
    public boolean run() {
      Outcome outcome;
      Clock.beginTurn(TURN_NANOS);
      try {
        outcome = turn();
      } catch (Throwable e) {
        query.fail(e);
        outcome = Outcome.ENDED;
      } finally {
        Clock.endTurn();
      }
      if (outcome == Outcome.ENDED) {
        end();
      }
      return outcome == Outcome.GOES_ON;
    }

    /// Nothing of a parked driver may be touched: another thread may run it already.
    private Outcome turn() {
      if (query.failed()) {
        return Outcome.ENDED;
      }
      Sink.Writer out = writer;
      if (out == null) {
        out = sink.open(index);
        writer = out;
      }
      BatchReader in = reader;
      if (in == null) {
        in = source.open(index);
        reader = in;
      }
      while (!sink.isDone()) {
        query.check();
        if (sink.isFull() && park()) {
          return Outcome.PARKED;
        }
        Batch batch = in.next();
        if (batch == null) {
          break;
        }
        if (batch.rowCount() > 0) {
          out.accept(batch);
        } else {
          batch.close();
        }
        if (Clock.isTurnOver()) {
          return Outcome.GOES_ON;
        }
      }
      out.finish();
      return Outcome.ENDED;
    }

    private boolean park() {
      synchronized (parked) {
        // Whoever empties the sink takes this lock afterwards: no wake-up is lost.
        if (!sink.isFull() || query.failed()) {
          return false;
        }
        parked.add(this);
        return true;
      }
    }

    private void end() {
      BatchReader in = reader;
      if (in != null) {
        try {
          in.close();
        } catch (Throwable e) {
          query.fail(e);
        }
      }
      if (running.decrementAndGet() == 0) {
        if (!query.failed()) {
          try {
            sink.complete();
          } catch (Throwable e) {
            query.fail(e);
          }
        }
        proceed();
      }
    }
  }
}
