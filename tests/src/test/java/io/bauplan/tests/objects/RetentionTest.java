package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What maintenance keeps and says; [RandomRetentionTest] looks for what it might lose.
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
  void mergesBranchesWhoseCommonVersionHasExpired() throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      run(engine, "CREATE TABLE t AS SELECT 1 AS v");
      run(engine, "CREATE BRANCH b");
      run(engine, "INSERT INTO t AT BRANCH b VALUES (2)");
      run(engine, "INSERT INTO t VALUES (3)");
      String parted = Files.readString(versions("t").getFirst());
      Thread.sleep(20);
      run(engine, "CALL system.remove_orphan_files(retention_days => 0)");
      assertThat(versions("t")).allSatisfy(file -> assertThat(file).content().isNotEqualTo(parted));
      run(engine, "MERGE BRANCH b INTO main");
      assertThat(run(engine, "SELECT v FROM t ORDER BY v"))
          .containsExactly(List.of(1L), List.of(2L), List.of(3L));
    }
  }

  /// What was appended in between cannot be told any more, so it must not be left out.
  @Test
  void doesNotMergeHistoriesOfWhichAPartHasExpired() throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      run(engine, "CREATE TABLE t (v BIGINT)");
      run(engine, "CREATE BRANCH b");
      run(engine, "INSERT INTO t AT BRANCH b VALUES (1)");
      run(engine, "INSERT INTO t AT BRANCH b VALUES (2)");
      run(engine, "INSERT INTO t VALUES (3)");
      engine
          .catalog()
          .upkeep()
          .expireSnapshots(
              "b",
              new TableRef(List.of("bauplan"), "t"),
              Instant.now().plusSeconds(1),
              1,
              CommitInfo.of("expire"));
      assertThatThrownBy(() -> run(engine, "MERGE BRANCH b INTO main"))
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMIT_CONFLICT));
      assertThat(run(engine, "SELECT v FROM t AT BRANCH b ORDER BY v"))
          .containsExactly(List.of(1L), List.of(2L));
    }
  }

  /// Metadata files of a table that are there, oldest first.
  private List<Path> versions(String table) throws IOException {
    try (Stream<Path> all = Files.walk(warehouse.resolve("data"))) {
      return all.filter(file -> file.toString().contains("/" + table + "_"))
          .filter(file -> file.toString().endsWith(".metadata.json"))
          .sorted(java.util.Comparator.comparing(file -> file.getFileName().toString()))
          .toList();
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
