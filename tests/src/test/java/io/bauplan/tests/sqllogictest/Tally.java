package io.bauplan.tests.sqllogictest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Counts outcomes by category, and keeps what did not pass.
final class Tally implements ScriptRun.Listener {
  /// A record that did not pass, named `script:line`.
  record Failure(String record, String sql, Outcome outcome) {}

  private static final class Count {
    int queries;
    int passed;
    int wrong;
    int refused;
    int leftOut;
    long nanos;
  }

  private final Map<String, Count> categories = new TreeMap<>();
  private final List<Failure> failures = new ArrayList<>();
  private final Count all = new Count();
  private int statements;
  private long statementNanos;

  @Override
  public void ended(String record, String sql, Outcome outcome, long nanos) {
    String script = record.substring(0, record.lastIndexOf(':'));
    Count category = categories.computeIfAbsent(Corpus.category(script), name -> new Count());
    for (Count count : List.of(category, all)) {
      count.queries++;
      count.nanos += nanos;
      switch (outcome) {
        case Outcome.Passed() -> count.passed++;
        case Outcome.Wrong ignored -> count.wrong++;
        case Outcome.Refused ignored -> count.refused++;
        case Outcome.LeftOut ignored -> count.leftOut++;
      }
    }
    if (!(outcome instanceof Outcome.Passed)) {
      failures.add(new Failure(record, sql, outcome));
    }
  }

  @Override
  public void statement(long nanos) {
    statements++;
    statementNanos += nanos;
  }

  List<Failure> failures() {
    return failures;
  }

  int queries() {
    return all.queries;
  }

  int wrong() {
    return all.wrong;
  }

  /// Share of the queries that passed in the category where it is least.
  double leastShare() {
    return categories.values().stream()
        .mapToDouble(count -> (double) count.passed / count.queries)
        .min()
        .orElse(1);
  }

  /// A table of the counts.
  String text() {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            "%-22s %8s %8s %6s %8s %9s %8s %9s%n",
            "category", "queries", "passed", "wrong", "refused", "left out", "passed", "ms/query"));
    categories.forEach((name, count) -> out.append(line(name, count)));
    out.append(line("all", all));
    out.append(
        String.format(
            Locale.ROOT,
            "%d statements, %.1f ms each%n",
            statements,
            statementNanos / 1e6 / Math.max(statements, 1)));
    return out.toString();
  }

  private static String line(String name, Count count) {
    return String.format(
        Locale.ROOT,
        "%-22s %8d %8d %6d %8d %9d %7.2f%% %9.2f%n",
        name,
        count.queries,
        count.passed,
        count.wrong,
        count.refused,
        count.leftOut,
        100.0 * count.passed / Math.max(count.queries, 1),
        count.nanos / 1e6 / Math.max(count.queries, 1));
  }
}
