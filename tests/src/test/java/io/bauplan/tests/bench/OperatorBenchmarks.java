package io.bauplan.tests.bench;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.worker.QueryOptions;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.session.CalcitePlanner;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.SystemTables;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// One operator at a time, over columns that the cache holds, on one thread. Each shape's plan is
/// made once, so that only the worker is measured.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class OperatorBenchmarks {
  /// Rows of `facts`; `keys` has a tenth.
  static final String ROWS = "1000000";

  @Param(ROWS)
  public long rows;

  @Param({
    "scan",
    "filter-half",
    "filter-few",
    "filter-conjunction",
    "filter-like-prefix",
    "filter-like-inside",
    "project-decimal",
    "project-double",
    "project-text",
    "aggregate-one",
    "aggregate-few-int",
    "aggregate-few-text",
    "aggregate-many-int",
    "aggregate-many-text",
    "aggregate-distinct",
    "join-build",
    "join-probe-dense",
    "join-probe-sparse",
    "join-probe-text",
    "join-semi",
    "sort-int",
    "sort-text",
    "top-n",
    "window-rank",
    "window-sum"
  })
  public String shape = "";

  private Path folder = Path.of("");
  private Engine engine;
  private PhysicalPlan plan;
  private int asked;

  static String sql(String shape) {
    return switch (shape) {
      case "scan" -> "SELECT MAX(id) FROM facts";
      case "filter-half" -> "SELECT COUNT(*) FROM facts WHERE random < 500000";
      case "filter-few" -> "SELECT COUNT(*) FROM facts WHERE random < 10000";
      case "filter-conjunction" ->
          "SELECT COUNT(*) FROM facts WHERE price > 300 AND discount BETWEEN 0.03 AND 0.06"
              + " AND weight < 0.7";
      case "filter-like-prefix" -> "SELECT COUNT(*) FROM facts WHERE comment LIKE 'row 7%'";
      case "filter-like-inside" -> "SELECT COUNT(*) FROM facts WHERE comment LIKE '%99%back%'";
      case "project-decimal" -> "SELECT SUM(price * (1 - discount) * (1 + discount)) FROM facts";
      case "project-double" -> "SELECT SUM(weight * 2.5e0 + weight / 3.5e0) FROM facts";
      case "project-text" -> "SELECT MAX(UPPER(comment)) FROM facts";
      case "aggregate-one" -> "SELECT SUM(price), MIN(random), MAX(weight), COUNT(*) FROM facts";
      case "aggregate-few-int" -> "SELECT few, SUM(price), COUNT(*) FROM facts GROUP BY few";
      case "aggregate-few-text" -> "SELECT flag, SUM(price), COUNT(*) FROM facts GROUP BY flag";
      case "aggregate-many-int" ->
          "SELECT COUNT(*) FROM (SELECT random, SUM(price) AS s FROM facts GROUP BY random)"
              + " AS t WHERE s > 0";
      case "aggregate-many-text" ->
          "SELECT COUNT(*) FROM (SELECT comment, SUM(price) AS s FROM facts GROUP BY comment)"
              + " AS t WHERE s > 0";
      case "aggregate-distinct" -> "SELECT few, COUNT(DISTINCT random) FROM facts GROUP BY few";
      // Both sides are large, so that most of the time goes into the table.
      case "join-build" ->
          "SELECT COUNT(*), MAX(b.price) FROM facts AS a JOIN facts AS b ON a.id = b.random";
      case "join-probe-dense" -> "SELECT COUNT(*), SUM(v) FROM facts JOIN keys ON key = k";
      case "join-probe-sparse" -> "SELECT COUNT(*), SUM(v) FROM facts JOIN keys ON random = far";
      case "join-probe-text" -> "SELECT COUNT(*), SUM(v) FROM facts JOIN keys ON comment = name";
      case "join-semi" ->
          "SELECT COUNT(*) FROM facts WHERE key IN (SELECT k FROM keys WHERE v > 50)";
      case "sort-int" -> "SELECT random, price FROM facts ORDER BY random";
      case "sort-text" -> "SELECT comment, price FROM facts ORDER BY comment";
      case "top-n" -> "SELECT random, comment FROM facts ORDER BY random DESC, comment LIMIT 100";
      case "window-rank" ->
          "SELECT id, ROW_NUMBER() OVER (PARTITION BY key ORDER BY random) FROM facts";
      case "window-sum" ->
          "SELECT id, SUM(price) OVER (PARTITION BY few ORDER BY id"
              + " ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) FROM facts";
      default -> throw new IllegalArgumentException("no shape " + shape);
    };
  }

  @Setup
  public void open() throws IOException {
    folder = Files.createTempDirectory("operators");
    EngineConfig defaults = EngineConfig.of(folder);
    engine =
        Engine.open(
            new EngineConfig(
                folder,
                defaults.catalog(),
                defaults.dataLocation(),
                defaults.cacheDirectory(),
                1,
                defaults.memoryBytes()));
    EngineRows.run(
        engine,
        "CREATE TABLE facts AS SELECT id, id * 7919 % 1000003 AS random, id % "
            + rows / 10
            + " AS key, CAST(id % 7 AS INTEGER) AS few,"
            + " CASE id % 3 WHEN 0 THEN 'A' WHEN 1 THEN 'N' ELSE 'R' END AS flag,"
            + " CAST(id * 31 % 1000 AS DECIMAL(15, 2)) AS price,"
            + " CAST(id % 11 AS DECIMAL(15, 2)) / 100 AS discount,"
            + " CAST(id * 37 % 1009 AS DOUBLE) / 1009 AS weight,"
            + " 'row ' || CAST(id * 7919 % 1000003 AS VARCHAR) || ' and back again' AS comment"
            + " FROM (SELECT CAST(a * 1000 + b AS BIGINT) AS id FROM UNNEST(SEQUENCE(0, "
            + (rows / 1000 - 1)
            + ")) AS x(a), UNNEST(SEQUENCE(0, 999)) AS y(b)) AS t");
    EngineRows.run(
        engine,
        "CREATE TABLE keys AS SELECT id AS k, random AS far, comment AS name, id % 100 AS v"
            + " FROM facts WHERE id < "
            + rows / 10);
    CalcitePlanner planner =
        new CalcitePlanner(
            engine.catalog(), engine.worker().fileSchemas(), SystemTables.with(() -> List.of()));
    plan = ((PlannedStatement.Query) planner.plan(sql(shape), Session.DEFAULT)).plan();
    if (run() == 0) {
      throw new IllegalStateException(shape + " has no rows");
    }
  }

  @TearDown
  public void close() throws IOException {
    engine.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Benchmark
  public long run() {
    long count = 0;
    try (RunningQuery query = engine.worker().execute(plan, QueryOptions.of("bench-" + asked++))) {
      for (Batch batch = query.next(); batch != null; batch = query.next()) {
        count += batch.rowCount();
        batch.close();
      }
    }
    return count;
  }
}
