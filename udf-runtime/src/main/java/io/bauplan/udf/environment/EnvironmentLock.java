package io.bauplan.udf.environment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an environment was resolved to: `lock/<key>.json`.
record EnvironmentLock(
    String interpreter,
    List<String> requirements,
    Optional<String> bound,
    List<ResolvedPackage> packages,
    List<Path> folders) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  static Optional<EnvironmentLock> read(Path file, StorePaths store) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonNode json = JSON.readTree(file.toFile());
      List<String> requirements = new ArrayList<>();
      json.path("requirements").forEach(r -> requirements.add(r.asText()));
      List<ResolvedPackage> packages = new ArrayList<>();
      List<Path> folders = new ArrayList<>();
      for (JsonNode p : json.path("packages")) {
        packages.add(
            new ResolvedPackage(
                p.path("name").asText(), p.path("version").asText(), p.path("source").asText()));
        folders.add(store.root().resolve(p.path("folder").asText()));
      }
      return Optional.of(
          new EnvironmentLock(
              json.path("interpreter").asText(),
              requirements,
              Optional.ofNullable(json.path("bound").textValue()),
              packages,
              folders));
    } catch (IOException broken) {
      return Optional.empty(); // it is written again
    }
  }

  void write(Path file, StorePaths store) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("interpreter", interpreter);
    ArrayNode wanted = json.putArray("requirements");
    requirements.forEach(wanted::add);
    bound.ifPresent(b -> json.put("bound", b));
    ArrayNode list = json.putArray("packages");
    for (int i = 0; i < packages.size(); i++) {
      ResolvedPackage p = packages.get(i);
      list.addObject()
          .put("name", p.name())
          .put("version", p.version())
          .put("source", p.source())
          .put("folder", store.root().relativize(folders.get(i)).toString());
    }
    Path temporary = Files.createTempFile(store.work(), "lock-", ".json");
    JSON.writeValue(temporary.toFile(), json);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
