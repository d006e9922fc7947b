package io.bauplan.tests.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.run.RunEvent;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs of whole projects, with real interpreters and real packages.
class RunTest {
  private static final Path EXAMPLES = Path.of("..", "examples").toAbsolutePath().normalize();

  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
    EngineRows.run(engine, "CALL system.generate_transactions(rows => 100000)");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @Test
  void runsListingOneInTwoInterpretersWithTwoVersionsOfPandas() {
    RecordedRun run = RecordedRun.of(engine, EXAMPLES.resolve("listing1"));
    assertThat(run.result().error()).isEmpty();
    assertThat(run.result().published()).containsExactly("bauplan.usd_by_country");
    assertThat(run.prints("euro_selection"))
        .singleElement()
        .asString()
        .startsWith("python 3.11, pandas 2.0");
    assertThat(run.prints("usd_by_country"))
        .singleElement()
        .asString()
        .startsWith("python 3.10, pandas 1.5.3");
    assertThat(
            EngineRows.run(
                engine,
                "SELECT python_version LIKE '3.10%', packages LIKE '%numpy==1.%' FROM"
                    + " sys.environments WHERE requirements = 'pandas==1.5.3'"))
        .contains(List.of(true, true));
    List<List<Object>> expected =
        EngineRows.run(
            engine,
            "SELECT COUNT(DISTINCT country), CAST(SUM(usd) AS DECIMAL(20, 2)) FROM transactions"
                + " WHERE eventTime BETWEEN TIMESTAMP '2023-01-01 00:00:00' AND TIMESTAMP"
                + " '2023-02-01 00:00:00' AND country IN ('Austria', 'Belgium', 'France',"
                + " 'Germany', 'Ireland', 'Italy', 'Netherlands', 'Portugal', 'Spain')");
    assertThat(
            EngineRows.run(
                engine, "SELECT COUNT(*), CAST(SUM(usd) AS DECIMAL(20, 2)) FROM usd_by_country"))
        .isEqualTo(expected);
    assertThat((Long) expected.get(0).get(0)).isPositive();
  }

  @Test
  void importsOtherFilesOfTheProject() throws java.io.IOException {
    Path project =
        RecordedRun.project(
            warehouse.resolve("p-imports"),
            """
            import bauplan
            from helpers import twice

            @bauplan.model()
            @bauplan.python("3.11")
            def imported(data=bauplan.Model("transactions", columns=["id"])):
                print(twice(21))
                return data.slice(0, 1)
            """);
    Files.writeString(project.resolve("helpers.py"), "def twice(number):\n    return 2 * number\n");
    RecordedRun run = RecordedRun.of(engine, project);
    assertThat(run.result().error()).isEmpty();
    assertThat(run.prints("imported")).containsExactly("42");
  }

  @Test
  void seesExactlyTheColumnsAskedFor() {
    Path project =
        RecordedRun.project(
            warehouse.resolve("p-columns"),
            """
            import bauplan

            @bauplan.model()
            @bauplan.python("3.11")
            def columns_seen(data=bauplan.Model("TRANSACTIONS", columns=["ID", "usd"],
                             filter="eventTime < 2023-02-01 AND country = 'Italy'")):
                print(",".join(data.column_names))
                return data
            """);
    RecordedRun run = RecordedRun.of(engine, project);
    assertThat(run.result().error()).isEmpty();
    assertThat(run.prints("columns_seen")).containsExactly("ID,usd");
    assertThat(run.all(RunEvent.Note.class))
        .anySatisfy(note -> assertThat(note.text()).contains("2023-02-01"));
  }

  @Test
  void runsSqlThenPythonThenSql() {
    RecordedRun run = RecordedRun.of(engine, EXAMPLES.resolve("sql_python_sql"));
    assertThat(run.result().error()).isEmpty();
    assertThat(run.result().published()).containsExactly("bauplan.mean_by_country");
    assertThat(EngineRows.run(engine, "SELECT COUNT(*) > 5 FROM mean_by_country"))
        .containsExactly(List.of(true));
    assertThat(EngineRows.run(engine, "SELECT SUM(transactions) FROM mean_by_country"))
        .isNotEmpty();
  }

  @Test
  void publishesAPipelineOfSqlAloneOverAFunctionInTheCatalog() throws Exception {
    EngineRows.run(
        engine, Files.readString(EXAMPLES.resolve("sql_only/functions/euro_selection.sql")));
    RecordedRun run = RecordedRun.of(engine, EXAMPLES.resolve("sql_only"));
    assertThat(run.result().error()).isEmpty();
    assertThat(run.result().published()).containsExactly("bauplan.usd_by_country_sql");
    assertThat(EngineRows.run(engine, "SELECT COUNT(*) BETWEEN 1 AND 11 FROM usd_by_country_sql"))
        .containsExactly(List.of(true));
  }

  @Test
  void aFailingModelLeavesTheTargetUntouchedAndShowsTheTraceback() {
    Path project =
        RecordedRun.project(
            warehouse.resolve("p-failing"),
            """
            import bauplan

            @bauplan.model(materialize=True)
            @bauplan.python("3.11")
            def written_first(data=bauplan.Model("transactions", columns=["id"])):
                return data

            @bauplan.model(materialize=True)
            @bauplan.python("3.11")
            def fails(data=bauplan.Model("written_first")):
                missing = {}
                return missing["nothing here"]
            """);
    PinnedRef before = engine.catalog().resolve("main");
    RecordedRun run = RecordedRun.of(engine, project);
    assertThat(run.result().status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(engine.catalog().resolve("main")).isEqualTo(before);
    assertThat(run.all(RunEvent.ModelFailed.class))
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.model()).isEqualTo("fails");
              assertThat(failed.message()).contains("KeyError").contains("nothing here");
              assertThat(failed.traceback()).contains("models.py\", line 12").contains("missing[");
              assertThat(failed.traceback()).doesNotContain("harness");
            });
    String kept = run.result().keptBranch();
    assertThat(
            EngineRows.run(
                engine, Session.DEFAULT.withReference(kept), "SELECT COUNT(*) FROM written_first"))
        .containsExactly(List.of(100000L));
    assertThatThrownBy(() -> EngineRows.run(engine, "MERGE BRANCH " + kept + " INTO main"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("not published");
    EngineRows.run(engine, "CREATE BRANCH derived_from_failed FROM " + kept);
    assertThatThrownBy(() -> EngineRows.run(engine, "MERGE BRANCH derived_from_failed INTO main"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("not published");
  }

  @Test
  void aWrongResultNamesTheFunctionAndTheRemedy() {
    Path project =
        RecordedRun.project(
            warehouse.resolve("p-wrong"),
            """
            import bauplan

            @bauplan.model()
            @bauplan.python("3.11")
            def returns_a_number(data=bauplan.Model("transactions", columns=["id"])):
                return 42
            """);
    RecordedRun run = RecordedRun.of(engine, project);
    assertThat(run.result().status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(run.result().sqlState()).isEqualTo(ErrorCode.FUNCTION_WRONG_RESULT.sqlState());
    assertThat(run.result().error()).contains("returns_a_number").contains("int");
  }

  @Test
  void anUnknownPackageIsNamed() {
    Path project =
        RecordedRun.project(
            warehouse.resolve("p-package"),
            """
            import bauplan

            @bauplan.model()
            @bauplan.python("3.11", pip={"no-such-package-of-bauplan": "1.0"})
            def never_runs(data=bauplan.Model("transactions", columns=["id"])):
                return data
            """);
    RecordedRun run = RecordedRun.of(engine, project);
    assertThat(run.result().status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(run.result().error()).contains("no-such-package-of-bauplan");
    assertThat(run.all(RunEvent.ModelFailed.class))
        .singleElement()
        .satisfies(failed -> assertThat(failed.message()).startsWith("models.py:4: "));
  }

  @Test
  void anUnknownInterpreterIsNamedWithThoseThereAre() {
    Path project =
        RecordedRun.project(
            warehouse.resolve("p-interpreter"),
            """
            import bauplan

            @bauplan.model()
            @bauplan.python("3.99")
            def never_runs(data=bauplan.Model("transactions", columns=["id"])):
                return data
            """);
    RecordedRun run = RecordedRun.of(engine, project);
    assertThat(run.result().status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(run.result().error()).contains("3.99").contains("3.11");
  }

  @Test
  void anUnknownTableOrColumnPointsAtTheInput() {
    Path project =
        RecordedRun.project(
            warehouse.resolve("p-table"),
            """
            import bauplan

            @bauplan.model()
            def reads_nothing(data=bauplan.Model("transaction")):
                return data
            """);
    RecordedRun run = RecordedRun.of(engine, project);
    assertThat(run.result().status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(run.all(RunEvent.ModelFailed.class))
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.message()).startsWith("models.py:4: ").contains("transaction");
              assertThat(failed.traceback()).contains("transactions");
            });
  }

  @Test
  void aCycleNamesItsPlaces() {
    Path project = warehouse.resolve("p-cycle");
    RecordedRun.write(project, "a.sql", "SELECT * FROM b");
    RecordedRun.write(project, "b.sql", "SELECT * FROM a");
    assertThatThrownBy(() -> RecordedRun.of(engine, project))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("a.sql:1")
        .hasMessageContaining("b.sql:1");
  }

  @Test
  void twoModelsOfOneNameAreBothNamed() {
    Path project = warehouse.resolve("p-twice");
    RecordedRun.write(project, "twice.sql", "SELECT 1 AS x");
    RecordedRun.write(
        project,
        "models.py",
        """
        import bauplan

        @bauplan.model()
        def twice(data=bauplan.Model("transactions")):
            return data
        """);
    assertThatThrownBy(() -> RecordedRun.of(engine, project))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("models.py:4")
        .hasMessageContaining("twice.sql:1");
  }

  @Test
  void aModuleLevelSideEffectDoesNotFireInThePlanner() {
    Path project = warehouse.resolve("p-side-effect");
    Path mark = project.resolve("fired");
    RecordedRun.write(
        project,
        "models.py",
        """
        import bauplan
        open(%s, "w").write("fired")

        @bauplan.model()
        def later(data=bauplan.Model("no_such_table")):
            return data
        """
            .formatted("\"" + mark + "\""));
    RecordedRun run = RecordedRun.of(engine, project);
    assertThat(run.result().status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(mark).doesNotExist();
  }

  @Test
  void aStrictRunFailsOnAFalseExpectationAndALenientOneWarns() {
    Path project =
        RecordedRun.project(
            warehouse.resolve("p-expectation"),
            """
            import bauplan

            @bauplan.model(materialize=True)
            def checked(data=bauplan.Model("transactions", columns=["id"])):
                return data

            @bauplan.expectation()
            def is_empty(data=bauplan.Model("checked")):
                return data.num_rows == 0
            """);
    RecordedRun lenient = RecordedRun.of(engine, project);
    assertThat(lenient.result().status()).isEqualTo(RunResult.Status.SUCCEEDED);
    assertThat(lenient.all(RunEvent.ExpectationChecked.class))
        .singleElement()
        .satisfies(check -> assertThat(check.passed()).isFalse());
    PinnedRef before = engine.catalog().resolve("main");
    RunRequest strict =
        new RunRequest(
            project.toString(),
            "main",
            "",
            java.util.Map.of(),
            RunRequest.Preview.OFF,
            RunRequest.Publishing.TRANSACTION,
            RunRequest.Strictness.STRICT,
            RunRequest.Caching.ON);
    RecordedRun failed = RecordedRun.of(engine, strict);
    assertThat(failed.result().status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(failed.result().sqlState()).isEqualTo(ErrorCode.EXPECTATION_FAILED.sqlState());
    assertThat(engine.catalog().resolve("main")).isEqualTo(before);
  }

  @Test
  void aCancelledRunLeavesNoProcessAndNoBranch() throws Exception {
    Path project =
        RecordedRun.project(
            warehouse.resolve("p-cancelled"),
            """
            import time
            import bauplan

            @bauplan.model(materialize=True)
            @bauplan.python("3.11")
            def sleeps(data=bauplan.Model("transactions", columns=["id"])):
                print("sleeping", flush=True)
                time.sleep(600)
                return data
            """);
    List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
    CountDownLatch sleeping = new CountDownLatch(1);
    AtomicReference<RunResult> result = new AtomicReference<>();
    Thread runner =
        new Thread(
            () ->
                result.set(
                    engine.run(
                        Session.DEFAULT,
                        RunRequest.of(project.toString(), "main"),
                        event -> {
                          if (event instanceof RunEvent.Output) {
                            sleeping.countDown();
                          }
                        })));
    runner.start();
    assertThat(sleeping.await(120, TimeUnit.SECONDS)).isTrue();
    runner.interrupt();
    runner.join(20_000);
    assertThat(result.get().status()).isEqualTo(RunResult.Status.CANCELLED);
    assertThat(engine.catalog().references())
        .noneMatch(reference -> reference.name().equals("run_" + result.get().jobId()));
    for (int i = 0; i < 50 && leftOver(before); i++) {
      Thread.sleep(100);
    }
    assertThat(leftOver(before)).isFalse();
  }

  private static boolean leftOver(List<ProcessHandle> before) {
    return ProcessHandle.current().descendants().anyMatch(process -> !before.contains(process));
  }
}
