package io.bauplan.tests.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kinds of functions that SQL creates: by partition, by row, by column, by stream.
class FunctionKindsTest {
  @TempDir private static Path warehouse;

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
    run(
        "CREATE TABLE pay AS SELECT i AS id, i % 1000 AS k, CAST(i AS DOUBLE) / 4 AS x,"
            + " 'n' || CAST(i % 7 AS VARCHAR) AS s FROM generate_series(1, 40000) AS g (i)");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static void fails(String sql, String message) {
    assertThatThrownBy(() -> run(sql))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(message);
  }

  private static void python(String head, String body) {
    run("CREATE OR REPLACE FUNCTION " + head + " LANGUAGE PYTHON AS $$\n" + body + "$$");
  }

  @Test
  void callsOncePerPartition() {
    python(
        "top_n (data TABLE (id BIGINT, k BIGINT, s VARCHAR), n BIGINT)"
            + " RETURNS TABLE (k BIGINT, top BIGINT, seen BIGINT, s VARCHAR)",
        """
        import pyarrow as pa
        def top_n(data, n):
            return pa.table({'k': data['k'][:1], 'top': data['id'][n - 1:n], 'seen': [data.num_rows],
                             's': data['s'][n - 1:n]})
        """);
    assertThat(
            run(
                "SELECT COUNT(*), COUNT(DISTINCT k), MIN(seen), MAX(seen), CAST(SUM(top) AS BIGINT)"
                    + " FROM TABLE(top_n(TABLE pay PARTITION BY k ORDER BY id DESC, 2))"))
        .containsExactly(List.of(1000L, 1000L, 40L, 40L, 38_500_500L));
    assertThat(
            run(
                "SELECT k, top, s FROM TABLE(top_n(TABLE pay PARTITION BY k ORDER BY id DESC, 2))"
                    + " WHERE k IN (7, 8) ORDER BY k"))
        .containsExactly(List.of(7L, 38007L, "n4"), List.of(8L, 38008L, "n5"));
    assertThat(
            run("SELECT * FROM TABLE(top_n((SELECT * FROM pay WHERE id < 0) PARTITION BY k, 1))"))
        .isEmpty();
    assertThat(
            run(
                "SELECT seen FROM TABLE(top_n((SELECT id, NULL AS k, s FROM pay WHERE id <= 3)"
                    + " PARTITION BY k, 1))"))
        .containsExactly(List.of(3L));
  }

  /// Each call of a partition sees the same second table, and may yield.
  @Test
  void givesOtherTablesToEveryPartition() {
    python(
        "joined (data TABLE (id BIGINT, k BIGINT), names TABLE (k BIGINT, name VARCHAR))"
            + " RETURNS TABLE (id BIGINT, name VARCHAR)",
        """
        def joined(data, names):
            name = dict(zip(names['k'].to_pylist(), names['name'].to_pylist()))
            for row in data.to_pylist():
                if row['k'] in name:
                    yield [{'id': row['id'], 'name': name[row['k']]}]
        """);
    assertThat(
            run(
                "SELECT id, name FROM TABLE(joined((SELECT * FROM pay WHERE id <= 1002) PARTITION"
                    + " BY k, (SELECT * FROM (VALUES (1, 'one'), (2, 'two')) AS v (k, name))))"
                    + " ORDER BY id"))
        .containsExactly(
            List.of(1L, "one"), List.of(2L, "two"), List.of(1001L, "one"), List.of(1002L, "two"));
  }

  @Test
  void tellsWhichPartitionFailed() {
    python(
        "picky (data TABLE (k BIGINT)) RETURNS TABLE (k BIGINT)",
        """
        def picky(data):
            if data['k'][0].as_py() == 400:
                raise ValueError('no 400')
            return data
        """);
    assertThatThrownBy(() -> run("SELECT * FROM TABLE(picky(TABLE pay PARTITION BY k))"))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.getMessage()).contains("ValueError: no 400");
              assertThat(e.position().orElseThrow().line()).isEqualTo(4);
            });
  }

  @Test
  void callsWithSomeRowsWhereRowsStandAlone() {
    python(
        "tripled (data TABLE (id BIGINT, x DOUBLE) ROW SEMANTICS, n BIGINT)"
            + " RETURNS TABLE (id BIGINT, y DOUBLE, seen BIGINT)",
        """
        import pyarrow as pa, pyarrow.compute as pc
        def tripled(data, n):
            return pa.table({'id': data['id'], 'y': pc.multiply(data['x'], n),
                             'seen': [data.num_rows] * data.num_rows}).filter(pc.greater(data['id'], 10))
        """);
    List<Object> row =
        run("SELECT COUNT(*), CAST(SUM(id) AS BIGINT), MAX(seen) < 40000 FROM"
                + " TABLE(tripled((SELECT id, x + 1 AS x FROM pay), 3))")
            .getFirst();
    assertThat(row).containsExactly(39_990L, 800_020_000L - 55, true);
    assertThat(
            run(
                "SELECT id, y FROM TABLE(tripled((SELECT id, x + 1 AS x FROM pay), 3)) WHERE id ="
                    + " 44"))
        .containsExactly(List.of(44L, 36.0));
  }

  @Test
  void takesColumnsWhereItIsAnnotatedSo() {
    python(
        "added (a DOUBLE, b BIGINT) RETURNS DOUBLE",
        """
        import pyarrow as pa, pyarrow.compute as pc
        def added(a: pa.Array, b: pa.Array) -> pa.Array:
            assert len(a) > 1 and isinstance(a, pa.Array)
            return pc.add(a, b)
        """);
    assertThat(run("SELECT COUNT(*), SUM(added(x, id)) FROM pay WHERE added(x, id) > 100"))
        .containsExactly(List.of(39_920L, 1_000_025_000.0 - 1.25 * 80 * 81 / 2));
    python(
        "shorter (a DOUBLE) RETURNS DOUBLE",
        "import pyarrow as pa\ndef shorter(a: 'pa.Array'):\n    return a[1:]\n");
    fails("SELECT shorter(x) FROM pay", "return one per row");
    python(
        "mixed (a DOUBLE, b DOUBLE) RETURNS DOUBLE",
        "import pyarrow as pa\ndef mixed(a: pa.Array, b: float):\n    return a\n");
    fails("SELECT mixed(x, x) FROM pay", "annotate all of its parameters");
    python(
        "texts (a DOUBLE) RETURNS DOUBLE",
        "import pyarrow as pa\ndef texts(a: pa.Array):\n    return pa.array(['x'] * len(a))\n");
    fails("SELECT texts(x) FROM pay", "declared double but holds string");
  }

  @Test
  void takesSeriesWherePandasIsDeclared() {
    run(
        """
        CREATE OR REPLACE FUNCTION clipped (x DOUBLE, s VARCHAR) RETURNS VARCHAR LANGUAGE PYTHON
        RUNTIME_VERSION = '3.11' PACKAGES = ('pandas==2.0') AS $$
        import pandas as pd
        def clipped(x: pd.Series, s: pd.Series) -> pd.Series:
            return s + ':' + x.clip(upper=2).round().astype(int).astype(str)
        $$\
        """);
    assertThat(run("SELECT id, clipped(x, s) FROM pay WHERE id IN (3, 30) ORDER BY id"))
        .containsExactly(List.of(3L, "n3:1"), List.of(30L, "n2:2"));
  }

  @Test
  void computesVolatileCallsAsOftenAsTheyAreWritten() {
    String body =
        """
        count = 0
        def next_number(x):
            global count
            count += 1
            return count
        """;
    python("next_number (x BIGINT) RETURNS BIGINT", body);
    String twice = "SELECT next_number(id) + next_number(id) FROM pay WHERE id <= 1";
    assertThat(plan(twice)).containsPattern("(?s)ScalarFunction.*ScalarFunction");
    run(
        "CREATE OR REPLACE FUNCTION next_number (x BIGINT) RETURNS BIGINT LANGUAGE PYTHON IMMUTABLE"
            + " AS $$\n"
            + body
            + "$$");
    assertThat(plan(twice)).doesNotContainPattern("(?s)ScalarFunction.*ScalarFunction");
    // One process serves the whole query: it counts on.
    assertThat(run("SELECT MAX(next_number(id)) FROM pay WHERE id <= 40000").getFirst().getFirst())
        .satisfies(n -> assertThat((Long) n).isGreaterThan(10_000));
  }

  private static String plan(String sql) {
    StringBuilder plan = new StringBuilder();
    run("EXPLAIN " + sql).forEach(row -> plan.append(row.getFirst()).append('\n'));
    return plan.toString();
  }

  @Test
  void streamsInputAndOutput() {
    python(
        "running (data TABLE (id BIGINT, x DOUBLE)) RETURNS TABLE (id BIGINT, total DOUBLE)",
        """
        from itertools import accumulate
        from typing import Iterator
        import pyarrow as pa
        def running(data: Iterator[pa.RecordBatch]):
            total, batches = 0.0, 0
            for batch in data:
                batches += 1
                sums = list(accumulate(batch.column(1).to_pylist(), initial=total))[1:]
                total = sums[-1]
                yield pa.table({'id': batch.column(0), 'total': sums})
            assert batches > 1
        """);
    assertThat(run("SELECT COUNT(*), MAX(total) FROM TABLE(running(TABLE pay ORDER BY id))"))
        .containsExactly(List.of(40_000L, 200_005_000.0));
    assertThat(run("SELECT id, total FROM TABLE(running(TABLE pay ORDER BY id DESC)) LIMIT 2"))
        .containsExactly(List.of(40_000L, 10_000.0), List.of(39_999L, 19_999.75));
    python(
        "last_of (data TABLE (id BIGINT)) RETURNS TABLE (id BIGINT)",
        """
        import pyarrow as pa
        def last_of(data: pa.RecordBatchReader):
            assert isinstance(data, pa.RecordBatchReader) and data.schema.names == ['id']
            return pa.table({'id': [max(b.column(0).to_pylist()[-1] for b in data)]})
        """);
    assertThat(run("SELECT id FROM TABLE(last_of(TABLE pay ORDER BY id))"))
        .containsExactly(List.of(40_000L));
    python(
        "numbers (n BIGINT) RETURNS TABLE (i BIGINT, s VARCHAR)",
        """
        def numbers(n):
            for i in range(n):
                yield [{'i': i, 's': None if i % 2 else 'even'}]
        """);
    assertThat(run("SELECT COUNT(*), CAST(SUM(i) AS BIGINT), COUNT(s) FROM TABLE(numbers(50))"))
        .containsExactly(List.of(50L, 1225L, 25L));
    assertThat(run("SELECT COUNT(*) FROM TABLE(numbers(0))")).containsExactly(List.of(0L));
    // Whoever stops reading ends it: it would never end by itself.
    python(
        "endless () RETURNS TABLE (i BIGINT)",
        "def endless():\n    i = 0\n    while True:\n        i += 1\n        yield [{'i': i}]\n");
    assertThat(run("SELECT i FROM TABLE(endless()) LIMIT 3"))
        .containsExactly(List.of(1L), List.of(2L), List.of(3L));
    python(
        "late (data TABLE (id BIGINT)) RETURNS TABLE (id BIGINT)",
        """
        import pyarrow as pa
        def late(data: pa.RecordBatchReader):
            for batch in data:
                yield batch
            raise KeyError('at the end')
        """);
    fails("SELECT COUNT(*) FROM TABLE(late(TABLE pay))", "at the end");
    // What goes wrong in the input is told as such.
    fails(
        "SELECT COUNT(*) FROM TABLE(late((SELECT 1 / (id - 30000) AS id FROM pay)))",
        "division by zero");
  }

  @Test
  void nullsReachFunctionsByRow() {
    python(
        "or_zero (x DOUBLE) RETURNS DOUBLE",
        "def or_zero(x):\n    return 0.0 if x is None else x\n");
    assertThat(run("SELECT or_zero(x) FROM (VALUES (1.5), (NULL)) AS v (x) ORDER BY 1"))
        .containsExactly(List.of(0.0), List.of(1.5));
    python("nothing () RETURNS BIGINT", "def nothing():\n    return 42\n");
    assertThat(run("SELECT id, nothing() FROM pay WHERE id < 3 ORDER BY id"))
        .containsExactly(List.of(1L, 42L), List.of(2L, 42L));
    assertThat(run("SELECT nothing()")).containsExactly(List.of(42L));
    python("none (x DOUBLE) RETURNS DOUBLE", "def none(x):\n    return None\n");
    assertThat(run("SELECT none(x) FROM pay WHERE id = 1"))
        .containsExactly(Arrays.asList((Object) null));
  }
}
