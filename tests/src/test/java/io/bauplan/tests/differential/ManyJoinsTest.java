package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// More joins than every order of can be looked at.
class ManyJoinsTest {
  private static final int TABLES = 40;

  @TempDir private Path warehouse;

  @Test
  void ordersInnerOuterAndSemiJoins() {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      EngineRows.run(engine, "CREATE TABLE ring (a INTEGER, b INTEGER)");
      EngineRows.run(
          engine,
          "INSERT INTO ring VALUES "
              + IntStream.range(0, 10)
                  .mapToObj(i -> "(%d, %d)".formatted(i, (i + 1) % 10))
                  .collect(Collectors.joining(", ")));
      // Every second table first, so that the order of the text alone joins nothing.
      String tables =
          IntStream.range(0, TABLES)
              .map(i -> (i * 7) % TABLES)
              .mapToObj(i -> "ring t" + i)
              .collect(Collectors.joining(", "));
      String steps =
          IntStream.range(1, TABLES)
              .mapToObj(i -> "t%d.b = t%d.a".formatted(i - 1, i))
              .collect(Collectors.joining(" AND "));
      List<List<Object>> rows =
          EngineRows.run(
              engine,
              "SELECT t3.a, t39.b, x.b, y.b FROM "
                  + tables
                  + " LEFT JOIN ring x ON x.a = t33.b + 5 LEFT JOIN ring y ON y.a = x.b WHERE "
                  + steps
                  + " AND t3.a IN (SELECT b FROM ring WHERE b < 5)"
                  + " AND NOT EXISTS (SELECT 1 FROM ring z WHERE z.a = t20.b AND z.b = 9)"
                  + " ORDER BY 1");
      // t33 = t3 + 30; t20.b = t3 + 18, so that t3.a = 0 goes (z.a = 8).
      assertThat(rows)
          .containsExactly(
              row(1, 8, 8, 9), row(2, 9, 9, 0), row(3, 0, 0, 1), row(4, 1, null, null));
    }
  }

  private static List<Object> row(Integer... values) {
    return java.util.Arrays.stream(values)
        .map(value -> value == null ? null : (Object) value.longValue())
        .collect(Collectors.toList());
  }
}
