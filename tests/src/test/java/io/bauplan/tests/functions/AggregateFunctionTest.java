package io.bauplan.tests.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Aggregate functions that SQL creates, and what functions are given of NULL.
class AggregateFunctionTest {
  @TempDir private static Path warehouse;

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
    run(
        "CREATE TABLE t AS SELECT * FROM (VALUES (1, 2, 'a'), (1, 2, 'a'), (1, 5, 'c'),"
            + " (2, NULL, 'b'), (NULL, 3, NULL)) v (k, x, s)");
    aggregate(
        "mean_of (x DOUBLE) RETURNS DOUBLE",
        """
        import pyarrow as pa, pyarrow.compute as pc
        def mean_of(x: pa.Array):
            return pc.mean(x)
        """);
    aggregate(
        "weighed (x BIGINT, w BIGINT) RETURNS BIGINT IMMUTABLE RETURNS NULL ON NULL INPUT",
        """
        def weighed(x, w):
            return sum(a * b for a, b in zip(x, w))
        """);
    aggregate(
        "many (x BIGINT) RETURNS BIGINT IMMUTABLE",
        """
        import pyarrow as pa
        def many(x: pa.ListArray):
            return x.value_lengths()
        """);
    aggregate(
        "said (x VARCHAR) RETURNS VARCHAR[]",
        """
        def said(x):
            return x
        """);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static void aggregate(String head, String body) {
    run("CREATE OR REPLACE AGGREGATE FUNCTION " + head + " LANGUAGE PYTHON AS $$\n" + body + "$$");
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    List<@Nullable Object> row = new ArrayList<>();
    for (Object value : values) {
      row.add(value instanceof Integer number ? Long.valueOf(number) : value);
    }
    return row;
  }

  private static void fails(String sql, ErrorCode code, String message) {
    assertThatThrownBy(() -> run(sql))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(message);
            });
  }

  @Test
  void standsBesideOtherAggregates() {
    assertThat(
            run(
                "SELECT k, mean_of(x), sum(x), weighed(x, k), many(x), count(*), mean_of(x) +"
                    + " many(x) FROM t GROUP BY k ORDER BY k"))
        .containsExactly(
            row(1, 3.0, 9L, 9L, 3L, 3L, 6.0),
            row(2, null, null, null, 1L, 1L, null),
            row(null, 3.0, 3L, null, 1L, 1L, 4.0));
    assertThat(run("SELECT k FROM t GROUP BY k HAVING many(x) > 1")).containsExactly(row(1));
    assertThat(run("SELECT k, many(x) FROM t GROUP BY k ORDER BY many(x) DESC, k LIMIT 1"))
        .containsExactly(row(1, 3L));
  }

  @Test
  void takesFilterDistinctAndOrder() {
    assertThat(
            run(
                "SELECT k, many(x) FILTER (WHERE x > 2), many(DISTINCT x), said(s ORDER BY s DESC)"
                    + " FROM t GROUP BY k ORDER BY k"))
        .containsExactly(
            row(1, 1L, 2L, List.of("c", "a", "a")),
            row(2, null, null, List.of("b")),
            row(null, 1L, 1L, row((Object) null)));
  }

  @Test
  void groupsBySets() {
    assertThat(
            run(
                "SELECT k, s, many(x), grouping(k) FROM t WHERE k IS NOT NULL GROUP BY ROLLUP (k,"
                    + " s) ORDER BY grouping(k), k, s"))
        .containsExactly(
            row(1, "a", 2L, 0L),
            row(1, "c", 1L, 0L),
            row(1, null, 3L, 0L),
            row(2, "b", 1L, 0L),
            row(2, null, 1L, 0L),
            row(null, null, 4L, 1L));
  }

  /// A group that no row is left of is NULL without a call.
  @Test
  void isNullWithoutRows() {
    assertThat(run("SELECT many(x), mean_of(x), count(*) FROM t WHERE x > 100"))
        .containsExactly(row(null, null, 0L));
    assertThat(run("SELECT k, many(x) FROM t WHERE x > 100 GROUP BY k")).isEmpty();
    assertThat(run("SELECT many(x), mean_of(x) FROM t")).containsExactly(row(5L, 3.0));
    assertThat(
            run(
                "SELECT a.s, (SELECT many(b.x) FROM t b WHERE b.x = a.k + 1) FROM t a WHERE s <>"
                    + " 'a' ORDER BY 1"))
        .containsExactly(row("b", 1L), row("c", 2L));
  }

  /// 10,000 groups are handed over in few exchanges, and large ones in several.
  @Test
  void handsManyGroupsOverTogether() {
    run(
        "CREATE TABLE wide AS SELECT i % 10000 AS k, i AS x, 'a' AS one FROM generate_series(1,"
            + " 300000) AS g (i)");
    assertThat(
            run(
                "SELECT count(*), min(n), max(n), CAST(sum(m) AS BIGINT) FROM (SELECT k, many(x) AS"
                    + " n, mean_of(x) AS m FROM wide GROUP BY k)"))
        .containsExactly(row(10_000L, 30L, 30L, 10_000L * 150_000 + 5_000));
    assertThat(run("SELECT one, many(x), mean_of(x) FROM wide GROUP BY one"))
        .containsExactly(row("a", 300_000L, 150_000.5));
    String plan =
        String.valueOf(run("EXPLAIN ANALYZE SELECT k, many(x) FROM wide GROUP BY k")).strip();
    assertThat(plan).contains("AggregateFunction many").containsPattern("\\D[1-9]\\d? calls? \\(");
  }

  /// Many groups spill; one that is larger than the memory is an error that says so.
  @Test
  void keepsToTheMemoryLimit() {
    run(
        "CREATE TABLE long AS SELECT i % 50000 AS k, i AS x, 'text of row ' || CAST(i AS VARCHAR)"
            + " AS s FROM generate_series(1, 400000) AS g (i)");
    aggregate(
        "letters (x VARCHAR) RETURNS BIGINT",
        """
        import pyarrow as pa, pyarrow.compute as pc
        def letters(x: pa.Array):
            return pc.sum(pc.utf8_length(x))
        """);
    Session small =
        engine.execute(Session.DEFAULT, "SET memory_limit = '24MB'", StatementOptions.DEFAULT)
                instanceof StatementResult.SessionChanged changed
            ? changed.session()
            : Session.DEFAULT;
    assertThat(small).isNotEqualTo(Session.DEFAULT);
    assertThat(
            EngineRows.run(
                engine,
                small,
                "SELECT count(*), CAST(sum(n) AS BIGINT) FROM (SELECT k, letters(s) AS n FROM long"
                    + " GROUP BY k)"))
        .containsExactly(row(50_000L, 7_088_895L));
    assertThatThrownBy(() -> EngineRows.run(engine, small, "SELECT letters(s) FROM long"))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY));
  }

  @Test
  void tellsWhatIsWrong() {
    aggregate("bad (x BIGINT) RETURNS BIGINT", "def bad(x):\n    return x[5]\n");
    fails("SELECT bad(x) FROM t", ErrorCode.FUNCTION_FAILED, "IndexError");
    aggregate("text (x BIGINT) RETURNS BIGINT", "def text(x):\n    return 'one'\n");
    fails(
        "SELECT text(x) FROM t",
        ErrorCode.FUNCTION_WRONG_RESULT,
        "returned a value that is no int64");
    aggregate(
        "few (x BIGINT) RETURNS BIGINT",
        "import pyarrow as pa\ndef few(x: pa.ListArray):\n    return [1]\n");
    fails(
        "SELECT k, few(x) FROM t GROUP BY k",
        ErrorCode.FUNCTION_WRONG_RESULT,
        "1 values for 3 rows");
    fails("SELECT many(x) OVER () FROM t", ErrorCode.NOT_SUPPORTED, "over a window");
    fails("SELECT weighed(DISTINCT x, k) FROM t", ErrorCode.NOT_SUPPORTED, "DISTINCT with several");
    fails("SELECT many(x, k) FROM t", ErrorCode.INVALID_ARGUMENT, "takes 1 argument, not 2");
    fails("SELECT * FROM TABLE(many(1))", ErrorCode.INVALID_STATEMENT, "not a table");
    fails(
        "CREATE AGGREGATE FUNCTION f () RETURNS BIGINT LANGUAGE PYTHON AS $$ $$",
        ErrorCode.INVALID_STATEMENT,
        "at least one parameter");
    fails(
        "CREATE AGGREGATE FUNCTION f (x BIGINT) RETURNS TABLE LANGUAGE PYTHON AS $$ $$",
        ErrorCode.INVALID_STATEMENT,
        "one value a group");
    fails(
        "CREATE FUNCTION f (x TABLE) RETURNS TABLE LANGUAGE PYTHON STRICT AS $$ $$",
        ErrorCode.INVALID_STATEMENT,
        "says nothing of");
  }

  @Test
  void isShownAsItWasCreated() {
    String text = (String) run("SHOW CREATE FUNCTION weighed").getFirst().getFirst();
    assertThat(text)
        .startsWith("CREATE AGGREGATE FUNCTION bauplan.weighed (x BIGINT, w BIGINT)")
        .contains("IMMUTABLE RETURNS NULL ON NULL INPUT");
    run("DROP FUNCTION weighed");
    run(text);
    assertThat(run("SELECT weighed(x, k) FROM t")).containsExactly(row(9L));
  }

  /// What a strict function is given has no NULL; what it is not given is NULL.
  @Test
  void skipsRowsWithNulls() {
    run(
        """
        CREATE OR REPLACE FUNCTION strict_sum (a BIGINT, b BIGINT) RETURNS BIGINT LANGUAGE PYTHON
        IMMUTABLE RETURNS NULL ON NULL INPUT AS $$
        def strict_sum(a, b):
            return a + b
        $$\
        """);
    run(
        """
        CREATE OR REPLACE FUNCTION lax (a BIGINT, b BIGINT) RETURNS BOOLEAN LANGUAGE PYTHON
        NOT DETERMINISTIC CALLED ON NULL INPUT AS $$
        def lax(a, b):
            return a is None
        $$\
        """);
    assertThat(run("SELECT k, x, strict_sum(k, x), lax(x, k) FROM t ORDER BY k, x"))
        .containsExactly(
            row(1, 2, 3L, false),
            row(1, 2, 3L, false),
            row(1, 5, 6L, false),
            row(2, null, null, true),
            row(null, 3, null, false));
    assertThat(run("SELECT strict_sum(NULL, x) FROM t WHERE x = 5"))
        .containsExactly(row((Object) null));
    assertThat(
            run(
                "SELECT count(r), CAST(sum(r) AS BIGINT) FROM (SELECT strict_sum(CASE WHEN i % 3 ="
                    + " 0 THEN i END, i) AS r FROM generate_series(1, 90000) AS g (i))"))
        .containsExactly(row(30_000L, 2L * 3 * 30_000 * 30_001 / 2));
    assertThat((String) run("SHOW CREATE FUNCTION strict_sum").getFirst().getFirst())
        .contains("IMMUTABLE RETURNS NULL ON NULL INPUT");
    assertThat((String) run("SHOW CREATE FUNCTION lax").getFirst().getFirst())
        .doesNotContain("NULL INPUT")
        .doesNotContain("IMMUTABLE");
  }
}
