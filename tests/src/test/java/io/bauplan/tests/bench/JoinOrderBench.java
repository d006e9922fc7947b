package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.QueryFigures.OperatorFigures;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlanText;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.TpchQueries;
import io.bauplan.tests.support.TpchWarehouse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Join order quality: the rows that all joins of the TPC-H queries produce in our plans and in
/// DuckDB's, over the same Parquet files, counted by both engines while they run. A join of any
/// kind counts, on both sides.
///
/// Run by `tests/bench/join-order`. `-Dtpch.scale` is the scale factor, `-Dtpch.warehouse` a folder
/// to keep the data in for the next time, `-Dtpch.plans` shows every join.
class JoinOrderBench {
  /// Ours over DuckDB's may be at most this.
  private static final double LIMIT = 1.2;

  private static final Set<String> DUCKDB_JOINS =
      Set.of(
          "HASH_JOIN",
          "NESTED_LOOP_JOIN",
          "BLOCKWISE_NL_JOIN",
          "PIECEWISE_MERGE_JOIN",
          "IE_JOIN",
          "CROSS_PRODUCT",
          "POSITIONAL_JOIN",
          "ASOF_JOIN");

  private static final boolean SHOW = Boolean.getBoolean("tpch.plans");

  @Test
  void joinsProduceHardlyMoreRowsThanDuckDbs(@TempDir Path temporary) throws IOException {
    String scale = System.getProperty("tpch.scale", "1");
    Path warehouse = Path.of(System.getProperty("tpch.warehouse", temporary.toString()));
    long ours = 0;
    long theirs = 0;
    List<String> worst = new ArrayList<>();
    try (Engine engine = Engine.open(EngineConfig.of(warehouse));
        DuckDb duck = DuckDb.open()) {
      TpchWarehouse.generateIfAbsent(engine, scale);
      TpchWarehouse.attach(engine, duck);
      System.out.printf(Locale.ROOT, "%-5s %15s %15s %8s%n", "query", "ours", "duckdb", "ratio");
      for (String name : TpchQueries.names()) {
        String sql = TpchQueries.text(name);
        long our = ours(engine, sql);
        long duckRows = theirs(duck, sql);
        double ratio = our / (double) Math.max(1, duckRows);
        System.out.printf(Locale.ROOT, "%-5s %,15d %,15d %8.2f%n", name, our, duckRows, ratio);
        ours += our;
        theirs += duckRows;
        if (ratio > LIMIT) {
          worst.add(String.format(Locale.ROOT, "\"%s\": %.2f", name, ratio));
        }
      }
    }
    double ratio = ours / (double) theirs;
    System.out.printf(
        Locale.ROOT,
        "{\"scale\": %s, \"ours\": %d, \"duckdb\": %d, \"ratio\": %.3f, \"above\": {%s}}%n",
        scale,
        ours,
        theirs,
        ratio,
        String.join(", ", worst));
    assertThat(ratio).isLessThanOrEqualTo(LIMIT);
  }

  private static long ours(Engine engine, String sql) {
    StatementResult.Rows rows =
        (StatementResult.Rows) engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT);
    try (RunningQuery query = rows.query()) {
      for (Batch batch = query.next(); batch != null; batch = query.next()) {
        batch.close();
      }
      long sum = 0;
      for (OperatorFigures figures : query.figures().operators()) {
        if (isJoin(figures.node())) {
          sum += figures.rows();
          if (SHOW) {
            System.out.printf("  ours %,12d %s%n", figures.rows(), PlanText.line(figures.node()));
          }
        }
      }
      return sum;
    }
  }

  private static boolean isJoin(PhysicalPlan node) {
    return node instanceof PhysicalPlan.HashJoin
        || node instanceof PhysicalPlan.NestedLoopJoin
        || node instanceof PhysicalPlan.Correlate;
  }

  private static long theirs(DuckDb duck, String sql) throws IOException {
    List<List<Object>> rows = duck.query("EXPLAIN (ANALYZE, FORMAT JSON) " + sql);
    JsonNode profile = new ObjectMapper().readTree((String) rows.getFirst().get(1));
    assertThat(profile.path("operator").path(0).path("type").asText())
        .as("DuckDB's profile has the shape that this reads")
        .isEqualTo("RESULT_COLLECTOR");
    return joinRows(profile.path("operator").path(0));
  }

  private static long joinRows(JsonNode node) {
    long sum = 0;
    String type = node.path("type").asText();
    if (DUCKDB_JOINS.contains(type)) {
      long rows = node.get("intermediate_rows").asLong();
      sum += rows;
      if (SHOW) {
        System.out.printf("  duck %,12d %s %s%n", rows, type, node.get("extra_info"));
      }
    } else if (type.contains("JOIN") && !type.endsWith("DELIM_JOIN")) {
      throw new IllegalStateException("a join that is not counted: " + type);
    } else if (SHOW) {
      System.out.printf(
          "      %,12d %s %s%n",
          node.path("intermediate_rows").asLong(), type, node.get("extra_info"));
    }
    for (JsonNode child : node.path("children")) {
      sum += joinRows(child);
    }
    return sum;
  }
}
