package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The user's own pip settings, translated for uv, which does not read them: index, extra index,
/// folders of wheels, trusted hosts, certificates. Settings that the user made for uv itself win.
final class IndexSettings {
  private IndexSettings() {}

  /// Variables to run uv with: all of `variables`, and what pip's variables and files add.
  static Map<String, String> forUv(Map<String, String> variables) {
    Map<String, String> out = new HashMap<>(variables);
    Map<String, String> files = pipFiles(variables);
    translate(out, files, "PIP_INDEX_URL", "index-url", "UV_DEFAULT_INDEX", "UV_INDEX_URL");
    translate(
        out, files, "PIP_EXTRA_INDEX_URL", "extra-index-url", "UV_INDEX", "UV_EXTRA_INDEX_URL");
    translate(out, files, "PIP_FIND_LINKS", "find-links", "UV_FIND_LINKS", "UV_FIND_LINKS");
    // The one list that uv splits at commas.
    out.computeIfPresent("UV_FIND_LINKS", (name, links) -> links.strip().replaceAll("\\s+", ","));
    translate(out, files, "PIP_NO_INDEX", "no-index", "UV_NO_INDEX", "UV_NO_INDEX");
    translate(
        out, files, "PIP_TRUSTED_HOST", "trusted-host", "UV_INSECURE_HOST", "UV_INSECURE_HOST");
    translate(out, files, "PIP_CERT", "cert", "SSL_CERT_FILE", "SSL_CERT_DIR");
    out.keySet().removeIf(k -> k.startsWith("PYTHON") || k.equals("VIRTUAL_ENV"));
    return out;
  }

  private static void translate(
      Map<String, String> out,
      Map<String, String> files,
      String pipVariable,
      String pipSetting,
      String uvVariable,
      String uvOther) {
    if (out.containsKey(uvVariable) || out.containsKey(uvOther)) {
      return;
    }
    Optional.ofNullable(out.getOrDefault(pipVariable, files.get(pipSetting)))
        .map(v -> v.strip().replaceAll("\\s+", " "))
        .filter(v -> !v.isEmpty())
        .ifPresent(v -> out.put(uvVariable, v));
  }

  private static Map<String, String> pipFiles(Map<String, String> variables) {
    Map<String, String> settings = new HashMap<>();
    String home = variables.getOrDefault("HOME", "/");
    List<Path> files = new ArrayList<>();
    files.add(Path.of("/etc/pip.conf"));
    files.add(Path.of(home, ".pip", "pip.conf"));
    files.add(
        Path.of(variables.getOrDefault("XDG_CONFIG_HOME", home + "/.config"), "pip", "pip.conf"));
    Optional.ofNullable(variables.get("PIP_CONFIG_FILE")).ifPresent(f -> files.add(Path.of(f)));
    for (Path file : files) {
      if (Files.isRegularFile(file)) {
        try {
          read(Files.readAllLines(file), settings);
        } catch (IOException unreadable) {
          // pip would pass over it too
        }
      }
    }
    return settings;
  }

  private static void read(List<String> lines, Map<String, String> settings) {
    String section = "";
    String key = "";
    for (String line : lines) {
      String text = line.strip();
      if (text.startsWith("#") || text.startsWith(";") || text.isEmpty()) {
        continue;
      }
      boolean continued = Character.isWhitespace(line.charAt(0));
      if (text.startsWith("[")) {
        section = text;
      } else if (section.equals("[global]") || section.equals("[install]")) {
        int equals = text.indexOf('=');
        if (continued && !key.isEmpty()) {
          settings.merge(key, text, (a, b) -> a + " " + b);
        } else if (equals > 0) {
          key = text.substring(0, equals).strip();
          settings.put(key, text.substring(equals + 1).strip());
        }
      }
    }
  }
}
