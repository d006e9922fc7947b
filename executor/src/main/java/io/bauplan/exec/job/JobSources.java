package io.bauplan.exec.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.project.ProjectConfig;
import io.bauplan.sql.project.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What each run was made from, so that it can be made again: its project's source files, as they
/// were, and what was asked for; values of secret parameters are not kept. `jobs/source/<id>/`, as
/// long as the journal.
final class JobSources {
  private static final Logger LOG = LoggerFactory.getLogger(JobSources.class);

  /// A larger project is not kept.
  private static final long MAX_BYTES = 32L << 20;

  private static final String REQUEST = ".bauplan-request.json";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{12}");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path folder;

  JobSources(Path folder) {
    this.folder = folder;
  }

  /// Keeps a run's sources. What cannot be kept is logged and does not keep the run from running.
  void save(String job, ProjectFiles project, RunRequest request) {
    Path kept = folder.resolve(job);
    Path from = Path.of(request.projectDirectory());
    try {
      long bytes = 0;
      for (Path file : project.files()) {
        bytes += Files.size(file);
        if (!file.normalize().startsWith(from.normalize()) || bytes > MAX_BYTES) {
          LOG.info("event=sources_not_kept job={} file={}", job, file);
          delete(kept);
          return;
        }
        Path copy = kept.resolve(from.relativize(file).toString());
        Path parent = copy.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        Files.copy(file, copy);
      }
      Files.createDirectories(kept);
      Files.writeString(kept.resolve(REQUEST), json(project.config(), request).toString());
    } catch (IOException e) {
      LOG.warn("event=sources_not_kept job={} error={}", job, e.toString());
    }
  }

  private static ObjectNode json(ProjectConfig config, RunRequest request) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("reference", request.reference())
            .put("namespace", request.namespace())
            .put("preview", request.preview().name())
            .put("publishing", request.publishing().name())
            .put("strictness", request.strictness().name())
            .put("caching", request.caching().name());
    ObjectNode parameters = node.putObject("parameters");
    request
        .parameters()
        .forEach(
            (name, value) -> {
              ProjectConfig.Parameter declared = config.parameters().get(name);
              boolean secret =
                  declared == null || declared.type() == ProjectConfig.ParameterType.SECRET;
              if (!secret) {
                parameters.put(name, value);
              }
            });
    return node;
  }

  /// The request that makes the run again, from the sources kept.
  RunRequest request(String job) {
    if (!ID.matcher(job).matches()) {
      throw notKept(job);
    }
    Path kept = folder.resolve(job);
    try {
      JsonNode node = JSON.readTree(Files.readString(kept.resolve(REQUEST)));
      Map<String, String> parameters = new HashMap<>();
      node.path("parameters")
          .properties()
          .forEach(entry -> parameters.put(entry.getKey(), entry.getValue().asText()));
      return new RunRequest(
          kept.toAbsolutePath().toString(),
          node.path("reference").asText(),
          node.path("namespace").asText(),
          parameters,
          RunRequest.Preview.valueOf(node.path("preview").asText()),
          RunRequest.Publishing.valueOf(node.path("publishing").asText()),
          RunRequest.Strictness.valueOf(node.path("strictness").asText()),
          RunRequest.Caching.valueOf(node.path("caching").asText()));
    } catch (NoSuchFileException e) {
      throw notKept(job);
    } catch (IOException | IllegalArgumentException e) {
      throw new EngineException(
          ErrorCode.WAREHOUSE_UNUSABLE, "the sources of job " + job + " cannot be read: " + e, e);
    }
  }

  private static EngineException notKept(String job) {
    return new EngineException(
            ErrorCode.INVALID_ARGUMENT, "the sources of job \"" + job + "\" are not kept")
        .withHint("sys.runs lists runs; statements have none, and those of old runs are removed");
  }

  /// Removes what is older.
  void removeBefore(Instant oldest) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> jobs;
    try (Stream<Path> all = Files.list(folder)) {
      jobs = all.toList();
    }
    for (Path job : jobs) {
      if (Files.getLastModifiedTime(job).toInstant().isBefore(oldest)) {
        delete(job);
      }
    }
  }

  private static void delete(Path kept) throws IOException {
    if (!Files.exists(kept)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(kept)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
