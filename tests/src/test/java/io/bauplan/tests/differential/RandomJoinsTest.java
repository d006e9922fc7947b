package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random queries of several joins of all kinds, with sub-queries and NULLs in every column, give
/// what DuckDB gives: whatever order the joins are done in and whatever is inferred from their
/// conditions. `-Djoins.seed` repeats a run, `-Djoins.queries` makes it longer.
class RandomJoinsTest {
  private static final int TABLES = 5;
  private static final int ROWS = 9;
  private static final int VALUES = 5;

  @Test
  void joinsInAnyOrderGiveTheSame(@TempDir Path warehouse) {
    long seed = Long.getLong("joins.seed", System.nanoTime());
    Random random = new Random(seed);
    try (Engine engine = Engine.open(EngineConfig.of(warehouse));
        DuckDb duck = DuckDb.open()) {
      for (int t = 0; t < TABLES; t++) {
        String create =
            "CREATE TABLE t" + t + " AS SELECT * FROM (VALUES " + rows(random) + ") v (a, b, c)";
        EngineRows.run(engine, create);
        duck.execute(create);
      }
      for (int i = 0; i < Integer.getInteger("joins.queries", 60); i++) {
        String sql = new RandomQuery(random).sql();
        List<List<Object>> ours;
        try {
          ours = EngineRows.run(engine, sql);
        } catch (RuntimeException e) {
          throw new AssertionError("-Djoins.seed=" + seed + ": " + sql, e);
        }
        assertThat(ResultComparison.difference(ours, duck.query(sql)))
            .as("-Djoins.seed=%d: %s", seed, sql)
            .isEmpty();
      }
    }
  }

  private static String rows(Random random) {
    return IntStream.range(0, ROWS + random.nextInt(ROWS))
        .mapToObj(
            row ->
                IntStream.range(0, 3)
                    .mapToObj(column -> value(random, column == 2))
                    .collect(Collectors.joining(", ", "(", ")")))
        .collect(Collectors.joining(", "));
  }

  private static String value(Random random, boolean text) {
    if (random.nextInt(6) == 0) {
      return text ? "CAST(NULL AS VARCHAR)" : "CAST(NULL AS INTEGER)";
    }
    int value = random.nextInt(VALUES);
    return text ? "'v" + value + "'" : "CAST(" + value + " AS INTEGER)";
  }

  private static final class RandomQuery {
    private static final List<String> COMPARISONS = List.of("=", "=", "<", ">=", "<>");

    private final Random random;
    private final List<String> names = new ArrayList<>();

    RandomQuery(Random random) {
      this.random = random;
    }

    String sql() {
      StringBuilder from = new StringBuilder(table());
      int joins = 1 + random.nextInt(5);
      for (int i = 0; i < joins; i++) {
        String kind =
            pick(List.of("JOIN", "JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN"));
        kind = random.nextInt(20) == 0 ? "FULL JOIN" : kind;
        List<String> before = List.copyOf(names);
        from.append(' ').append(kind).append(' ').append(table()).append(" ON ");
        from.append(pick(before)).append(".a = ").append(names.getLast()).append(column());
        // DuckDB has no FULL JOIN on other conditions.
        while (!kind.startsWith("FULL") && random.nextInt(3) == 0) {
          from.append(" AND ").append(condition());
        }
      }
      List<String> where = new ArrayList<>();
      while (random.nextInt(3) != 0) {
        where.add(random.nextInt(3) == 0 ? subQuery() : condition());
      }
      String columns =
          names.stream().map(n -> n + ".a, " + n + ".c").collect(Collectors.joining(", "));
      return "SELECT "
          + columns
          + " FROM "
          + from
          + (where.isEmpty() ? "" : " WHERE " + String.join(" AND ", where));
    }

    private String table() {
      names.add("x" + names.size());
      return "t" + random.nextInt(TABLES) + " AS " + names.getLast();
    }

    private String column() {
      return random.nextBoolean() ? ".a" : ".b";
    }

    private String condition() {
      String left = pick(names) + column();
      return switch (random.nextInt(6)) {
        case 0 -> left + " IS " + (random.nextBoolean() ? "NOT " : "") + "NULL";
        case 1, 2 -> left + " " + pick(COMPARISONS) + " " + random.nextInt(VALUES);
        case 3 -> left + " " + pick(COMPARISONS) + " " + pick(names) + column();
        case 4 -> pick(names) + ".c IN ('v0', 'v" + random.nextInt(VALUES) + "')";
        default -> {
          String other = pick(names) + column();
          yield String.format(
              "((%s = %d AND %s = %d) OR (%s = %d AND %s < %d))",
              left,
              random.nextInt(VALUES),
              other,
              random.nextInt(VALUES),
              left,
              random.nextInt(VALUES),
              other,
              random.nextInt(VALUES));
        }
      };
    }

    private String subQuery() {
      String outer = pick(names);
      String inner = "t" + random.nextInt(TABLES);
      String extra = random.nextBoolean() ? "" : " AND s.b <> " + pick(names) + ".b";
      return switch (random.nextInt(5)) {
        case 0 -> "EXISTS (SELECT 1 FROM " + inner + " s WHERE s.a = " + outer + ".a" + extra + ")";
        case 1 ->
            "NOT EXISTS (SELECT 1 FROM " + inner + " s WHERE s.a = " + outer + ".a" + extra + ")";
        case 2 -> outer + ".b IN (SELECT a FROM " + inner + " WHERE b < 4)";
        case 3 -> outer + ".b NOT IN (SELECT a FROM " + inner + " WHERE a IS NOT NULL)";
        default -> outer + ".a > (SELECT min(b) FROM " + inner + ")";
      };
    }

    private String pick(List<String> of) {
      return of.get(random.nextInt(of.size()));
    }
  }
}
