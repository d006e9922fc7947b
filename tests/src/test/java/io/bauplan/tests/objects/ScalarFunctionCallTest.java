package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Users' functions of single values within expressions.
class ScalarFunctionCallTest {
  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
    run(
        "CREATE TABLE t AS SELECT i AS id, CAST(i AS DOUBLE) / 2 AS x, 'n' || CAST(i AS VARCHAR) AS"
            + " s FROM generate_series(1, 6) AS g (i)");
    run("INSERT INTO t VALUES (7, NULL, NULL)");
    run(
        """
        CREATE FUNCTION plus_one (x DOUBLE) RETURNS DOUBLE LANGUAGE PYTHON IMMUTABLE AS $$
        def plus_one(x):
            return None if x is None else x + 1
        $$\
        """);
    run(
        """
        CREATE FUNCTION label (id BIGINT, s VARCHAR) RETURNS VARCHAR LANGUAGE PYTHON IMMUTABLE
        HANDLER = 'make' AS $$
        def make(id, s):
            if id == 6:
                raise ValueError('six is not liked')
            return f'{s}-{id}'
        $$\
        """);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  @Test
  void computesInProjectionsFiltersAggregatesAndJoins() {
    assertThat(run("SELECT id, plus_one(x) * 2 FROM t WHERE id IN (2, 7) ORDER BY id"))
        .containsExactly(List.of(2L, 4.0), java.util.Arrays.asList(7L, null));
    assertThat(run("SELECT id FROM t WHERE plus_one(x) > 3.4 ORDER BY id"))
        .containsExactly(List.of(5L), List.of(6L));
    assertThat(run("SELECT SUM(plus_one(plus_one(x))), COUNT(*) FROM t WHERE id < 3"))
        .containsExactly(List.of(5.5, 2L));
    assertThat(run("SELECT a.id, b.id FROM t a JOIN t b ON plus_one(a.x) = b.x ORDER BY 1"))
        .hasSize(4);
    assertThat(run("SELECT label(id, s) FROM t WHERE id = 3")).containsExactly(List.of("n3-3"));
    assertThat(run("SELECT plus_one(1)")).containsExactly(List.of(2.0));
    assertThat(
            run(
                "SELECT plus_one(x) AS y, COUNT(*) FROM t GROUP BY plus_one(x) HAVING"
                    + " plus_one(x) > 3.9"))
        .containsExactly(List.of(4.0, 1L));
    assertThat(run("SELECT COUNT(plus_one(x)) FROM t WHERE id > 100")).containsExactly(List.of(0L));
  }

  @Test
  void replaysWithTheDataAndSaysWhatIsWrong() {
    run("CREATE TAG before_change");
    run("CREATE VIEW v AS SELECT id, plus_one(x) AS y FROM t");
    run(
        "CREATE FUNCTION twice (x DOUBLE) RETURNS DOUBLE LANGUAGE PYTHON AS $$\n"
            + "def twice(x):\n    return 2 * x\n$$");
    assertThat(run("SELECT y FROM v WHERE id = 2")).containsExactly(List.of(2.0));
    assertThatThrownBy(() -> run("SELECT label(id, s) FROM t"))
        .hasMessageContaining("six is not liked");
    assertThatThrownBy(() -> run("SELECT plus_one(1, 2)")).hasMessageContaining("takes 1 argument");
    assertThatThrownBy(() -> run("SELECT * FROM TABLE(plus_one(1))"))
        .hasMessageContaining("returns one value");
    assertThatThrownBy(() -> run("SELECT plus_two(1)")).hasMessageContaining("plus_two");
    run("DROP FUNCTION twice");
    assertThatThrownBy(() -> run("SELECT twice(1)")).hasMessageContaining("twice");
    assertThatThrownBy(
            () ->
                run(
                    "CREATE FUNCTION j (x DOUBLE) RETURNS DOUBLE LANGUAGE JAVA AS $$ class J {}"
                        + " $$"))
        .hasMessageContaining("not supported");
  }

  /// What would run in the engine's process needs the policy's word.
  @Test
  void refusesToRunInTheEnginesProcess() {
    run(
        "CREATE FUNCTION near (x DOUBLE) RETURNS DOUBLE LANGUAGE PYTHON RUNTIME_VERSION = 'graalpy'"
            + " IMMUTABLE AS $$\n"
            + "def near(x):\n"
            + "    return x\n"
            + "$$");
    assertThatThrownBy(() -> run("SELECT near(x) FROM t"))
        .hasMessageContaining("function \"near\"")
        .hasMessageContaining("policy refuses")
        .hasMessageContaining("RUNTIME_VERSION = '3.11'")
        .hasMessageContaining("BAUPLAN_GRAALPY=allow");
    assertThatThrownBy(
            () ->
                run(
                    "CREATE FUNCTION far (x DOUBLE) RETURNS DOUBLE LANGUAGE PYTHON"
                        + " RUNTIME_VERSION = 'GraalPy' PACKAGES ('six') AS $$ def far(x): return x"
                        + " $$"))
        .hasMessageContaining("RUNTIME_VERSION = 'graalpy' with PACKAGES");
  }
}
