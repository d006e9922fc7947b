package io.bauplan.tests.sqllogictest;

import java.util.List;
import java.util.SplittableRandom;

/// Which queries are run: a share of every script that depends on nothing but the seed, the script
/// and the query's line; and at least some of short scripts, so that each category has its say.
///
/// @param percent of a script's queries
/// @param least queries of every script, on average, where it has so many
record Sample(double percent, long seed, int least) {
  private static final int DEFAULT_LEAST = 20;

  static Sample of(double percent, long seed) {
    return new Sample(percent, seed, DEFAULT_LEAST);
  }

  /// Whether the query at a line is chosen.
  ///
  /// @param queries how many the script has
  boolean has(String script, int line, int queries) {
    double share = Math.max(percent / 100, (double) least / Math.max(queries, 1));
    long key = seed * 31 + script.hashCode();
    return new SplittableRandom(key * 1_000_003 + line).nextDouble() < share;
  }

  static int queries(List<ScriptRecord> records) {
    return (int)
        records.stream()
            .filter(ScriptRecord.Query.class::isInstance)
            .filter(record -> !Dialect.isForAnother(record.conditions()))
            .count();
  }
}
