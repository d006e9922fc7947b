package io.bauplan.udf.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.environment.FileTrees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of calls that failed: one folder each, with `call.json` and its tables as Arrow
/// files. Readable by this user only. Several engines may use it at once.
public final class KeptCalls {
  private static final Logger LOG = LoggerFactory.getLogger(KeptCalls.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String DRAFT = ".new-";
  private static final String FILE = "call.json";
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Path folder;
  private final KeepPolicy policy;

  /// @param store the engine's cache folder
  public KeptCalls(Path store, KeepPolicy policy) {
    this.folder = store.resolve("failed");
    this.policy = policy;
  }

  public KeepPolicy policy() {
    return policy;
  }

  /// A new folder to put a call's tables in, for `add` or to be deleted.
  public Path draft() throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.toAbsolutePath().getParent());
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
    }
    return Files.createTempDirectory(folder, DRAFT, PosixFilePermissions.asFileAttribute(PRIVATE));
  }

  /// Keeps a call, and lets go of what is too old or too much.
  ///
  /// @param call its folder is a draft, which is no longer there when this returns
  public void add(KeptCall call) throws IOException {
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(call.folder().resolve(FILE).toFile(), toJson(call));
    String name =
        "%d-%s".formatted(call.when().toEpochMilli(), call.folder().getFileName().toString());
    Path place = folder.resolve(name.replace(DRAFT, ""));
    Files.move(call.folder(), place, StandardCopyOption.ATOMIC_MOVE);
    prune();
  }

  private void prune() throws IOException {
    Instant oldest = Instant.now().minus(policy.longest());
    long bytes = 0;
    for (KeptCall call : list()) {
      bytes += call.bytes();
      if (call.when().isBefore(oldest) || bytes > policy.mostBytesTogether()) {
        FileTrees.delete(call.folder());
      }
    }
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(folder, DRAFT + "*")) {
      for (Path draft : drafts) {
        if (Files.getLastModifiedTime(draft).toInstant().isBefore(oldest)) {
          FileTrees.delete(draft); // of an engine that was killed
        }
      }
    }
  }

  /// What is kept, the latest first.
  public List<KeptCall> list() throws IOException {
    List<KeptCall> calls = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder, "[0-9]*")) {
        for (Path one : folders) {
          read(one).ifPresent(calls::add);
        }
      }
    }
    calls.sort(Comparator.comparing(KeptCall::when).reversed());
    return calls;
  }

  private static Optional<KeptCall> read(Path folder) {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(folder.resolve(FILE)));
      return Optional.of(fromJson(json, folder));
    } catch (NoSuchFileException goneMeanwhile) {
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} cannot be read", folder, e);
      return Optional.empty();
    }
  }

  private static ObjectNode toJson(KeptCall call) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", call.id()).put("function", call.function()).put("when", call.when().toString());
    json.put("failure", call.failure()).put("missing", call.missing()).put("bytes", call.bytes());
    ObjectNode environment = json.putObject("environment").put("key", call.environmentKey());
    call.environment().interpreterVersion().ifPresent(v -> environment.put("python", v));
    environment.set("requirements", JSON.valueToTree(call.environment().requirements()));
    call.environment().packagesAsOf().ifPresent(day -> environment.put("as_of", day.toString()));
    call.memoryBytes().ifPresent(most -> json.put("memory_bytes", most));
    json.set("secrets", JSON.valueToTree(call.secrets()));
    json.set("request", call.request());
    return json;
  }

  private static KeptCall fromJson(JsonNode json, Path folder) {
    JsonNode environment = json.path("environment");
    return new KeptCall(
        json.path("id").asText(),
        json.path("function").asText(),
        Instant.parse(json.path("when").asText()),
        json.path("failure").asText(),
        json.path("missing").asText(),
        json.path("bytes").asLong(),
        new EnvironmentSpec(
            text(environment, "python"),
            texts(environment.path("requirements")),
            text(environment, "as_of").map(LocalDate::parse)),
        environment.path("key").asText(),
        json.has("memory_bytes")
            ? OptionalLong.of(json.path("memory_bytes").asLong())
            : OptionalLong.empty(),
        texts(json.path("secrets")),
        (ObjectNode) Objects.requireNonNull(json.get("request")),
        folder);
  }

  private static Optional<String> text(JsonNode json, String name) {
    return json.hasNonNull(name) ? Optional.of(json.path(name).asText()) : Optional.empty();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(one -> texts.add(one.asText()));
    return texts;
  }
}
