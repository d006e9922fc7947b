package io.bauplan.udf.environment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the CPython interpreters of this machine: PATH, pyenv, uv, `/usr/bin`, `/usr/local/bin`
/// and `/opt`. Shims are passed over (they cost 100 ms at every start): the real binaries are found
/// where pyenv keeps them. Thread-safe; each binary is asked for its version once.
public final class InterpreterFinder {
  /// The oldest version the harness runs on.
  public static final int OLDEST_MINOR = 8;

  private static final Logger LOG = LoggerFactory.getLogger(InterpreterFinder.class);
  private static final Pattern NAME = Pattern.compile("python(3(\\.\\d+)?)?");
  private static final long PROBE_TIMEOUT_SECONDS = 20;
  private static final String PROBE =
      """
      import sys, json
      try:
          import ctypes
          c = True
      except ImportError:
          c = False
      print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "prefix": sys.base_prefix,
          "implementation": sys.implementation.name, "executable": sys.executable, "ctypes": c,
          "final": sys.version_info.releaselevel == "final"}))
      """;

  private final List<Path> extraFolders;
  private final Map<String, String> variables;
  private final Map<Path, Optional<Interpreter>> probed = new ConcurrentHashMap<>();

  /// @param extraFolders searched first: each holds binaries, or one folder per interpreter
  /// @param variables the environment to read PATH, HOME, PYENV_ROOT and the like from
  public InterpreterFinder(List<Path> extraFolders, Map<String, String> variables) {
    this.extraFolders = List.copyOf(extraFolders);
    this.variables = Map.copyOf(variables);
  }

  /// The newest release of the wanted version (`3.11`, `3.11.7` or `>=3.10,<3.13`); for an empty
  /// wish the first usable one of PATH, else the newest there is.
  public Optional<Interpreter> find(Optional<String> wanted) {
    List<Interpreter> all = all();
    if (wanted.isEmpty()) {
      return all.stream().filter(i -> i.hasCtypes()).findFirst().or(() -> all.stream().findFirst());
    }
    String version = wanted.get().strip();
    return all.stream()
        .filter(i -> i.matches(version))
        .max(
            Comparator.comparing(Interpreter::hasCtypes)
                .thenComparing(Interpreter::minor)
                .thenComparing(InterpreterFinder::patch));
  }

  /// The interpreter nearest to a version that cannot be had: the smallest distance in minor
  /// versions, the newer one of two. For callers that choose a substitute and say so.
  public Optional<Interpreter> nearest(String wanted) {
    int minor = minorOf(wanted);
    return all().stream()
        .min(
            Comparator.comparingInt((Interpreter i) -> Math.abs(i.minor() - minor))
                .thenComparingInt(i -> -i.minor()));
  }

  /// All usable interpreters, in the order of the search.
  public List<Interpreter> all() {
    List<Interpreter> found = new ArrayList<>();
    Set<Path> seen = new LinkedHashSet<>();
    for (Path candidate : candidates()) {
      probe(candidate).filter(i -> seen.add(i.binary())).ifPresent(found::add);
    }
    return found;
  }

  /// The versions there are, in words: `3.10.13, 3.11.7`.
  public String inWords() {
    List<String> versions =
        all().stream()
            .sorted(Comparator.comparingInt(Interpreter::minor))
            .map(Interpreter::version)
            .distinct()
            .toList();
    return versions.isEmpty() ? "none" : String.join(", ", versions);
  }

  private List<Path> candidates() {
    LinkedHashMap<Path, Boolean> folders = new LinkedHashMap<>();
    for (Path extra : extraFolders) {
      folders.put(extra, true);
      installations(extra).forEach(f -> folders.put(f, true));
    }
    for (String entry : variables.getOrDefault("PATH", "").split(":")) {
      if (!entry.isBlank() && !entry.endsWith("/shims")) {
        folders.put(Path.of(entry), true);
      }
    }
    Path home = Path.of(variables.getOrDefault("HOME", System.getProperty("user.home", "/")));
    String pyenv = variables.getOrDefault("PYENV_ROOT", home.resolve(".pyenv").toString());
    installations(Path.of(pyenv, "versions")).forEach(f -> folders.put(f, true));
    String data = variables.getOrDefault("XDG_DATA_HOME", home.resolve(".local/share").toString());
    String uv = variables.getOrDefault("UV_PYTHON_INSTALL_DIR", data + "/uv/python");
    installations(Path.of(uv)).forEach(f -> folders.put(f, true));
    folders.put(Path.of("/usr/bin"), true);
    folders.put(Path.of("/usr/local/bin"), true);
    installations(Path.of("/opt")).forEach(f -> folders.put(f, true));
    LinkedHashSet<Path> binaries = new LinkedHashSet<>();
    for (Path folder : folders.keySet()) {
      binaries.addAll(binariesIn(folder));
    }
    return List.copyOf(binaries);
  }

  private static List<Path> installations(Path parent) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(parent)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
        for (Path entry : entries) {
          if (Files.isDirectory(entry.resolve("bin"))) {
            found.add(entry.resolve("bin"));
          }
        }
      } catch (IOException unreadable) {
        LOG.debug("cannot search {}", parent, unreadable);
      }
    }
    found.sort(Comparator.reverseOrder());
    return found;
  }

  private static List<Path> binariesIn(Path folder) {
    List<Path> found = new ArrayList<>();
    for (String name : names()) {
      Path file = folder.resolve(name);
      if (Files.isExecutable(file) && Files.isRegularFile(file)) {
        try {
          Path real = file.toRealPath();
          if (isBinary(real)) {
            found.add(real);
          }
        } catch (IOException unreadable) {
          LOG.debug("cannot read {}", file, unreadable);
        }
      }
    }
    return found;
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>(List.of("python3", "python"));
    for (int minor = OLDEST_MINOR; minor <= OLDEST_MINOR + 12; minor++) {
      names.add("python3." + minor);
    }
    return names.stream().filter(n -> NAME.matcher(n).matches()).toList();
  }

  private static boolean isBinary(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(2);
      return head.length == 2 && !(head[0] == '#' && head[1] == '!');
    }
  }

  private Optional<Interpreter> probe(Path binary) {
    Optional<Interpreter> known = probed.get(binary);
    if (known != null) {
      return known;
    }
    Optional<Interpreter> found = ask(binary);
    if (!Thread.currentThread().isInterrupted()) {
      probed.put(binary, found); // what an interrupt cut short says nothing
    }
    return found;
  }

  private static Optional<Interpreter> ask(Path binary) {
    Process process = null;
    try {
      ProcessBuilder builder =
          new ProcessBuilder(binary.toString(), "-I", "-S", "-c", PROBE).redirectErrorStream(true);
      builder.environment().keySet().removeIf(k -> k.startsWith("PYTHON"));
      process = builder.start();
      process.getOutputStream().close();
      byte[] out = process.getInputStream().readNBytes(1 << 16);
      if (!process.waitFor(PROBE_TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        return Optional.empty();
      }
      JsonNode json = JsonMapper.builder().build().readTree(out);
      Interpreter found =
          new Interpreter(
              binary,
              json.path("version").asText(),
              Path.of(json.path("prefix").asText()).toRealPath(),
              json.path("implementation").asText(),
              json.path("ctypes").asBoolean());
      boolean usable =
          found.version().startsWith("3.")
              && found.minor() >= OLDEST_MINOR
              && found.implementation().equals("cpython")
              && json.path("final").asBoolean();
      return usable ? Optional.of(found) : Optional.empty();
    } catch (IOException notRunnable) {
      LOG.debug("not an interpreter: {}", binary, notRunnable);
      return Optional.empty();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }

  private static int patch(Interpreter i) {
    return Integer.parseInt(i.version().split("\\.")[2]);
  }

  private static int minorOf(String wanted) {
    String[] parts = wanted.strip().split("\\.");
    try {
      return parts.length > 1 ? Integer.parseInt(parts[1]) : OLDEST_MINOR + 12;
    } catch (NumberFormatException notANumber) {
      return OLDEST_MINOR + 12;
    }
  }
}
