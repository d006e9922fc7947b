package io.bauplan.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// One profile of `~/.bauplan/config.yml`:
///
/// ```yaml
/// profiles:
///   default:
///     api_endpoint: grpc://host:31337
///     api_key: ...
///     warehouse: /data/warehouse
///     catalog: http://nessie:19120/api/v2
/// ```
public record Profile(
    Optional<String> apiEndpoint,
    Optional<String> apiKey,
    Optional<String> warehouse,
    Optional<String> catalog) {
  static final String DEFAULT_NAME = "default";
  private static final Profile EMPTY =
      new Profile(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /// The profile asked for by option or `BAUPLAN_PROFILE`, else `default` if there is one, with
  /// `BAUPLAN_API_ENDPOINT`, `BAUPLAN_API_KEY` and `BAUPLAN_WAREHOUSE` taking precedence.
  public static Profile load(Optional<String> named, Map<String, String> environment, Path home) {
    Optional<String> name = named.or(() -> variable(environment, "BAUPLAN_PROFILE"));
    Path file = home.resolve(".bauplan").resolve("config.yml");
    Profile stored = Files.isRegularFile(file) ? read(file, name) : missing(file, name);
    return new Profile(
        variable(environment, "BAUPLAN_API_ENDPOINT").or(stored::apiEndpoint),
        variable(environment, "BAUPLAN_API_KEY").or(stored::apiKey),
        variable(environment, "BAUPLAN_WAREHOUSE").or(stored::warehouse),
        stored.catalog());
  }

  private static Profile missing(Path file, Optional<String> name) {
    if (name.isPresent() && !name.get().equals(DEFAULT_NAME)) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "there is no profile \"" + name.get() + "\": " + file + " does not exist");
    }
    return EMPTY;
  }

  private static Profile read(Path file, Optional<String> name) {
    JsonNode profiles;
    try {
      profiles = new YAMLMapper().readTree(file.toFile()).path("profiles");
    } catch (IOException e) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, file + " cannot be read: " + e.getMessage(), e);
    }
    JsonNode profile = profiles.path(name.orElse(DEFAULT_NAME));
    if (profile.isMissingNode()) {
      if (name.isPresent()) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT, "there is no profile \"" + name.get() + "\" in " + file);
      }
      return EMPTY;
    }
    return new Profile(
        text(profile, "api_endpoint"),
        text(profile, "api_key"),
        text(profile, "warehouse"),
        text(profile, "catalog"));
  }

  private static Optional<String> text(JsonNode node, String field) {
    return node.hasNonNull(field) ? Optional.of(node.path(field).asText()) : Optional.empty();
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}
