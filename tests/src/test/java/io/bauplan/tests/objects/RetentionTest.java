package io.bauplan.tests.objects;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Maintenance deletes nothing that the head of any branch or tag reaches.
class RetentionTest {
  @TempDir Path warehouse;

  private static List<List<Object>> run(Engine engine, String sql) {
    return EngineRows.run(engine, sql);
  }

  private static String message(Engine engine, String sql) {
    return ((StatementResult.Updated)
            engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT))
        .message();
  }

  private long files() throws IOException {
    try (Stream<Path> all = Files.walk(warehouse.resolve("data"))) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  /// Random changes, branches, tags and sweeps; then every head gives the rows it gave before, from
  /// the files, in another process's eyes.
  @Test
  void everyHeadStillReadsAfterRandomSweeps() throws IOException {
    long seed = Long.getLong("seed", 7);
    Random random = new Random(seed);
    Map<String, List<List<Object>>> expected = new TreeMap<>();
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      run(engine, "CREATE TABLE t (id INTEGER, note VARCHAR)");
      run(engine, "CREATE TABLE u PARTITIONED BY (k) AS SELECT 1 AS k, 'a' AS note");
      run(engine, "CREATE MATERIALIZED VIEW m AS SELECT k, COUNT(*) AS n FROM u GROUP BY k");
      List<String> branches = new ArrayList<>(List.of("main"));
      for (int step = 0; step < Integer.getInteger("steps", 25); step++) {
        String branch = branches.get(random.nextInt(branches.size()));
        String at = " AT BRANCH " + branch;
        String table = random.nextBoolean() ? "t" : "u";
        String id = table.equals("t") ? "id" : "k";
        switch (random.nextInt(12)) {
          case 0, 1, 2 ->
              run(
                  engine,
                  "INSERT INTO "
                      + table
                      + at
                      + " VALUES ("
                      + random.nextInt(5)
                      + ", 'x"
                      + step
                      + "')");
          case 3 -> run(engine, "DELETE FROM " + table + at + " WHERE " + id + " = 3");
          case 4 -> run(engine, "UPDATE " + table + at + " SET note = 'y' WHERE " + id + " = 2");
          case 5 -> {
            if (branches.size() < 5) {
              run(engine, "CREATE BRANCH b" + step + " FROM BRANCH " + branch);
              branches.add("b" + step);
            }
          }
          case 6 -> run(engine, "CREATE TAG g" + step + " FROM BRANCH " + branch);
          case 7 -> {
            if (branches.size() > 1 && !branch.equals("main")) {
              run(engine, "DROP BRANCH " + branch);
              branches.remove(branch);
            }
          }
          case 8 -> use(engine, branch, "VACUUM " + table + " (retention_days = 0)");
          case 9 ->
              use(
                  engine,
                  branch,
                  "CALL system.expire_snapshots(table => '"
                      + table
                      + "', retention_days => 0, retain_last => "
                      + (1 + random.nextInt(3))
                      + ")");
          case 10 -> use(engine, branch, "OPTIMIZE " + table);
          default -> run(engine, "CALL system.remove_orphan_files(retention_days => 0)");
        }
      }
      for (List<Object> reference :
          run(engine, "SELECT name FROM sys.branches UNION ALL SELECT name FROM sys.tags")) {
        String name = (String) reference.getFirst();
        expected.put(name, heads(engine, name));
      }
      run(engine, "CALL system.remove_orphan_files(retention_days => 0)");
      run(engine, "VACUUM t (retention_days = 0)");
      expected.put("main", heads(engine, "main"));
    }
    // Nothing is remembered from before.
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      expected.forEach(
          (name, rows) ->
              assertThat(heads(engine, name)).as("seed %d, %s", seed, name).isEqualTo(rows));
    }
  }

  private static void use(Engine engine, String branch, String sql) {
    EngineRows.run(engine, Session.DEFAULT.withReference(branch), sql);
  }

  /// All that a head reaches: its tables, and every snapshot in their histories.
  private static List<List<Object>> heads(Engine engine, String reference) {
    Session session = Session.DEFAULT.withReference(reference);
    List<List<Object>> rows =
        new ArrayList<>(
            EngineRows.run(
                engine,
                session,
                "SELECT 't', id, note FROM t UNION ALL SELECT 'u', k, note FROM u UNION ALL SELECT"
                    + " 'm', k, CAST(n AS VARCHAR) FROM m ORDER BY 1, 2, 3"));
    for (List<Object> snapshot :
        EngineRows.run(
            engine,
            session,
            "SELECT table_name, snapshot_id FROM sys.snapshots WHERE table_name IN ('t', 'u')"
                + " ORDER BY snapshot_id")) {
      rows.addAll(
          EngineRows.run(
              engine,
              session,
              "SELECT COUNT(*), MIN(note) FROM "
                  + snapshot.get(0)
                  + " AT SNAPSHOT "
                  + snapshot.get(1)));
    }
    return rows;
  }

  @Test
  void keepsThePastForTheRetentionTimeAndThenSaysThatItExpired() throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      run(engine, "CREATE TABLE t AS SELECT 1 AS v");
      String then = (String) run(engine, "SELECT commit FROM sys.branches").getFirst().getFirst();
      long snapshot =
          (Long) run(engine, "SELECT snapshot_id FROM sys.snapshots").getFirst().getFirst();
      run(engine, "CREATE OR REPLACE TABLE t AS SELECT 2 AS v");
      run(engine, "INSERT INTO t VALUES (3)");
      run(engine, "CREATE TABLE dropped AS SELECT 1 AS x");
      run(engine, "DROP TABLE dropped");
      Thread.sleep(20);
      long before = files();
      // A week is kept unless said otherwise: nothing is that old.
      assertThat(message(engine, "VACUUM t")).contains("removed 0 files");
      assertThat(message(engine, "CALL system.remove_orphan_files()")).contains("removed 0 files");
      assertThat(files()).isEqualTo(before);
      assertThat(run(engine, "SELECT v FROM t AT COMMIT \"" + then + "\""))
          .containsExactly(List.of(1L));

      assertThat(
              message(
                  engine, "CALL system.remove_orphan_files(retention_days => 0, dry_run => true)"))
          .contains("would remove")
          .doesNotContain("would remove 0");
      assertThat(files()).isEqualTo(before);
      assertThat(message(engine, "VACUUM t (retention_days = 0)")).contains("Expired 2 snapshots");
      assertThat(message(engine, "CALL system.remove_orphan_files(retention_days => 0)"))
          .doesNotContain("removed 0 files");
      assertThat(files()).isLessThan(before);
      assertThat(run(engine, "SELECT v FROM t ORDER BY v"))
          .containsExactly(List.of(2L), List.of(3L));
      assertThatThrownBy(() -> run(engine, "SELECT v FROM t AT COMMIT \"" + then + "\""))
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMIT_NOT_FOUND))
          .hasMessageContaining("expired");
      assertThatThrownBy(() -> run(engine, "SELECT v FROM t AT SNAPSHOT " + snapshot))
          .hasMessageContaining("no snapshot");
    }
  }

  @Test
  void keepsWhatRunningQueriesRead() throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      run(engine, "CREATE TABLE t AS SELECT i FROM generate_series(1, 300000) AS g (i)");
      var query =
          (StatementResult.Rows)
              engine.execute(Session.DEFAULT, "SELECT i FROM t", StatementOptions.DEFAULT);
      run(engine, "TRUNCATE TABLE t");
      run(engine, "VACUUM t (retention_days = 0)");
      long rows = 0;
      try (var running = query.query()) {
        for (var batch = running.next(); batch != null; batch = running.next()) {
          rows += batch.rowCount();
          batch.close();
        }
      }
      assertThat(rows).isEqualTo(300_000);
      Thread.sleep(20);
      assertThat(message(engine, "CALL system.remove_orphan_files(retention_days => 0)"))
          .doesNotContain("removed 0 files");
    }
  }

  @Test
  void rollsBackAndRewrites() {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      run(engine, "CREATE TABLE t AS SELECT 1 AS v");
      long first =
          (Long) run(engine, "SELECT snapshot_id FROM sys.snapshots").getFirst().getFirst();
      for (int i = 2; i <= 6; i++) {
        run(engine, "INSERT INTO t VALUES (" + i + ")");
      }
      run(engine, "DELETE FROM t WHERE v = 4");
      assertThat(message(engine, "OPTIMIZE t")).startsWith("Rewrote").endsWith("as 1");
      assertThat(run(engine, "SELECT SUM(v), COUNT(*) FROM t").toString()).isEqualTo("[[17, 5]]");
      assertThat(message(engine, "OPTIMIZE t")).contains("nothing to rewrite");
      run(engine, "CALL system.rollback_to_snapshot('t', " + first + ")");
      assertThat(run(engine, "SELECT v FROM t")).containsExactly(List.of(1L));
      run(engine, "INSERT INTO t VALUES (9)");
      assertThat(run(engine, "SELECT SUM(v) FROM t").toString()).isEqualTo("[[10]]");
      assertThatThrownBy(() -> run(engine, "CALL system.rollback_to_snapshot('t', 5)"))
          .hasMessageContaining("no snapshot 5");
      assertThatThrownBy(() -> run(engine, "CALL system.expire_snapshots('nothing')"))
          .hasMessageContaining("does not exist");
      assertThatThrownBy(() -> run(engine, "CALL system.expire_snapshots('t', retain_last => 0)"))
          .hasMessageContaining("retain_last");
    }
  }
}
