package io.bauplan.jdbc.wire;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A call whose few, small answers are wanted all at once.
final class CollectingCall extends ClientCall.Listener<byte[]> {
  private static final int MAX_ANSWERS = 100_000;

  private final SessionHeaders session;
  private final @Nullable String sentSession;
  private final List<byte[]> answers = new ArrayList<>();
  private final CountDownLatch done = new CountDownLatch(1);
  private Status status = Status.UNKNOWN;
  private Metadata trailers = new Metadata();

  private CollectingCall(SessionHeaders session) {
    this.session = session;
    this.sentSession = session.session();
  }

  /// Sends `requests` and waits for the end of the call.
  static List<byte[]> run(
      ClientCall<byte[], byte[]> call,
      List<byte[]> requests,
      SessionHeaders session,
      Execution execution)
      throws SQLException {
    CollectingCall listener = new CollectingCall(session);
    session.requireAlive();
    execution.enter(call);
    call.start(listener, session.outgoing(listener.sentSession));
    call.request(MAX_ANSWERS);
    for (byte[] request : requests) {
      call.sendMessage(request);
    }
    call.halfClose();
    try {
      listener.done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      call.cancel("interrupted", e);
      throw SqlErrors.of(SqlErrors.CANCELED, "interrupted while waiting for the server", e);
    }
    if (listener.status.isOk()) {
      session.requireAlive();
      return listener.answers;
    }
    if (execution.isCanceled()) {
      throw SqlErrors.of(SqlErrors.CANCELED, "the statement was canceled");
    }
    if (execution.isLimited() && listener.status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      throw Execution.timeout();
    }
    throw SqlErrors.fromStatus(listener.status, listener.trailers);
  }

  @Override
  public void onHeaders(Metadata headers) {
    session.learn(headers, sentSession);
  }

  @Override
  public void onMessage(byte[] message) {
    answers.add(message);
  }

  @Override
  public void onClose(Status closeStatus, Metadata closeTrailers) {
    session.learn(closeTrailers, sentSession);
    status = closeStatus;
    trailers = closeTrailers;
    done.countDown();
  }
}
