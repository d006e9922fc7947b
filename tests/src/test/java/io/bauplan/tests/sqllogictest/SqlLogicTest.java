package io.bauplan.tests.sqllogictest;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// The command `tests/sqllogictest`: runs a sample of the corpus and says what did not pass. Ends
/// with 1 after a wrong answer, or after a failure that the file of known failures does not have;
/// that file speaks of the sample of 1 % with seed 1.
public final class SqlLogicTest {
  private static final String USAGE =
      """
      tests/sqllogictest [--sample PERCENT] [--seed N] [--category PREFIX]... [--accept]
        --sample     share of every script's queries (default 1)
        --seed       another choice of queries (default 1)
        --category   only scripts whose names begin so: select1, random/expr, index/view/10, ...
        --accept     take what passes now out of the file of known failures
      """;
  private static final double FIXED_PERCENT = 1;
  private static final long FIXED_SEED = 1;

  private double percent = FIXED_PERCENT;
  private long seed = FIXED_SEED;
  private boolean accept;
  private final List<String> prefixes = new ArrayList<>();

  private SqlLogicTest() {}

  /// The first argument is the file of known failures; the command gives it.
  public static void main(String[] args) throws IOException {
    SqlLogicTest command = new SqlLogicTest();
    if (!command.parse(args)) {
      System.err.print(USAGE);
      System.exit(2);
    }
    System.exit(command.run(Path.of(args[0])) ? 0 : 1);
  }

  private boolean parse(String[] args) {
    for (int i = 1; i < args.length; i++) {
      boolean last = i + 1 == args.length;
      switch (args[i]) {
        case "--accept" -> accept = true;
        case "--sample", "--seed", "--category" -> {
          if (last) {
            return false;
          }
          String value = args[++i];
          switch (args[i - 1]) {
            case "--sample" -> percent = Double.parseDouble(value);
            case "--seed" -> seed = Long.parseLong(value);
            default -> prefixes.add(value);
          }
        }
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  private boolean run(Path failuresFile) throws IOException {
    long start = System.nanoTime();
    Tally tally = new Tally();
    Path warehouse = Files.createTempDirectory("sqllogictest");
    try (Corpus corpus = Corpus.open();
        Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      ScriptRun run = new ScriptRun(engine, corpus, Sample.of(percent, seed), tally);
      String category = "";
      for (String script : corpus.scripts()) {
        if (!prefixes.isEmpty() && prefixes.stream().noneMatch(script::startsWith)) {
          continue;
        }
        if (!Corpus.category(script).equals(category)) {
          category = Corpus.category(script);
          System.err.printf(
              Locale.ROOT, "%6.0f s  %s%n", (System.nanoTime() - start) / 1e9, category);
        }
        run.run(script);
      }
    } finally {
      delete(warehouse);
    }
    boolean good = report(tally, fixedSample() ? Optional.of(failuresFile) : Optional.empty());
    System.out.printf(
        Locale.ROOT, "%.1f s in all; seed %d%n", (System.nanoTime() - start) / 1e9, seed);
    return good;
  }

  private boolean fixedSample() {
    return percent == FIXED_PERCENT && seed == FIXED_SEED;
  }

  private boolean report(Tally tally, Optional<Path> failuresFile) throws IOException {
    for (Tally.Failure failure : tally.failures()) {
      System.out.println(failure.record());
      System.out.println("    " + failure.sql().replace("\n", "\n    "));
      System.out.println("    => " + failure.outcome());
    }
    System.out.println(tally.text());
    if (failuresFile.isEmpty()) {
      return tally.wrong() == 0;
    }
    KnownFailures known = KnownFailures.read(failuresFile.get());
    List<Tally.Failure> unknown = known.unknown(tally.failures());
    unknown.forEach(failure -> System.out.println("not a known failure: " + failure.record()));
    if (prefixes.isEmpty()) {
      List<String> fixed = known.fixed(tally.failures());
      if (accept) {
        known.remove(fixed);
      }
      fixed.forEach(
          record ->
              System.out.println(
                  record
                      + (accept ? " taken out of " : " passes; --accept takes it out of ")
                      + failuresFile.get().getFileName()));
    }
    return unknown.isEmpty();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
