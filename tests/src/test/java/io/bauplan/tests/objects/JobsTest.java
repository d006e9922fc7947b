package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.job.Job;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Principal;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.LiveFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every statement and run is recorded, survives the engine, and can be stopped.
final class JobsTest {
  private static final String LONG_QUERY =
      "SELECT count(*) FROM generate_series(1, 100000) a(x), generate_series(1, 1000000) b(y)"
          + " WHERE x * y % 7 = 4";

  @TempDir Path folder;

  private Engine open() {
    return Engine.open(EngineConfig.of(folder.resolve("w")));
  }

  private static List<List<Object>> run(Engine engine, String sql) {
    return EngineRows.run(engine, sql);
  }

  private Path project(String name, String body) throws Exception {
    Path project = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        project.resolve("models.py"),
        """
        import bauplan
        import time

        @bauplan.model(materialization_strategy="REPLACE")
        def made(data=bauplan.Model("t")):
        %s
        """
            .formatted(body.indent(4)));
    return project;
  }

  @Test
  void recordsStatementsWithTheirOutcomeAndKeepsThemOverARestart() {
    Session ada = Session.DEFAULT.withPrincipal(new Principal("ada"));
    try (Engine engine = open()) {
      run(engine, "CREATE TABLE t AS SELECT 1 AS a");
      run(engine, "CREATE BRANCH dev");
      EngineRows.run(
          engine, ada.withReference("dev"), "INSERT INTO t SELECT a + 1 FROM t UNION ALL SELECT 7");
      EngineRows.run(engine, ada, "SELECT a FROM t");
      assertThatThrownBy(() -> EngineRows.run(engine, ada, "SELECT b FROM t"))
          .isInstanceOf(EngineException.class);
      assertThatThrownBy(() -> EngineRows.run(engine, ada, "SELECT 1 / (a - 1) FROM t"))
          .isInstanceOf(EngineException.class);
      assertThatThrownBy(() -> run(engine, "RUN PIPELINE 'nowhere' WITH (token = 'hush', n = '1')"))
          .isInstanceOf(EngineException.class);
      List<List<Object>> running =
          run(engine, "SELECT state, text FROM sys.jobs WHERE state = 'RUNNING'");
      assertThat(running)
          .containsExactly(
              List.of("RUNNING", "SELECT state, text FROM sys.jobs WHERE state = 'RUNNING'"));
    }
    try (Engine engine = open()) {
      assertThat(
              run(
                  engine,
                  "SELECT kind, state, reference, row_count, sql_state FROM sys.jobs WHERE"
                      + " user_name = 'ada' AND duration_ms >= 0 ORDER BY started"))
          .containsExactly(
              Arrays.asList("STATEMENT", "SUCCEEDED", "dev", 2L, null),
              Arrays.asList("QUERY", "SUCCEEDED", "main", 1L, null),
              Arrays.asList("STATEMENT", "FAILED", "main", 0L, "42703"),
              Arrays.asList("QUERY", "FAILED", "main", 0L, "22012"));
      assertThat(run(engine, "SELECT error FROM sys.queries WHERE query LIKE 'SELECT b%'"))
          .singleElement()
          .asString()
          .contains("\"b\"");
      assertThat(run(engine, "SELECT text FROM sys.jobs WHERE text LIKE 'RUN%'"))
          .containsExactly(List.of("RUN PIPELINE 'nowhere' WITH (...)"));
      assertThat(run(engine, "SHOW JOBS")).hasSizeGreaterThan(8);
    }
  }

  @Test
  void tellsWhatQueriesUnderWayHaveDone() {
    try (Engine engine = open()) {
      String big =
          "SELECT a.i, b.i FROM UNNEST(SEQUENCE(1, 5000)) AS a(i), UNNEST(SEQUENCE(1, 5000)) AS"
              + " b(i)";
      StatementResult.Rows rows =
          (StatementResult.Rows) engine.execute(Session.DEFAULT, big, StatementOptions.DEFAULT);
      try (RunningQuery query = rows.query();
          Batch first = query.next()) {
        assertThat(first.rowCount()).isPositive();
        assertThat(
                run(
                    engine,
                    "SELECT text, elapsed_ms >= 0, thread_ms >= 0, peak_memory_bytes > 0,"
                        + " spilled_bytes FROM sys.running_queries WHERE kind = 'QUERY'"
                        + " AND text LIKE 'SELECT a.i%'"))
            .containsExactly(List.of(big, true, true, true, 0L));
      }
      assertThat(run(engine, "SELECT id FROM sys.running_queries WHERE text LIKE 'SELECT a.i%'"))
          .isEmpty();
    }
  }

  @Test
  void keepsWhatRunsSaid() throws Exception {
    Path good = project("good", "print('a', 'print')\nreturn data");
    Path bad = project("bad", "raise ValueError('no such luck')");
    String id;
    String failed;
    try (Engine engine = open()) {
      run(engine, "CREATE TABLE t AS SELECT 1 AS a");
      RunResult result =
          engine.run(Session.DEFAULT, RunRequest.of(good.toString(), "main"), RunListener.NONE);
      assertThat(result.error()).isEmpty();
      id = result.jobId();
      failed =
          engine
              .run(Session.DEFAULT, RunRequest.of(bad.toString(), "main"), RunListener.NONE)
              .jobId();
      // What was committed says which job it was.
      assertThat(run(engine, "SELECT count(*) FROM sys.commits WHERE job_id = '" + id + "'"))
          .containsExactly(List.of(1L));
    }
    try (Engine engine = open()) {
      Job job = engine.jobs().get(id);
      assertThat(job.kind()).isEqualTo(Job.Kind.RUN);
      assertThat(job.state()).isEqualTo(Job.State.SUCCEEDED);
      assertThat(job.text()).isEqualTo(good.toString());
      assertThat(job.commit()).isNotEmpty();
      assertThat(
              run(
                  engine,
                  "SELECT model, text FROM sys.job_logs WHERE stream = 'stdout' AND job_id = '"
                      + id
                      + "'"))
          .containsExactly(List.of("made", "a print"));
      assertThat(
              run(
                  engine,
                  "SELECT state, kept_branch, error LIKE '%no such luck%' FROM sys.runs WHERE id ="
                      + " '"
                      + failed
                      + "'"))
          .containsExactly(List.of("FAILED", "run_" + failed, true));
      assertThat(engine.jobs().log(failed))
          .anySatisfy(line -> assertThat(line.stream()).isEqualTo("error"));
      assertThat(engine.jobs().log("../../etc")).isEmpty();
    }
  }

  @Test
  void makesARunAgainFromItsSourcesAsTheyWere() throws Exception {
    Path project = project("again", "print('factor', bauplan_factor)\nreturn data");
    Files.writeString(
        project.resolve("bauplan_project.yml"),
        """
        project:
          id: 0b0d5c9a-3f0e-4d43-9c58-6f4b8a1f5e11
          name: again
        parameters:
          factor:
            type: int
            default: 1
          token:
            type: secret
        """);
    Files.writeString(
        project.resolve("models.py"),
        """
        import bauplan

        @bauplan.model(materialization_strategy="REPLACE")
        def made(data=bauplan.Model("t"), factor=bauplan.Parameter("factor")):
            print("factor", factor)
            return data
        """);
    try (Engine engine = open()) {
      run(engine, "CREATE TABLE t AS SELECT 1 AS a");
      RunRequest asked = RunRequest.of(project.toString(), "main");
      RunResult first =
          engine.run(
              Session.DEFAULT,
              new RunRequest(
                  asked.projectDirectory(),
                  asked.reference(),
                  asked.namespace(),
                  Map.of("factor", "3", "token", "hush"),
                  asked.preview(),
                  asked.publishing(),
                  asked.strictness(),
                  asked.caching()),
              RunListener.NONE);
      assertThat(first.error()).isEmpty();
      Files.writeString(project.resolve("models.py"), "this is no Python");
      run(engine, "INSERT INTO t VALUES (2)");
      assertThat(run(engine, "RERUN JOB '" + first.jobId() + "'").getFirst().subList(0, 2))
          .containsExactly("made", 2L);
      List<Object> again =
          run(engine, "SELECT id FROM sys.runs ORDER BY started DESC LIMIT 1").getFirst();
      assertThat(engine.jobs().log((String) again.getFirst()))
          .anySatisfy(line -> assertThat(line.text()).isEqualTo("factor 3"));
      // Nothing of the secret is on the disk.
      assertThat(LiveFolder.files(folder.resolve("w/jobs")))
          .isNotEmpty()
          .allSatisfy(file -> assertThat(file).content().doesNotContain("hush"));
      assertThatThrownBy(() -> run(engine, "RERUN JOB 'nothing'")).hasMessageContaining("not kept");
    }
  }

  @Test
  void stopsQueriesStatementsAndRuns() throws Exception {
    Path project = project("slow", "print('sleeping', flush=True)\ntime.sleep(60)\nreturn data");
    try (Engine engine = open()) {
      run(engine, "CREATE TABLE t AS SELECT 1 AS a");
      for (String sql : List.of(LONG_QUERY, "CREATE TABLE u AS " + LONG_QUERY)) {
        CompletableFuture<Object> running = CompletableFuture.supplyAsync(() -> run(engine, sql));
        String id = await(engine, "text LIKE '%generate_series%' AND text NOT LIKE '%sys.jobs%'");
        run(engine, "CALL system.stop_job('" + id + "')");
        assertThatThrownBy(running::join)
            .hasRootCauseInstanceOf(EngineException.class)
            .rootCause()
            .isInstanceOfSatisfying(
                EngineException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(engine.jobs().get(id).state()).isEqualTo(Job.State.CANCELLED);
      }
      String id =
          engine.startRun(
              Session.DEFAULT, RunRequest.of(project.toString(), "main"), RunListener.NONE);
      while (engine.jobs().log(id).stream().noneMatch(line -> line.text().equals("sleeping"))) {
        Thread.sleep(20);
      }
      engine.jobs().stop(id);
      while (engine.jobs().get(id).state() == Job.State.RUNNING) {
        Thread.sleep(20);
      }
      assertThat(engine.jobs().get(id).state()).isEqualTo(Job.State.CANCELLED);
      assertThat(run(engine, "SELECT name FROM sys.branches")).containsExactly(List.of("main"));
      assertThatThrownBy(() -> engine.jobs().stop(id)).hasMessageContaining("is over");
      assertThatThrownBy(() -> run(engine, "CALL system.stop_job('nothing')"))
          .hasMessageContaining("no job \"nothing\"");
    }
  }

  private static String await(Engine engine, String condition) throws InterruptedException {
    for (int i = 0; i < 500; i++) {
      for (List<Object> row :
          run(engine, "SELECT id FROM sys.jobs WHERE state = 'RUNNING' AND " + condition)) {
        return (String) row.getFirst();
      }
      Thread.sleep(20);
    }
    throw new AssertionError("no job is running where " + condition);
  }

  @Test
  void saysThatAJobWasLostWithItsEngineAndReadsOverDamagedLines() throws Exception {
    try (Engine engine = open()) {
      StatementResult.Rows left =
          (StatementResult.Rows)
              engine.execute(Session.DEFAULT, "SELECT 5 AS five", StatementOptions.DEFAULT);
      Path journal;
      try (Stream<Path> files = Files.list(folder.resolve("w/jobs"))) {
        journal = files.filter(Files::isRegularFile).findFirst().orElseThrow();
      }
      // As after a crash: a start without an end, of a process that is gone, and half a line.
      String line = Files.readAllLines(journal).getFirst();
      left.query().close();
      Files.writeString(
          journal,
          line.replaceFirst("\"id\":\"\\w+\"", "\"id\":\"0123456789ab\"")
                  .replaceFirst("\"engine\":\"\\d+", "\"engine\":\"999999999")
              + "\n"
              + line.substring(0, line.length() / 2)
              + "\n",
          StandardOpenOption.APPEND);
      assertThat(engine.jobs().get("0123456789ab").state()).isEqualTo(Job.State.ABORTED);
      run(engine, "SELECT 6");
      assertThat(run(engine, "SELECT query FROM sys.queries WHERE state = 'SUCCEEDED'"))
          .contains(List.of("SELECT 5 AS five"), List.of("SELECT 6"));
    }
  }
}
