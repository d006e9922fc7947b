package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.environment.EnvironmentPolicy;
import io.bauplan.udf.environment.EnvironmentPolicy.Interpreters;
import io.bauplan.udf.environment.EnvironmentPolicy.Network;
import io.bauplan.udf.environment.EnvironmentPolicy.Sources;
import io.bauplan.udf.environment.EnvironmentStore;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.environment.InterpreterFinder;
import io.bauplan.udf.environment.ReadyEnvironment;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What it costs to add a package to a function.
///
/// Run by `tests/bench/environments`, which names the properties.
class EnvironmentBench {
  private static final String PYTHON = "3.11";

  private final InterpreterFinder interpreters = new InterpreterFinder(List.of(), System.getenv());

  @Test
  void addsAPackage(@TempDir Path folder) throws Exception {
    String added = System.getProperty("environment.package", "prophet");
    int rounds = Integer.getInteger("environment.rounds", 3);
    // With an empty installer cache, so that the download is seen; later rounds have it.
    double downloaded = 0;
    List<Double> cold = new ArrayList<>();
    List<Double> assembled = new ArrayList<>();
    List<Double> fromDisk = new ArrayList<>();
    List<Double> fromMemory = new ArrayList<>();
    EnvironmentSpec before = spec("pandas");
    EnvironmentSpec after = spec("pandas", added);
    for (int round = -1; round < rounds; round++) {
      Path root = folder.resolve("store" + round);
      if (round >= 0) {
        Files.createDirectories(root);
        copy(folder.resolve("store-1").resolve("tools"), root.resolve("tools"));
      }
      String key;
      try (EnvironmentStore store = store(root, folder, Network.ALLOWED)) {
        store.compile(store.get(before));
        long start = System.nanoTime();
        ReadyEnvironment ready = store.get(after);
        key = ready.key();
        double took = millis(start);
        if (round < 0) {
          downloaded = took;
        } else {
          cold.add(took);
          start = System.nanoTime();
          assertThat(store.get(after)).isEqualTo(ready);
          fromMemory.add(millis(start));
        }
        store.compile(ready);
      }
      if (round >= 0) {
        try (EnvironmentStore store = store(root, folder, Network.OFFLINE)) {
          store.interpreters().all();
          long start = System.nanoTime();
          assertThat(store.get(after).key()).isEqualTo(key);
          fromDisk.add(millis(start));
          assertThat(store.verify()).isEmpty();
          assembled.add(assemble(store, root, key));
        }
        if (round < rounds - 1) {
          FileTrees.delete(root);
        }
      }
    }
    Map<String, Double> calls = calls(folder, folder.resolve("store" + (rounds - 1)), added);
    System.out.printf(
        Locale.ROOT,
        "{\"env_cold_with_download_ms\": %.0f, \"env_cold_beyond_download_ms\": %.0f,"
            + " \"env_cached_ms\": %.2f, \"env_cached_in_process_ms\": %.3f,"
            + " \"env_links_ms\": %.2f, \"call_with_package_ms\": %.0f,"
            + " \"call_without_package_ms\": %.0f, \"package\": \"%s\", \"load\": %.1f}%n",
        downloaded,
        median(cold),
        median(fromDisk),
        median(fromMemory),
        median(assembled),
        calls.get("added"),
        calls.get("plain"),
        added,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /// The links of an environment alone: its folder is taken away, not its lock.
  private static double assemble(EnvironmentStore store, Path root, String key) throws IOException {
    Path from = root.resolve("env").resolve(key).resolve("site-packages");
    List<Path> links;
    try (Stream<Path> all = Files.walk(from)) {
      links = all.filter(Files::isSymbolicLink).toList();
    }
    Path to = Files.createDirectory(root.resolve("again"));
    long start = System.nanoTime();
    for (Path link : links) {
      Path place = to.resolve(from.relativize(link));
      Files.createDirectories(place.getParent());
      Files.createSymbolicLink(place, Files.readSymbolicLink(link));
    }
    return millis(start);
  }

  /// Statements whose function imports the package or does not, in an engine over the store.
  private static Map<String, Double> calls(Path folder, Path store, String added) {
    String module = added.replaceAll("[^A-Za-z0-9_].*", "");
    EngineConfig base = EngineConfig.of(folder.resolve("warehouse"));
    EngineConfig config =
        new EngineConfig(
            base.warehouse(), base.catalog(), base.dataLocation(), store, base.threads(), 1L << 29);
    Map<String, Double> calls = new HashMap<>();
    try (Engine engine = Engine.open(config)) {
      function(engine, "plain", "'pandas'", "pandas");
      function(engine, "added", "'pandas', '" + added + "'", module);
      for (String name : List.of("plain", "added")) {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          long start = System.nanoTime();
          EngineRows.run(engine, "SELECT * FROM " + name + "(TABLE(SELECT 1 AS x))");
          times.add(millis(start));
        }
        calls.put(name, median(times));
      }
    }
    return calls;
  }

  private static void function(Engine engine, String name, String packages, String module) {
    EngineRows.run(
        engine,
        "CREATE FUNCTION %s (data TABLE SET SEMANTICS) RETURNS TABLE (v VARCHAR) LANGUAGE PYTHON RUNTIME_VERSION = '%s' PACKAGES = (%s) AS $$\ndef %s(data):\n  import %s, pandas\n  return pandas.DataFrame({'v': [%s.__version__]})\n$$"
            .formatted(name, PYTHON, packages, name, module, module));
  }

  private static EnvironmentSpec spec(String... requirements) {
    return new EnvironmentSpec(Optional.of(PYTHON), List.of(requirements), Optional.empty());
  }

  private EnvironmentStore store(Path root, Path folder, Network network) throws IOException {
    Map<String, String> variables = new HashMap<>(System.getenv());
    variables.put("UV_CACHE_DIR", folder.resolve("uv-cache").toString());
    return new EnvironmentStore(
        root,
        interpreters,
        new EnvironmentPolicy(network, Sources.WHEELS_ONLY, Interpreters.FOUND_ONLY, variables));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  private static double millis(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
