package io.bauplan.tests.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.udf.shm.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Functions over tables whose columns the cache keeps in shared memory, in real processes.
@TestMethodOrder(org.junit.jupiter.api.MethodOrderer.MethodName.class)
class SharedColumnsTest {
  private static final Session OFF =
      new Session(
          Session.DEFAULT.principal(),
          Session.DEFAULT.reference(),
          Session.DEFAULT.namespace(),
          Session.DEFAULT.zone(),
          Map.of("column_cache", "off"));

  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void open() {
    assertThat(Segment.problem()).as("these tests need memfd_create").isEmpty();
    engine = Engine.open(EngineConfig.of(warehouse).withColumnCache(1L << 30, 0));
    create("t");
    run(
        """
        CREATE FUNCTION digest (data TABLE SET SEMANTICS)
        RETURNS TABLE (n BIGINT, hash VARCHAR, mapped BIGINT) LANGUAGE PYTHON AS $$
        def digest(data):
            import hashlib
            maps = [[int(x, 16) for x in line.split()[0].split("-")]
                    for line in open("/proc/self/maps") if "memfd:bauplan-column" in line]
            inside = lambda b: any(s <= b.address and b.address + b.size <= e for s, e in maps)
            buffers = [b for c in data.columns for k in c.chunks for b in k.buffers() if b and b.size]
            rows = sorted(repr(row) for row in data.to_pylist())
            return [{"n": len(rows), "hash": hashlib.md5("\\n".join(rows).encode()).hexdigest(),
                     "mapped": sum(inside(b) for b in buffers) * 100 // max(1, len(buffers))}]
        $$\
        """);
  }

  private static void create(String name) {
    run(
        "CREATE TABLE "
            + name
            + " AS SELECT i AS id, CAST(i AS DOUBLE) / 3 AS x, CAST(i % 7 AS INTEGER) AS few,"
            + " CAST(i AS DECIMAL(12, 2)) / 4 AS money, CAST(i AS DECIMAL(30, 2)) AS wide,"
            + " i % 3 = 0 AS flag, 'text ' || CAST(i AS VARCHAR) AS s,"
            + " CASE WHEN i % 5 = 0 THEN NULL ELSE 'c' || CAST(i % 9 AS VARCHAR) END AS country,"
            + " DATE '2024-01-01' + INTERVAL '1' DAY * CAST(i % 300 AS INTEGER) AS day,"
            + " TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '1' SECOND * CAST(i AS INTEGER) AS ts,"
            + " CASE WHEN i % 11 = 0 THEN NULL ELSE ARRAY[i, i + 1] END AS pair"
            + " FROM generate_series(1, 30000) AS g (i)");
  }

  @AfterAll
  static void close() {
    engine.close();
    assertThat(Segment.openCount()).as("segments left open").isZero();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static String explained(String sql) {
    return run("EXPLAIN ANALYZE " + sql).toString();
  }

  private static long figure(String sql, String words) {
    var found = java.util.regex.Pattern.compile("([0-9.,]+) (B|kB|KB|MB) " + words);
    var match = found.matcher(explained(sql));
    assertThat(match.find()).as(words).isTrue();
    double value = Double.parseDouble(match.group(1).replace(",", ""));
    return (long)
        (value * (match.group(2).equals("B") ? 1 : match.group(2).equals("MB") ? 1e6 : 1e3));
  }

  @Test
  void aSecondCallCopiesNothingAndSeesTheSame() {
    String call = "SELECT * FROM TABLE(digest(TABLE t))";
    List<List<Object>> copied = EngineRows.run(engine, OFF, call);
    assertThat(copied.getFirst().get(0)).isEqualTo(30000L);
    assertThat(copied.getFirst().get(2)).as("without the cache nothing is mapped").isEqualTo(0L);

    List<List<Object>> first = run(call);
    assertThat(first.getFirst().subList(0, 2)).isEqualTo(copied.getFirst().subList(0, 2));
    assertThat(first.getFirst().get(2)).as("percent of buffers within segments").isEqualTo(100L);
    assertThat(figure(call, "mapped from shared memory")).isGreaterThan(2_000_000);
    assertThat(explained(call)).contains("0 B copied");
    assertThat(run(call)).isEqualTo(first);
  }

  /// What a function returns as it was given it is not copied, and is what it was.
  @Test
  void unchangedColumnsComeBackByReference() {
    run(
        """
        CREATE FUNCTION numbered (data TABLE SET SEMANTICS)
        RETURNS TABLE (s VARCHAR, id BIGINT, x DOUBLE, country VARCHAR, n INTEGER)
        LANGUAGE PYTHON AS $$
        def numbered(data):
            import pyarrow as pa
            return data.append_column("n", pa.array(range(data.num_rows), pa.int32()))
        $$\
        """);
    String input = "SELECT id, s, country, x FROM t";
    String call = "SELECT * FROM TABLE(numbered(TABLE (" + input + ")))";
    run(call);
    assertThat(figure(call, "returned by reference")).isGreaterThan(1_000_000);
    assertThat(run("SELECT id, s, country, x FROM (" + call + ") ORDER BY id"))
        .isEqualTo(run(input + " ORDER BY id"));
    assertThat(run("SELECT count(*), sum(n), count(DISTINCT n) FROM (" + call + ")"))
        .containsExactly(List.of(30_000L, 449_985_000L, 30_000L));
  }

  /// The same function with little memory and with enough, its environment as it was.
  @Test
  void aSessionLimitsTheMemoryOfFunctions() {
    run(
        """
        CREATE FUNCTION hungry () RETURNS TABLE (n BIGINT) LANGUAGE PYTHON AS $$
        def hungry():
            return [{"n": len(bytearray(300_000_000))}]
        $$\
        """);
    String call = "SELECT * FROM TABLE(hungry())";
    assertThat(run(call)).containsExactly(List.of(300_000_000L));
    assertThatThrownBy(() -> EngineRows.run(engine, memory("100MB"), call))
        .hasMessageContaining("'hungry' needed more memory than its limit of 100 MB allows");
    assertThat(EngineRows.run(engine, memory("1GB"), call)).containsExactly(List.of(300_000_000L));
    assertThatThrownBy(() -> EngineRows.run(engine, memory("much"), call))
        .hasMessageContaining("is no amount of memory for function_memory");
  }

  private static Session memory(String limit) {
    return new Session(
        OFF.principal(),
        OFF.reference(),
        OFF.namespace(),
        OFF.zone(),
        Map.of(Session.FUNCTION_MEMORY, limit));
  }

  @Test
  void analyzeTellsWhereTheTimeOfACallWent() throws Exception {
    String sql = "SELECT * FROM TABLE(digest(TABLE t))";
    assertThat(explained(sql))
        .containsPattern(
            "1 call \\([01] forked from a zygote\\), environment [\\d.,]+ ms, input [\\d.,]+ ms,"
                + " start [\\d.,]+ ms \\(imports [\\d.,]+ ms\\), function [\\d.,]+ ms, output"
                + " [\\d.,]+ ms");
    String answer = (String) run("EXPLAIN (ANALYZE, FORMAT JSON) " + sql).getFirst().getFirst();
    JsonNode call = new ObjectMapper().readTree(answer).path("plans").path(0).path("plan");
    while (!call.path("operator").asText().equals("TableFunction")) {
      assertThat(call.path("inputs").isEmpty()).as(answer).isFalse();
      call = call.path("inputs").path(0);
    }
    JsonNode actual = call.path("actual");
    assertThat(actual.path("functionCalls").asLong()).isEqualTo(1);
    assertThat(actual.path("bytesMapped").asLong()).isGreaterThan(2_000_000);
    assertThat(actual.path("bytesCopied").asLong(-1)).isNotNegative();
    long start = actual.path("startNanos").asLong();
    assertThat(actual.path("userNanos").asLong()).as("hashing 30,000 rows").isPositive();
    assertThat(actual.path("outputNanos").asLong()).isPositive();
    assertThat(actual.path("importNanos").asLong()).isBetween(0L, start);
    assertThat(actual.path("environmentNanos").asLong()).isBetween(0L, start);
    assertThat(actual.path("transferNanos").asLong()).isBetween(0L, start);
  }

  @Test
  void columnsAreSharedOneByOne() {
    create("u");
    String one = "SELECT * FROM TABLE(digest(TABLE (SELECT id, s FROM u)))";
    run(one);
    assertThat(explained(one)).contains("0 B copied");
    String more = "SELECT * FROM TABLE(digest(TABLE (SELECT s, country, id AS other FROM u)))";
    assertThat(figure(more, "copied")).isLessThan(figure(more, "mapped from shared memory"));
    List<List<Object>> tiers =
        run(
            "SELECT bytes > 0, columns > 2, hits > 0, problem FROM sys.cache_tiers WHERE tier ="
                + " 'shared'");
    assertThat(tiers).containsExactly(java.util.Arrays.asList(true, true, true, null));
    assertThat(
            run(
                "SELECT DISTINCT column_name FROM sys.cache_entries WHERE tier = 'shared' AND"
                    + " column_name = 's'"))
        .hasSize(1);
  }

  @Test
  void operatorsReadWhatFunctionsMap() {
    create("v");
    List<List<Object>> before = run("SELECT COUNT(*), SUM(x), MAX(s), MIN(ts), MAX(wide) FROM v");
    run("SELECT * FROM TABLE(digest(TABLE v))");
    long entries = entries("memory", "x") + entries("memory", "ts");
    assertThat(entries).as("private copies of what is shared").isZero();
    assertThat(run("SELECT COUNT(*), SUM(x), MAX(s), MIN(ts), MAX(wide) FROM v")).isEqualTo(before);
    assertThat(explained("SELECT SUM(x), MIN(ts), MAX(wide) FROM v")).contains("read 0 B");
  }

  private static long entries(String tier, String column) {
    return (Long)
        run("SELECT COUNT(*) FROM sys.cache_entries WHERE tier = '"
                + tier
                + "' AND column_name = '"
                + column
                + "' AND file LIKE '%/v%'")
            .getFirst()
            .getFirst();
  }

  @Test
  void rowsThatAreFilteredOrComputedAreCopied() {
    for (String input :
        List.of(
            "SELECT id FROM t WHERE id > 29990",
            "SELECT id + 1 AS id FROM t",
            "SELECT id FROM t ORDER BY id LIMIT 10")) {
      List<List<Object>> rows = run("SELECT n, mapped FROM TABLE(digest(TABLE (" + input + ")))");
      assertThat(rows.getFirst().get(1)).as(input).isEqualTo(0L);
    }
    create("w");
    run("DELETE FROM w WHERE id = 1");
    assertThat(run("SELECT n FROM TABLE(digest(TABLE w))")).containsExactly(List.of(29999L));
  }

  @Test
  void whatTheCacheHasNoRoomForIsWithinTheQuerysMemory(@TempDir Path other) {
    EngineConfig config = EngineConfig.of(other);
    EngineConfig small =
        new EngineConfig(
            config.warehouse(),
            config.catalog(),
            config.dataLocation(),
            config.cacheDirectory(),
            config.threads(),
            24 << 20,
            1 << 20,
            0);
    try (Engine tight = Engine.open(small)) {
      EngineRows.run(
          tight,
          "CREATE TABLE big AS SELECT i AS id, i * 3 AS a, i * 5 AS b"
              + " FROM generate_series(1, 1500000) AS g (i)");
      EngineRows.run(
          tight,
          """
          CREATE FUNCTION counts (data TABLE SET SEMANTICS) RETURNS TABLE (n BIGINT)
          LANGUAGE PYTHON AS $$
          def counts(data):
              return [{"n": data.num_rows}]
          $$\
          """);
      assertThat(EngineRows.run(tight, "SELECT * FROM TABLE(counts(TABLE (SELECT id FROM big)))"))
          .containsExactly(List.of(1_500_000L));
      assertThatThrownBy(() -> EngineRows.run(tight, "SELECT * FROM TABLE(counts(TABLE big))"))
          .hasMessageContaining("needs more memory than it may have");
      assertThat(EngineRows.run(tight, "SELECT COUNT(*) FROM big"))
          .containsExactly(List.of(1_500_000L));
    }
  }
}
