package io.bauplan.tests.quidem;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All scripts of functions, joins, sub-queries, windows, set operations and grouping; see
/// `tests/quidem`. At least 90 % of the queries must pass, and what fails must be in
/// `failures.txt`, which may only shrink: a query listed there that passes fails the suite too.
///
/// `-Dquidem.scripts=FOLDER` runs the scripts of a folder instead and only reports.
/// `-Dquidem.only=agg` runs one script. `-Dquidem.sql` prints the text of what fails.
class QuidemSuite {
  private static final List<String> SCRIPTS =
      List.of(
          "agg.iq",
          "blank.iq",
          "conditions.iq",
          "functions.iq",
          "join.iq",
          "lateral.iq",
          "misc.iq",
          "operator.iq",
          "outer.iq",
          "pivot.iq",
          "scalar.iq",
          "set-op.iq",
          "some.iq",
          "sort.iq",
          "struct.iq",
          "sub-query.iq",
          "unnest.iq",
          "winagg.iq",
          "within-distinct.iq");

  private static final double REQUIRED = 0.90;

  @TempDir private Path warehouse;

  @Test
  void queriesGiveWhatTheScriptsExpect() throws IOException {
    String folder = System.getProperty("quidem.scripts", "");
    String only = System.getProperty("quidem.only", "");
    Map<String, String> failures = folder.isEmpty() ? Scripts.list("failures.txt") : Map.of();
    Map<String, String> exclusions = folder.isEmpty() ? Scripts.list("exclusions.txt") : Map.of();
    List<String> surprises = new ArrayList<>();
    Map<String, Integer> causes = new TreeMap<>();
    int passed = 0;
    int total = 0;
    System.out.printf("%-24s %7s %7s %9s%n", "script", "passed", "failed", "excluded");
    for (Script script : scripts(folder)) {
      if (!only.isEmpty() && !script.name().equals(only + ".iq")) {
        continue;
      }
      int excluded = 0;
      List<QuidemRun.Outcome> outcomes = run(script);
      List<String> failed = new ArrayList<>();
      for (QuidemRun.Outcome outcome : outcomes) {
        String cause = exclusions.get(outcome.key());
        boolean listed = cause != null || failures.containsKey(outcome.key());
        if (outcome.complaint().isEmpty()) {
          passed++;
          if (listed) {
            surprises.add(outcome.key() + " passes now: take it off the list");
          }
          continue;
        }
        if (cause != null) {
          excluded++;
          causes.merge(cause, 1, Integer::sum);
        } else {
          failed.add(told(outcome));
          causes.merge("failed", 1, Integer::sum);
        }
        if (!listed) {
          surprises.add(told(outcome));
        }
      }
      total += outcomes.size();
      System.out.printf(
          "%-24s %7d %7d %9d%n",
          script.name(), outcomes.size() - failed.size() - excluded, failed.size(), excluded);
      failed.forEach(System.out::println);
    }
    System.out.printf("total: %d of %d pass, %.1f %%%n", passed, total, 100.0 * passed / total);
    causes.forEach((cause, count) -> System.out.printf("%7d %s%n", count, cause));
    if (folder.isEmpty()) {
      assertThat(surprises).isEmpty();
      assertThat((double) passed / total).isGreaterThanOrEqualTo(REQUIRED);
    }
  }

  private static List<Script> scripts(String folder) throws IOException {
    if (!folder.isEmpty()) {
      return Scripts.inFolder(Path.of(folder));
    }
    List<Script> scripts = new ArrayList<>();
    for (String name : SCRIPTS) {
      scripts.add(Scripts.packaged(name));
    }
    return scripts;
  }

  /// Scripts make tables; so each has a warehouse of its own.
  private List<QuidemRun.Outcome> run(Script script) throws IOException {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse.resolve(script.name())))) {
      return new QuidemRun(engine, new Schemas(engine, Scripts.artefacts())).run(script);
    }
  }

  private static String told(QuidemRun.Outcome outcome) {
    String told = "  " + outcome.key() + " | " + outcome.complaint().orElse("");
    return Optional.ofNullable(System.getProperty("quidem.sql"))
        .map(ignored -> told + "\n    " + outcome.sql().replace("\n", "\n    "))
        .orElse(told);
  }
}
