package io.bauplan.tests.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fields of a column, in every clause, with and without the table's name before it.
class StructFieldTest {
  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
    EngineRows.run(
        engine,
        "CREATE TABLE t AS SELECT 1 AS id, {'x': 10, 'place': {'y': 'a'}} AS r"
            + " UNION ALL SELECT 2, {'x': 20, 'place': {'y': 'b'}}");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> rows(String sql) {
    return EngineRows.run(engine, sql);
  }

  @Test
  void needNoTableBeforeTheColumn() {
    assertThat(rows("SELECT r.x FROM t WHERE r.place.y = 'b'"))
        .isEqualTo(rows("SELECT t.r.x FROM t WHERE (t.r).place.y = 'b'"))
        .isEqualTo(rows("SELECT 20"));
    assertThat(rows("SELECT r.x, count(*) FROM t GROUP BY r.x HAVING r.x > 10 ORDER BY r.x"))
        .isEqualTo(rows("SELECT 20, CAST(1 AS BIGINT)"));
    assertThat(rows("SELECT a.id FROM t a JOIN t b ON a.id = b.id AND a.r.x = 10"))
        .isEqualTo(rows("SELECT 1"));
  }

  @Test
  void areFoundFromWithinSubQueries() {
    assertThat(
            rows("SELECT id FROM t WHERE EXISTS (SELECT 1 FROM (VALUES (10)) v (n) WHERE n = r.x)"))
        .isEqualTo(rows("SELECT 1"));
  }

  @Test
  void areNotLookedForWhereATableHasTheName() {
    assertThat(rows("SELECT r.x FROM (SELECT 5 AS x) r, t LIMIT 1")).isEqualTo(rows("SELECT 5"));
  }
}
