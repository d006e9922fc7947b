package io.bauplan.server.endpoint;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.server.wire.ErrorStatus;
import io.bauplan.server.wire.StreamMessage;
import io.bauplan.server.wire.WireBatches;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.udf.api.OutputListener;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// One DoGet: executes the statement behind a ticket and sends its rows. Runs on a thread of its
/// own, because waiting for a slow client on gRPC's thread would keep the client's window updates
/// from being read.
final class ResultStream {
  private final Engine engine;
  private final BufferAllocator allocator;
  private final StatementHandle.Ticketed statement;
  private final ServerStreamListener listener;
  private final boolean wantsOutput;
  private final AtomicReference<@Nullable RunningQuery> query = new AtomicReference<>();
  private volatile @Nullable Thread thread;

  ResultStream(
      Engine engine,
      BufferAllocator allocator,
      StatementHandle.Ticketed statement,
      ServerStreamListener listener,
      boolean wantsOutput) {
    this.engine = engine;
    this.allocator = allocator;
    this.statement = statement;
    this.listener = listener;
    this.wantsOutput = wantsOutput;
  }

  /// Ends the statement soon. From any thread, any number of times.
  void cancel() {
    RunningQuery running = query.get();
    Thread current = thread;
    if (running != null) {
      running.cancel();
    } else if (current != null) {
      current.interrupt();
    }
  }

  /// Executes and sends to the end; errors go to the client.
  void run() {
    thread = Thread.currentThread();
    try {
      StatementHandle.Ticketed.Outcome outcome = statement.outcome().get();
      if (outcome == null
          && statement.isUpdate()
          && !statement.started().compareAndSet(false, true)) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT,
            "the statement behind this ticket was executed already; it changes data and runs once");
      }
      StreamGate gate = new StreamGate(listener, this::cancel);
      // No allocator of the stream's own: gRPC lets go of the last buffers some time after the
      // stream ends.
      try (VectorSchemaRoot root = VectorSchemaRoot.create(statement.schema(), allocator)) {
        listener.setUseZeroCopy(true);
        listener.start(root);
        if (outcome == null) {
          execute(gate, root);
        } else {
          sendCount(outcome.rows(), outcome.message(), gate, root);
        }
      }
      listener.completed();
    } catch (Throwable e) {
      listener.error(ErrorStatus.of(e));
    } finally {
      thread = null;
    }
  }

  private void execute(StreamGate gate, VectorSchemaRoot root) throws InterruptedException {
    OutputListener output =
        wantsOutput
            ? (stream, line) ->
                gate.putMetadata(StreamMessage.output(stream.name(), line), allocator)
            : OutputListener.NONE;
    StatementOptions options =
        new StatementOptions(statement.parameters(), StatementOptions.DEFAULT.timeout(), output);
    StatementResult result = engine.execute(statement.session().state(), statement.sql(), options);
    switch (result) {
      case StatementResult.Rows(RunningQuery running) -> {
        try (running) {
          query.set(running);
          gate.throwIfGone();
          sendRows(running, gate, root);
        } finally {
          query.set(null);
        }
      }
      case StatementResult.Updated(long rows, String message) ->
          sendCount(rows, message, gate, root);
      case StatementResult.SessionChanged(var next, String message) -> {
        statement.session().become(next);
        sendCount(0, message, gate, root);
      }
    }
  }

  private void sendRows(RunningQuery running, StreamGate gate, VectorSchemaRoot root)
      throws InterruptedException {
    try (WireBatches pending = new WireBatches(running.output(), allocator)) {
      for (Batch batch = running.next(); batch != null; batch = running.next()) {
        pending.add(batch);
        if (pending.isFull()) {
          pending.drainInto(root);
          gate.putNext();
        }
      }
      if (!pending.isEmpty()) {
        pending.drainInto(root);
        gate.putNext();
      }
    }
  }

  private void sendCount(long rows, String message, StreamGate gate, VectorSchemaRoot root) {
    BigIntVector count = (BigIntVector) root.getVector(0);
    count.allocateNew(1);
    count.set(0, rows);
    root.setRowCount(1);
    gate.putNext(StreamMessage.done(message, statement.session().state()), allocator);
  }
}
