package io.bauplan.server.wire;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.exec.run.RunEvent;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Run requests, events and results as JSON. An event is its record's components plus `type`, the
/// record's name.
public final class RunMessages {
  private static final ObjectMapper JSON =
      new ObjectMapper().setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);

  private static final Map<String, Class<? extends RunEvent>> EVENTS =
      Stream.<Class<? extends RunEvent>>of(
              RunEvent.Started.class,
              RunEvent.ModelStarted.class,
              RunEvent.Note.class,
              RunEvent.Output.class,
              RunEvent.Progress.class,
              RunEvent.ModelFinished.class,
              RunEvent.ExpectationChecked.class,
              RunEvent.Preview.class,
              RunEvent.ModelFailed.class,
              RunEvent.Finished.class)
          .collect(Collectors.toMap(Class::getSimpleName, Function.identity()));

  private RunMessages() {}

  public static ObjectNode event(RunEvent event) {
    ObjectNode node = JSON.valueToTree(event);
    node.put("type", event.getClass().getSimpleName());
    return node;
  }

  /// The event of a message; empty for one that a later version added.
  public static Optional<RunEvent> event(JsonNode node) {
    Class<? extends RunEvent> type = EVENTS.get(node.path("type").asText());
    if (type == null) {
      return Optional.empty();
    }
    ObjectNode components = node.deepCopy();
    components.remove("type");
    return Optional.of(read(components, type));
  }

  public static ObjectNode request(RunRequest request) {
    return JSON.valueToTree(request);
  }

  public static RunRequest request(JsonNode node) {
    ObjectNode components = node.deepCopy();
    components.remove("requestId");
    return read(components, RunRequest.class);
  }

  public static JsonNode result(RunResult result) {
    return JSON.valueToTree(result);
  }

  public static RunResult result(JsonNode node) {
    return read(node, RunResult.class);
  }

  private static <T> T read(JsonNode node, Class<T> type) {
    try {
      return JSON.treeToValue(node, type);
    } catch (JsonProcessingException e) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "not a " + type.getSimpleName() + ": " + e.getOriginalMessage(),
          e);
    }
  }
}
