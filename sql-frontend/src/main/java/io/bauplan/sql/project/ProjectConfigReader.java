package io.bauplan.sql.project;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.project.ProjectConfig.Parameter;
import io.bauplan.sql.project.ProjectConfig.ParameterType;
import io.bauplan.sql.project.ProjectConfig.Required;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads `bauplan_project.yml` or `.yaml`. A folder without one is a project too, with defaults.
final class ProjectConfigReader {
  static final List<String> FILES = List.of("bauplan_project.yml", "bauplan_project.yaml");
  private static final Set<String> KEYS =
      Set.of("project", "defaults", "parameters", "include_paths");
  private static final YAMLMapper YAML = new YAMLMapper();

  private ProjectConfigReader() {}

  static ProjectConfig read(Path directory) {
    List<String> present =
        FILES.stream().filter(name -> Files.exists(directory.resolve(name))).toList();
    if (present.size() > 1) {
      throw new EngineException(
          ErrorCode.PROJECT_INVALID,
          "the project has both " + String.join(" and ", present) + "; remove one");
    }
    String folder =
        Optional.ofNullable(directory.getFileName()).map(Path::toString).orElse("project");
    if (present.isEmpty()) {
      return new ProjectConfig(
          folder,
          folder,
          "",
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          List.of());
    }
    return parse(present.get(0), read(directory, present.get(0)), folder);
  }

  private static JsonNode read(Path directory, String file) {
    try {
      JsonNode root = YAML.readTree(Files.readString(directory.resolve(file)));
      if (root == null || !root.isObject()) {
        throw invalid(file, "is not a mapping of project, defaults and parameters");
      }
      return root;
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      throw new EngineException(
          ErrorCode.PROJECT_INVALID,
          file + " is not valid YAML: " + e.getOriginalMessage(),
          SourcePosition.at(file, line, 1));
    } catch (IOException e) {
      throw new EngineException(ErrorCode.PROJECT_INVALID, "cannot read " + file, e);
    }
  }

  private static ProjectConfig parse(String file, JsonNode root, String folder) {
    root.fieldNames()
        .forEachRemaining(
            key -> {
              if (!KEYS.contains(key)) {
                throw invalid(
                    file, "has an unknown key \"" + key + "\"; known are " + sorted(KEYS));
              }
            });
    JsonNode project = root.path("project");
    JsonNode defaults = root.path("defaults");
    return new ProjectConfig(
        project.path("id").asText(folder),
        project.path("name").asText(folder),
        project.path("description").asText(""),
        text(defaults.path("python").path("version")),
        packages(file, defaults.path("python").path("packages")),
        text(defaults.path("python").path("packages_as_of")).map(value -> day(file, value)),
        text(defaults.path("namespace")),
        text(defaults.path("timeout")).map(value -> seconds(file, value)),
        parameters(file, root.path("parameters")),
        includePaths(file, root.path("include_paths")));
  }

  private static List<String> includePaths(String file, JsonNode node) {
    List<String> paths = new ArrayList<>();
    for (JsonNode path : node) {
      Path relative = Path.of(path.asText()).normalize();
      if (relative.isAbsolute() || relative.startsWith("..")) {
        throw invalid(file, "has an include path outside of the project: " + path.asText());
      }
      paths.add(relative.toString());
    }
    return paths;
  }

  /// A list of requirements, or a mapping of names to versions as in the decorator.
  private static List<String> packages(String file, JsonNode node) {
    List<String> requirements = new ArrayList<>();
    if (node.isObject()) {
      node.properties()
          .forEach(
              entry ->
                  requirements.add(Requirements.of(entry.getKey(), entry.getValue().asText(""))));
    } else if (node.isArray()) {
      node.forEach(item -> requirements.add(item.asText()));
    } else if (!node.isMissingNode() && !node.isNull()) {
      throw invalid(file, "defaults.python.packages must be a mapping of names to versions");
    }
    return requirements;
  }

  private static Map<String, Parameter> parameters(String file, JsonNode node) {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      JsonNode value = entry.getValue();
      String type = value.path("type").asText("str").toUpperCase(Locale.ROOT);
      ParameterType parsed;
      try {
        parsed = ParameterType.valueOf(type);
      } catch (IllegalArgumentException e) {
        throw invalid(
            file,
            "parameter \""
                + entry.getKey()
                + "\" has the type "
                + value.path("type").asText()
                + "; known are str, int, float, bool and secret");
      }
      parameters.put(
          entry.getKey(),
          new Parameter(
              entry.getKey(),
              parsed,
              text(value.path("default")),
              value.path("required").asBoolean(false) ? Required.YES : Required.NO,
              value.path("description").asText("")));
    }
    return parameters;
  }

  private static Optional<String> text(JsonNode node) {
    return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node.asText());
  }

  private static Duration seconds(String file, String value) {
    try {
      return Duration.ofSeconds(Long.parseLong(value.trim()));
    } catch (NumberFormatException e) {
      throw invalid(file, "defaults.timeout must be a number of seconds, not " + value);
    }
  }

  private static LocalDate day(String file, String value) {
    try {
      return LocalDate.parse(value);
    } catch (DateTimeParseException e) {
      throw invalid(
          file, "defaults.python.packages_as_of must be a day such as 2023-06-30, not " + value);
    }
  }

  private static String sorted(Set<String> keys) {
    return String.join(", ", keys.stream().sorted().toList());
  }

  private static EngineException invalid(String file, String what) {
    return new EngineException(
        ErrorCode.PROJECT_INVALID, file + " " + what, SourcePosition.at(file, 1, 1));
  }
}
