package io.bauplan.exec.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/// Jobs and what they said, one JSON object a line.
final class JobJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private JobJson() {}

  /// A job as one engine wrote it.
  record Entry(Job job, String engine) {}

  static byte[] line(Job job, String engine) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("id", job.id())
            .put("kind", job.kind().name())
            .put("state", job.state().name())
            .put("user", job.user())
            .put("reference", job.reference())
            .put("namespace", job.namespace())
            .put("text", job.text())
            .put("started", job.started().toString())
            .put("engine", engine);
    job.ended().ifPresent(end -> node.put("ended", end.toString()).put("rows", job.rows()));
    putText(node, "project", job.project());
    putText(node, "error", job.error());
    putText(node, "sql_state", job.sqlState());
    putText(node, "commit", job.commit());
    putText(node, "kept_branch", job.keptBranch());
    return bytes(node);
  }

  private static void putText(ObjectNode node, String name, String value) {
    if (!value.isEmpty()) {
      node.put(name, value);
    }
  }

  private static byte[] bytes(ObjectNode node) {
    return (node + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /// Empty for a line that was cut off, or that another version wrote.
  static Optional<Entry> job(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      Job job =
          new Job(
              node.path("id").asText(),
              Job.Kind.valueOf(node.path("kind").asText()),
              Job.State.valueOf(node.path("state").asText()),
              node.path("user").asText(),
              node.path("reference").asText(),
              node.path("namespace").asText(),
              node.path("text").asText(),
              node.path("project").asText(),
              Instant.parse(node.path("started").asText()),
              node.has("ended")
                  ? Optional.of(Instant.parse(node.path("ended").asText()))
                  : Optional.empty(),
              node.path("rows").asLong(),
              node.path("error").asText(),
              node.path("sql_state").asText(),
              node.path("commit").asText(),
              node.path("kept_branch").asText());
      return Optional.of(new Entry(job, node.path("engine").asText()));
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }

  static byte[] line(Job.LogLine line) {
    return bytes(
        JSON.createObjectNode()
            .put("time", line.time().toString())
            .put("model", line.model())
            .put("stream", line.stream())
            .put("text", line.text()));
  }

  static Optional<Job.LogLine> logLine(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      return Optional.of(
          new Job.LogLine(
              Instant.parse(node.path("time").asText()),
              node.path("model").asText(),
              node.path("stream").asText(),
              node.path("text").asText()));
    } catch (JsonProcessingException | DateTimeException e) {
      return Optional.empty();
    }
  }
}
