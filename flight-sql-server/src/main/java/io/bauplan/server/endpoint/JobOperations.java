package io.bauplan.server.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.job.Job;
import io.bauplan.exec.run.RunListener;
import io.bauplan.server.wire.RunMessages;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// The operations on jobs, as [CatalogOperations] has those on the catalog.
///
/// | operation | arguments |
/// |---|---|
/// | `jobs` | `limit`, `kind`, `state`, `user` |
/// | `job`, `job_log`, `stop_job` | `id` |
/// | `job_request` | `id` of a run: the request that makes it again |
/// | `start_run` | a run request: the run goes on without its client |
final class JobOperations {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DEFAULT_LIMIT = 25;

  private final Engine engine;

  JobOperations(Engine engine) {
    this.engine = engine;
  }

  /// Empty where the operation is none of jobs.
  Optional<ArrayNode> call(Session session, String operation, JsonNode arguments) {
    return switch (operation) {
      case "jobs" -> Optional.of(list(arguments));
      case "job" -> Optional.of(one(row(engine.jobs().get(id(arguments)))));
      case "job_log" -> Optional.of(log(id(arguments)));
      case "stop_job" -> {
        engine.jobs().stop(id(arguments));
        yield Optional.of(one(JSON.createObjectNode().put("stopping", id(arguments))));
      }
      case "job_request" ->
          Optional.of(one(RunMessages.request(engine.jobs().rerun(id(arguments)))));
      case "start_run" -> {
        String id = engine.startRun(session, RunMessages.request(arguments), RunListener.NONE);
        yield Optional.of(one(JSON.createObjectNode().put("id", id)));
      }
      default -> Optional.empty();
    };
  }

  private static ArrayNode one(ObjectNode row) {
    return JSON.createArrayNode().add(row);
  }

  private static String id(JsonNode arguments) {
    String id = arguments.path("id").asText();
    if (id.isBlank()) {
      throw new EngineException(ErrorCode.INVALID_ARGUMENT, "the id of a job is missing");
    }
    return id;
  }

  private ArrayNode list(JsonNode arguments) {
    int limit = arguments.path("limit").asInt(DEFAULT_LIMIT);
    ArrayNode rows = JSON.createArrayNode();
    engine.jobs().list().stream()
        .filter(job -> wanted(arguments, "kind", job.kind().name()))
        .filter(job -> wanted(arguments, "state", job.state().name()))
        .filter(job -> wanted(arguments, "user", job.user()))
        .limit(limit)
        .forEach(job -> rows.add(row(job)));
    return rows;
  }

  private static boolean wanted(JsonNode arguments, String name, String value) {
    String asked = arguments.path(name).asText();
    return asked.isEmpty() || asked.equalsIgnoreCase(value);
  }

  private static ObjectNode row(Job job) {
    ObjectNode row =
        JSON.createObjectNode()
            .put("id", job.id())
            .put("kind", job.kind().name().toLowerCase(Locale.ROOT))
            .put("state", job.state().name().toLowerCase(Locale.ROOT))
            .put("user", job.user())
            .put("reference", job.reference())
            .put("namespace", job.namespace())
            .put("project", job.project())
            .put("text", job.text())
            .put("started", job.started().toString())
            .put("ended", job.ended().map(Object::toString).orElse(null))
            .put("duration_ms", job.duration().map(Duration::toMillis).orElse(null))
            .put("rows", job.rows());
    row.put("error", job.error()).put("sql_state", job.sqlState());
    return row.put("commit", job.commit()).put("kept_branch", job.keptBranch());
  }

  private ArrayNode log(String id) {
    Job job = engine.jobs().get(id);
    ArrayNode rows = JSON.createArrayNode();
    for (Job.LogLine line : engine.jobs().log(job.id())) {
      rows.add(
          JSON.createObjectNode()
              .put("time", line.time().toString())
              .put("model", line.model())
              .put("stream", line.stream())
              .put("text", line.text()));
    }
    return rows;
  }
}
