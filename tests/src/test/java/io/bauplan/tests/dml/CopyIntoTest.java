package io.bauplan.tests.dml;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `COPY INTO` takes a file once, whatever else happens to the table.
@SuppressWarnings("NullAway.Init")
final class CopyIntoTest {
  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void open() throws Exception {
    engine = Engine.open(EngineConfig.of(folder.resolve("w")));
    Files.createDirectory(folder.resolve("in"));
    write("a", 1);
    run("CREATE TABLE t (v INTEGER)");
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void write(String name, int value) throws Exception {
    Files.writeString(folder.resolve("in/" + name + ".csv"), "v\n" + value + "\n");
  }

  private List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private String copy(String more) {
    StatementResult result =
        engine.execute(
            Session.DEFAULT,
            "COPY INTO t FROM '" + folder.resolve("in") + "/*.csv' " + more,
            StatementOptions.DEFAULT);
    return ((StatementResult.Updated) result).message();
  }

  private String rows() {
    return run("SELECT list(v ORDER BY v) FROM t").getFirst().getFirst().toString();
  }

  @Test
  void aFileIsCopiedOnceUntilItChanges() throws Exception {
    assertThat(copy("")).isEqualTo("Copied 1 row into bauplan.t");
    assertThat(copy("")).isEqualTo("Copied 0 rows into bauplan.t; left out 1 file copied before");
    write("b", 2);
    assertThat(copy("")).isEqualTo("Copied 1 row into bauplan.t; left out 1 file copied before");
    assertThat(rows()).isEqualTo("[1, 2]");
    write("a", 100);
    copy("");
    assertThat(rows()).isEqualTo("[1, 2, 100]");
    assertThat(copy("(force = 'true')")).isEqualTo("Copied 2 rows into bauplan.t");
    copy("");
    assertThat(rows()).isEqualTo("[1, 2, 2, 100, 100]");
  }

  @Test
  void theListFollowsTheRows() throws Exception {
    copy("");
    long first = (Long) run("SELECT snapshot_id FROM sys.snapshots").getFirst().getFirst();
    write("b", 2);
    copy("");
    // Back before the second file: it can come again, the first cannot.
    run("CALL system.rollback_to_snapshot('t', " + first + ")");
    assertThat(rows()).isEqualTo("[1]");
    copy("");
    assertThat(rows()).isEqualTo("[1, 2]");
    // Statements that keep rows keep the list, even when the snapshots that had it expire.
    run("DELETE FROM t WHERE v = 2");
    run("OPTIMIZE t");
    run("INSERT INTO t VALUES (7)");
    run("VACUUM t (retention_days = 0)");
    assertThat(run("SELECT count(*) FROM sys.snapshots").toString()).isEqualTo("[[1]]");
    copy("");
    assertThat(rows()).isEqualTo("[1, 7]");
    // With the rows gone they may come again.
    run("TRUNCATE TABLE t");
    copy("");
    assertThat(rows()).isEqualTo("[1, 2]");
    run("VACUUM t (retention_days = 0)");
    run("CREATE OR REPLACE TABLE t (v INTEGER)");
    copy("");
    assertThat(rows()).isEqualTo("[1, 2]");
  }

  @Test
  void branchesBringTheirListsAlong() throws Exception {
    run("CREATE BRANCH dev");
    EngineRows.run(
        engine,
        Session.DEFAULT.withReference("dev"),
        "COPY INTO t FROM '" + folder.resolve("in/a.csv") + "'");
    write("b", 2);
    // Main has appended as well, so that the merge puts one's rows on top of the other's.
    run("COPY INTO t FROM '" + folder.resolve("in/b.csv") + "'");
    run("MERGE BRANCH dev INTO main");
    copy("");
    assertThat(rows()).isEqualTo("[1, 2]");
  }

  @Test
  void twoAtOnceTakeItOnce() throws Exception {
    int threads = 4;
    List<String> outcomes = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<String>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            () -> {
              try {
                return copy("");
              } catch (EngineException e) {
                assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.COMMIT_CONFLICT);
                return "conflict";
              }
            });
      }
      for (Future<String> each : pool.invokeAll(all)) {
        outcomes.add(each.get());
      }
    }
    assertThat(outcomes).containsOnlyOnce("Copied 1 row into bauplan.t");
    assertThat(rows()).isEqualTo("[1]");
  }
}
