package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.TpchWarehouse;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The first queries of a process, by turns after a warm-up and without one; each process is new.
///
/// Run by `tests/bench/first-queries`, which names the properties.
class FirstQueriesBench {
  private static final int ROUNDS = 3;

  private final Map<String, List<double[]>> warm = new LinkedHashMap<>();
  private final Map<String, List<double[]>> cold = new LinkedHashMap<>();

  @Test
  void aWarmServerAnswersSooner(@TempDir Path temporary) throws Exception {
    Path folder = Path.of(System.getProperty("bench.folder", temporary.toString()));
    Files.createDirectories(folder);
    try (Engine engine = Engine.open(EngineConfig.of(folder))) {
      TpchWarehouse.generateIfAbsent(engine, System.getProperty("bench.scale", "0.1"));
    }
    for (int i = 0; i < ROUNDS; i++) {
      ask(folder, "cold", cold);
      ask(folder, "warm", warm);
    }
    System.out.printf(
        Locale.ROOT,
        "%-6s %12s %8s %8s | %12s %8s %8s %8s%n",
        "query",
        "cold: first",
        "third",
        "last",
        "warm: first",
        "third",
        "last",
        "ratio");
    StringBuilder json = new StringBuilder();
    for (String query : cold.keySet()) {
      double[] before = medians(cold.get(query));
      double[] after = medians(warm.get(query));
      int last = before.length - 1;
      System.out.printf(
          Locale.ROOT,
          "%-6s %12.1f %8.1f %8.1f | %12.1f %8.1f %8.1f %8.2f%n",
          query,
          before[0],
          before[2],
          before[last],
          after[0],
          after[2],
          after[last],
          after[0] / before[0]);
      json.append(
          String.format(
              Locale.ROOT,
              "\"%s\": {\"cold\": %.1f, \"warm\": %.1f}, ",
              query,
              before[0],
              after[0]));
    }
    System.out.printf(
        Locale.ROOT,
        "{%s\"load\": %.1f}%n",
        json,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static void ask(Path folder, String mode, Map<String, List<double[]>> times)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    long wait = 1_000L * Integer.getInteger("first.wait", 30);
    command.addAll(
        List.of(
            FirstQueries.class.getName(),
            folder.toString(),
            mode,
            String.valueOf(mode.equals("warm") ? wait : 1_000),
            System.getProperty("bench.queries", "q06,q01,q03,q09,q13,q18")));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (var lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        if (words[0].startsWith("q")) {
          times
              .computeIfAbsent(words[0], name -> new ArrayList<>())
              .add(Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray());
        }
      }
    }
    assertThat(process.waitFor()).isZero();
  }

  private static double[] medians(List<double[]> runs) {
    double[] medians = new double[runs.getFirst().length];
    for (int i = 0; i < medians.length; i++) {
      int at = i;
      medians[i] =
          runs.stream()
              .mapToDouble(run -> run[at])
              .sorted()
              .skip(runs.size() / 2)
              .findFirst()
              .orElseThrow();
    }
    return medians;
  }
}
