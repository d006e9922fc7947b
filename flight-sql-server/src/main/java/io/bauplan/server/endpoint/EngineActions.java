package io.bauplan.server.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.run.RunListener;
import io.bauplan.server.wire.ErrorStatus;
import io.bauplan.server.wire.RunMessages;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.grpc.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.Result;

/// What Flight SQL has no call for, as actions with JSON bodies: pipeline runs with live events,
/// and the catalog's operations.
///
/// | action | body | results |
/// |---|---|---|
/// | `bauplan.run` | a run request and a `requestId` | one event each, the last is `finished` |
/// | `bauplan.cancel_run` | `requestId` | none |
/// | `bauplan.catalog` | `operation`, `arguments` | one JSON value |
final class EngineActions {
  static final String RUN = "bauplan.run";
  static final String CANCEL_RUN = "bauplan.cancel_run";
  static final String CATALOG = "bauplan.catalog";

  static final List<ActionType> TYPES =
      List.of(
          new ActionType(RUN, "Runs a pipeline and streams its events as JSON"),
          new ActionType(CANCEL_RUN, "Cancels a run by its request id"),
          new ActionType(CATALOG, "Reads or changes branches, tags, namespaces and tables"));

  private static final int MAX_BODY_BYTES = 4 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Engine engine;
  private final CatalogOperations catalog;
  private final ConcurrentMap<String, Thread> runs = new ConcurrentHashMap<>();

  EngineActions(Engine engine) {
    this.engine = engine;
    this.catalog = new CatalogOperations(engine);
  }

  static boolean isOurs(String type) {
    return type.startsWith("bauplan.");
  }

  /// Carries the action out on a thread of its own; a client that goes away interrupts it.
  void start(Action action, ServerSession session, StreamListener<Result> listener) {
    Context call = Context.current();
    Thread thread =
        Thread.ofVirtual()
            .name("flight-action")
            .unstarted(() -> carryOut(action, session, listener));
    call.addListener(
        context -> {
          if (context.cancellationCause() != null) {
            thread.interrupt();
          }
        },
        Runnable::run);
    thread.start();
  }

  private void carryOut(Action action, ServerSession session, StreamListener<Result> listener) {
    try {
      JsonNode body = body(action);
      switch (action.getType()) {
        case RUN -> run(body, session, listener);
        case CANCEL_RUN -> cancel(body);
        case CATALOG -> {
          JsonNode answer =
              catalog.call(session, body.path("operation").asText(), body.path("arguments"));
          listener.onNext(result(answer));
        }
        default ->
            throw new EngineException(
                ErrorCode.NOT_SUPPORTED, "there is no action " + action.getType());
      }
      listener.onCompleted();
    } catch (Throwable e) {
      listener.onError(ErrorStatus.of(e));
    }
  }

  private void run(JsonNode body, ServerSession session, StreamListener<Result> listener) {
    String requestId = body.path("requestId").asText();
    runs.put(requestId, Thread.currentThread());
    try {
      RunListener events = event -> listener.onNext(result(RunMessages.event(event)));
      var outcome = engine.run(session.state(), RunMessages.request(body), events);
      ObjectNode last = JSON.createObjectNode().put("type", "result");
      last.set("result", RunMessages.result(outcome));
      listener.onNext(result(last));
    } finally {
      runs.remove(requestId);
    }
  }

  private void cancel(JsonNode body) {
    Thread run = runs.get(body.path("requestId").asText());
    if (run != null) {
      run.interrupt();
    }
  }

  /// Ends every run that is under way.
  void cancelAll() {
    runs.values().forEach(Thread::interrupt);
  }

  boolean isRunning() {
    return !runs.isEmpty();
  }

  private static JsonNode body(Action action) {
    byte[] body = action.getBody();
    if (body.length > MAX_BODY_BYTES) {
      throw new EngineException(ErrorCode.INVALID_ARGUMENT, "the action's body is too large");
    }
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new EngineException(ErrorCode.INVALID_ARGUMENT, "the action's body is not JSON", e);
    }
  }

  private static Result result(JsonNode node) {
    return new Result(node.toString().getBytes(StandardCharsets.UTF_8));
  }
}
