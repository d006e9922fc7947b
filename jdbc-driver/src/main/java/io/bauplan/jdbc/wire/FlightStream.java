package io.bauplan.jdbc.wire;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.sql.SQLException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The messages of one DoGet, in order. The transport's thread fills a queue that is bounded by the
/// number of messages asked for; the reader asks for one more for each one it takes.
public final class FlightStream implements AutoCloseable {
  private static final int MESSAGES_AHEAD = 4;

  private final Execution execution;
  private final BufferPool pool;
  private final ClientCall<byte[], FlightMessage> call;
  private final LinkedBlockingQueue<Object> queue = new LinkedBlockingQueue<>();
  private boolean finished;

  private record End(Status status, Metadata trailers) {}

  FlightStream(ClientCall<byte[], FlightMessage> call, Execution execution, BufferPool pool) {
    this.call = call;
    this.execution = execution;
    this.pool = pool;
  }

  void start(byte[] ticket, SessionHeaders session) {
    Receiver receiver = new Receiver(session);
    call.start(receiver, session.outgoing(receiver.sentSession));
    call.request(MESSAGES_AHEAD);
    call.sendMessage(new ProtoWriter().bytes(1, ticket).toByteArray());
    call.halfClose();
  }

  /// How long [#next] may wait.
  public enum Patience {
    /// Until the execution's time limit.
    TIME_LIMIT,
    /// As long as the server lives.
    UNLIMITED
  }

  /// The next message, or null at the end. The caller owns the body until it gives it to
  /// [#recycle].
  public @Nullable FlightMessage next(Patience patience) throws SQLException {
    if (finished) {
      return null;
    }
    Object item = take(patience);
    if (item instanceof FlightMessage message) {
      call.request(1);
      return message;
    }
    finished = true;
    End end = (End) item;
    if (execution.isCanceled()) {
      throw SqlErrors.of(SqlErrors.CANCELED, "the statement was canceled");
    }
    if (!end.status().isOk()) {
      throw SqlErrors.fromStatus(end.status(), end.trailers());
    }
    return null;
  }

  private Object take(Patience patience) throws SQLException {
    try {
      if (patience == Patience.UNLIMITED || !execution.isLimited()) {
        return queue.take();
      }
      Object item = queue.poll(execution.remainingNanos(), TimeUnit.NANOSECONDS);
      if (item == null) {
        close();
        throw Execution.timeout();
      }
      return item;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw SqlErrors.of(SqlErrors.CANCELED, "interrupted while waiting for rows", e);
    }
  }

  /// Gives a message's body back for reuse. Nobody may read it afterwards.
  public void recycle(FlightMessage message) {
    pool.release(message.body());
  }

  /// Tells the server to stop when the result has not been read to its end.
  @Override
  public void close() {
    if (!finished) {
      finished = true;
      call.cancel("result closed by the client", null);
    }
    queue.clear();
  }

  private final class Receiver extends ClientCall.Listener<FlightMessage> {
    private final SessionHeaders session;
    private final @Nullable String sentSession;

    Receiver(SessionHeaders session) {
      this.session = session;
      this.sentSession = session.session();
    }

    @Override
    public void onHeaders(Metadata headers) {
      session.learn(headers, sentSession);
    }

    @Override
    public void onMessage(FlightMessage message) {
      queue.add(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      session.learn(trailers, sentSession);
      queue.add(new End(status, trailers));
    }
  }
}
