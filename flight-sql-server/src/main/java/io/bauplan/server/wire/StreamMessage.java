package io.bauplan.server.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.sql.session.Session;
import java.io.IOException;

/// Messages for a person that ride in `app_metadata` of a result stream, as JSON: function output,
/// and what a statement without rows did.
public sealed interface StreamMessage {
  ObjectMapper JSON = new ObjectMapper();

  /// A line that a function printed.
  record Output(String stream, String line) implements StreamMessage {}

  /// A statement without rows is done; the session stands at this reference and namespace.
  record Done(String message, String reference, String namespace) implements StreamMessage {}

  /// Something a later version says.
  record Unknown() implements StreamMessage {}

  static String output(String stream, String line) {
    ObjectNode node = JSON.createObjectNode();
    return node.put("type", "output").put("stream", stream).put("line", line).toString();
  }

  static String done(String message, Session session) {
    return JSON.createObjectNode()
        .put("type", "done")
        .put("message", message)
        .put("reference", session.reference())
        .put("namespace", String.join(".", session.namespace()))
        .toString();
  }

  static StreamMessage parse(byte[] bytes) {
    JsonNode node;
    try {
      node = JSON.readTree(bytes);
    } catch (IOException e) {
      return new Unknown();
    }
    return switch (node.path("type").asText()) {
      case "output" -> new Output(node.path("stream").asText(), node.path("line").asText());
      case "done" ->
          new Done(
              node.path("message").asText(),
              node.path("reference").asText(),
              node.path("namespace").asText());
      default -> new Unknown();
    };
  }
}
