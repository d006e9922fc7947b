package io.bauplan.tests.oracle;

import io.bauplan.exec.engine.Engine;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Asks both sides random queries, in one thread. Query n of a seed is the same whatever came
/// before it.
final class Differential {
  private static final int MAX_REDUCTIONS = 600;
  private static final int MAX_SHOWN_ROWS = 8;
  private static final int PROGRESS = 5_000;

  /// What came of a query.
  ///
  /// @param kind `same`, `refused`, `differs`, `ours only` (the oracle refuses), `oracle only`,
  ///     `internal error`, or that the oracle [contradicts itself][#CONTRADICTED]
  private record Outcome(String kind, String text) {
    boolean isMismatch() {
      return !kind.equals("same") && !kind.equals("refused") && !kind.equals(CONTRADICTED);
    }
  }

  /// Without its optimizer the oracle gives our answer, with it another or an error. Such queries
  /// are counted and named.
  private static final String CONTRADICTED = "the oracle contradicts itself";

  private record Refusal(String code, String message) {}

  private final Engine engine;
  private final Session session;
  private final DuckDb duck;
  private final long seed;
  private final Map<String, Long> features = new TreeMap<>();
  private final Map<String, Long> outcomes = new TreeMap<>();
  private final Map<String, Long> reasons = new TreeMap<>();
  private final List<String> mismatches = new ArrayList<>();
  private final List<Long> contradicted = new ArrayList<>();
  private long oursNanos;
  private long theirsNanos;
  private long asked;

  /// Whether what is asked now counts no more.
  private boolean reducing;

  Differential(Engine engine, Session session, DuckDb duck, long seed) {
    this.engine = engine;
    this.session = session;
    this.duck = duck;
    this.seed = seed;
  }

  List<String> mismatches() {
    return mismatches;
  }

  long asked() {
    return asked;
  }

  /// Queries to which the oracle has two answers, one of them ours.
  List<Long> contradicted() {
    return contradicted;
  }

  long same() {
    return outcomes.getOrDefault("same", 0L);
  }

  Map<String, Long> features() {
    return features;
  }

  /// Every `step`th query of those from `first` to before `end`.
  ///
  /// @param limit the run ends after so many mismatches
  void run(long first, long end, int step, int limit) {
    for (long n = first; n < end && mismatches.size() < limit; n += step) {
      RandomQuery.Query query = query(n, feature -> features.merge(feature, 1L, Long::sum));
      asked++;
      if (Boolean.getBoolean("differential.trace")) {
        System.err.println(n + ": " + query.sql().ours());
      }
      if (asked % PROGRESS == 0) {
        System.out.println(asked + " queries, last " + n);
      }
      long before = oursNanos + theirsNanos;
      Outcome outcome = outcome(query.sql(), query.ordered());
      reducing = outcome.isMismatch();
      if (oursNanos + theirsNanos - before > Duration.ofSeconds(2).toNanos()) {
        System.out.println("slow: query " + n + ": " + query.sql().ours());
      }
      outcomes.merge(outcome.kind, 1L, Long::sum);
      if (outcome.kind.equals(CONTRADICTED)) {
        contradicted.add(n);
      }
      if (outcome.kind.equals("refused")) {
        System.out.println(
            "refused: query " + n + ": " + outcome.text.lines().findFirst().orElse(""));
      }
      if (outcome.isMismatch()) {
        mismatches.add(describe(n, query, outcome));
        System.out.println(mismatches.getLast());
        reducing = false;
      }
    }
  }

  private RandomQuery.Query query(long n, java.util.function.Consumer<String> used) {
    return new RandomQuery(new Random(seed * 1_000_003 + n), used).next();
  }

  private Outcome outcome(Sql sql, boolean ordered) {
    Object ours = ours(sql.ours());
    Object theirs = theirs(sql.theirs());
    if (ours instanceof Refusal mine) {
      if (theirs instanceof Refusal refusal) {
        String said = refusal.message.lines().findFirst().orElse("").split(":")[0];
        refused(mine.code + " / " + said);
        return new Outcome(
            mine.code.equals("INTERNAL_ERROR") ? "internal error" : "refused", mine.message);
      }
      Optional<String> reason = Dialect.reasonOurs(mine.code, mine.message);
      reason.ifPresent(text -> refused("ours only: " + text));
      return new Outcome(
          reason.isPresent() ? "refused" : "oracle only", mine.code + " " + mine.message);
    }
    if (theirs instanceof Refusal refusal) {
      return contradicted(sql, rows(ours), ordered)
          ? new Outcome(CONTRADICTED, refusal.message)
          : new Outcome("ours only", refusal.message);
    }
    Optional<String> difference = Answers.difference(rows(ours), rows(theirs), ordered);
    return difference
        .map(
            text ->
                contradicted(sql, rows(ours), ordered)
                    ? new Outcome(CONTRADICTED, text)
                    : new Outcome("differs", text))
        .orElse(new Outcome("same", ""));
  }

  /// Whether the oracle gives our rows when it takes the query as it is written.
  private boolean contradicted(Sql sql, List<List<Object>> ours, boolean ordered) {
    duck.execute("PRAGMA disable_optimizer");
    try {
      Object plain = theirs(sql.theirs());
      return !(plain instanceof Refusal)
          && Answers.difference(ours, rows(plain), ordered).isEmpty();
    } finally {
      duck.execute("PRAGMA enable_optimizer");
    }
  }

  private void refused(String reason) {
    if (!reducing) {
      reasons.merge(reason, 1L, Long::sum);
    }
  }

  @SuppressWarnings("unchecked")
  private static List<List<Object>> rows(Object answer) {
    return (List<List<Object>>) answer;
  }

  private Object ours(String sql) {
    long start = System.nanoTime();
    try {
      return EngineRows.run(engine, session, sql);
    } catch (EngineException e) {
      return new Refusal(e.code().name(), e.getMessage() + because(e.getCause()));
    } catch (RuntimeException e) {
      return new Refusal("INTERNAL_ERROR", e.toString());
    } finally {
      oursNanos += reducing ? 0 : System.nanoTime() - start;
    }
  }

  /// What the planner stumbled over, so that it can be counted.
  private static String because(@Nullable Throwable cause) {
    Throwable last = cause;
    while (last != null && last.getCause() != null) {
      last = last.getCause();
    }
    return last == null ? "" : " because of " + last.toString().lines().findFirst().orElse("");
  }

  private Object theirs(String sql) {
    long start = System.nanoTime();
    try {
      return duck.query(sql);
    } catch (IllegalStateException e) {
      return new Refusal("oracle", String.valueOf(e.getCause().getMessage()));
    } finally {
      theirsNanos += reducing ? 0 : System.nanoTime() - start;
    }
  }

  /// The query with everything left out that the mismatch does not need.
  private Sql reduced(RandomQuery.Query query, Outcome outcome) {
    Sql smallest = query.sql();
    int tries = 0;
    boolean found = true;
    while (found && tries < MAX_REDUCTIONS) {
      found = false;
      List<Sql> smaller = new ArrayList<>(smallest.smaller());
      smaller.sort(java.util.Comparator.comparingInt(Sql::size));
      for (Sql next : smaller) {
        if (tries++ >= MAX_REDUCTIONS) {
          break;
        }
        Outcome outcomeOfNext = outcome(next, query.ordered());
        boolean same =
            outcomeOfNext.kind.equals(outcome.kind)
                && (outcome.kind.equals("differs") || alike(outcomeOfNext.text, outcome.text));
        if (same) {
          smallest = next;
          found = true;
          break;
        }
      }
    }
    return smallest;
  }

  private static boolean alike(String left, String right) {
    return left.substring(0, Math.min(25, left.length()))
        .equals(right.substring(0, Math.min(25, right.length())));
  }

  private String describe(long n, RandomQuery.Query query, Outcome outcome) {
    Sql small = reduced(query, outcome);
    Outcome last = outcome(small, query.ordered());
    StringBuilder text = new StringBuilder();
    text.append("== ").append(outcome.kind).append(": --seed ").append(seed);
    text.append(" --first ").append(n).append('\n');
    text.append(small.ours()).append('\n');
    if (!small.ours().equals(small.theirs())) {
      text.append("the oracle: ").append(small.theirs()).append('\n');
    }
    text.append(last.text).append('\n');
    if (last.kind.equals("differs")) {
      text.append("ours       ").append(shown(ours(small.ours()))).append('\n');
      text.append("the oracle ").append(shown(theirs(small.theirs()))).append('\n');
    }
    return text.toString();
  }

  private static String shown(Object answer) {
    return answer instanceof Refusal refusal
        ? refusal.toString()
        : rows(answer).stream().limit(MAX_SHOWN_ROWS).toList().toString();
  }

  /// Adds what another run has found.
  void add(Differential other) {
    other.features.forEach((feature, count) -> features.merge(feature, count, Long::sum));
    other.outcomes.forEach((outcome, count) -> outcomes.merge(outcome, count, Long::sum));
    other.reasons.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
    mismatches.addAll(other.mismatches);
    contradicted.addAll(other.contradicted);
    asked += other.asked;
    oursNanos += other.oursNanos;
    theirsNanos += other.theirsNanos;
  }

  String report() {
    StringBuilder text = new StringBuilder();
    text.append("seed ").append(seed).append(": ").append(asked).append(" queries, ");
    text.append(mismatches.size()).append(" mismatches\n");
    text.append("the oracle contradicts itself in ").append(contradicted.size());
    text.append(": ").append(contradicted).append('\n');
    text.append("outcomes: ").append(outcomes).append('\n');
    text.append("refused: ").append(lines(reasons));
    text.append("features: ").append(features).append('\n');
    text.append("ours %.1f s, the oracle %.1f s%n".formatted(oursNanos / 1e9, theirsNanos / 1e9));
    return text.toString();
  }

  private static String lines(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(entry -> "\n  " + entry.getValue() + " x " + entry.getKey())
        .collect(Collectors.joining("", "", "\n"));
  }
}
