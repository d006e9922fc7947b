package io.bauplan.tests.modes;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All queries of a suite in all modes, against DuckDB. Run by `tests/modes`.
class ModesBench {
  private static final String SUITE = System.getProperty("modes.suite", "tpch");
  private static final String SCALE = System.getProperty("modes.scale", "0.01");
  private static final long MEGABYTE = 1 << 20;

  private static List<String> list(String property, String standard) {
    return Arrays.stream(System.getProperty(property, standard).split(","))
        .filter(name -> !name.isBlank())
        .toList();
  }

  @Test
  void compare(@TempDir Path temporary) throws Exception {
    Path folder = Path.of(System.getProperty("modes.folder", temporary.toString()));
    Files.createDirectories(folder);
    String all = Mode.ALL.stream().map(Mode::name).collect(Collectors.joining(","));
    List<Mode> modes = list("modes.modes", all).stream().map(Mode::named).toList();
    Set<String> only = Set.copyOf(list("modes.queries", ""));
    Duration timeout = Duration.ofSeconds(Integer.getInteger("modes.seconds", 600));
    long least = Long.getLong("modes.least", 8) * MEGABYTE;
    Map<String, Map<ModeRuns.Kind, Integer>> counts = new LinkedHashMap<>();
    List<String> notEqual = new ArrayList<>();
    try (ModeRuns runs = new ModeRuns(SUITE, SCALE, folder, timeout, least)) {
      for (Mode mode : modes) {
        Map<ModeRuns.Kind, Integer> kinds = new EnumMap<>(ModeRuns.Kind.class);
        counts.put(mode.name(), kinds);
        // Closing it fails where memory is left.
        try (Engine engine = runs.open(mode)) {
          for (String name : runs.names()) {
            if (!only.isEmpty() && !only.contains(name)) {
              continue;
            }
            ModeRuns.Outcome outcome = runs.run(engine, mode, name);
            kinds.merge(outcome.kind(), 1, Integer::sum);
            print(mode, name, outcome);
            if (outcome.kind() != ModeRuns.Kind.EQUAL) {
              notEqual.add(mode.name() + " " + name + ": " + outcome.detail());
            }
          }
        }
      }
    }
    print(counts);
    notEqual.forEach(System.out::println);
    System.out.println(json(counts));
    assertThat(notEqual).isEmpty();
  }

  private static void print(Mode mode, String name, ModeRuns.Outcome outcome) {
    System.out.printf(
        Locale.ROOT,
        "%-17s %-5s %-9s %9.0f ms, limit %7.1f MB, peak %7.1f MB, spilled %8.1f MB%n",
        mode.name(),
        name,
        outcome.kind(),
        outcome.millis(),
        outcome.limit() / (double) MEGABYTE,
        outcome.peak() / (double) MEGABYTE,
        outcome.spilled() / (double) MEGABYTE);
  }

  private static void print(Map<String, Map<ModeRuns.Kind, Integer>> counts) {
    System.out.printf("%-17s", "mode");
    for (ModeRuns.Kind kind : ModeRuns.Kind.values()) {
      System.out.printf(" %9s", kind.name().toLowerCase(Locale.ROOT));
    }
    System.out.println();
    counts.forEach(
        (mode, kinds) -> {
          System.out.printf("%-17s", mode);
          for (ModeRuns.Kind kind : ModeRuns.Kind.values()) {
            System.out.printf(" %9d", kinds.getOrDefault(kind, 0));
          }
          System.out.println();
        });
  }

  private static String json(Map<String, Map<ModeRuns.Kind, Integer>> counts) {
    String modes =
        counts.entrySet().stream()
            .map(
                mode ->
                    "\"%s\": {%s}"
                        .formatted(
                            mode.getKey(),
                            mode.getValue().entrySet().stream()
                                .map(
                                    kind ->
                                        "\"%s\": %d"
                                            .formatted(
                                                kind.getKey().name().toLowerCase(Locale.ROOT),
                                                kind.getValue()))
                                .collect(Collectors.joining(", "))))
            .collect(Collectors.joining(", "));
    return "{\"suite\": \"%s\", \"scale\": %s, \"modes\": {%s}}".formatted(SUITE, SCALE, modes);
  }
}
