package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every way of naming a version, over a table that counts its versions: version `n` of `t` has the
/// single row `n`.
class TimeTravelTest {
  @TempDir static Path warehouse;
  private static Engine engine;
  private static String commitOfOne;
  private static String snapshotOfOne;
  private static String timeOfOne;

  @BeforeAll
  static void open() throws InterruptedException {
    engine = Engine.open(EngineConfig.of(warehouse));
    run("CREATE TABLE t AS SELECT 1 AS version");
    run("CREATE VIEW v AS SELECT version * 10 AS tens FROM t");
    run("CREATE TAG one");
    commitOfOne = text("SELECT commit FROM sys.tags WHERE name = 'one'");
    snapshotOfOne =
        text("SELECT CAST(snapshot_id AS VARCHAR) FROM sys.snapshots WHERE table_name = 't'");
    Thread.sleep(20);
    timeOfOne = Instant.now().toString().replace("T", " ").replace("Z", "");
    Thread.sleep(20);
    run("UPDATE t SET version = 2");
    run("CREATE BRANCH dev");
    run("UPDATE t SET version = 3 WHERE TRUE");
    run("CREATE TAG last");
    run("UPDATE t AT BRANCH dev SET version = 100");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, filled(sql));
  }

  private static String text(String sql) {
    return (String) run(sql).getFirst().getFirst();
  }

  private static String filled(String sql) {
    return sql.replace("{commit}", String.valueOf(commitOfOne))
        .replace("{snapshot}", String.valueOf(snapshotOfOne))
        .replace("{time}", String.valueOf(timeOfOne));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 SELECT version FROM t AT TAG one",
        "1 SELECT version FROM t AT COMMIT \"{commit}\"",
        "1 SELECT version FROM t AT SNAPSHOT {snapshot}",
        "1 SELECT version FROM t AT SNAPSHOT '{snapshot}'",
        "1 SELECT version FROM t AT TIMESTAMP '{time}'",
        "1 SELECT version FROM t AT TIMESTAMP TIMESTAMP '{time}'",
        "1 SELECT version FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '{time}'",
        "1 SELECT version FROM t FOR VERSION AS OF 'one'",
        "1 SELECT version FROM t FOR VERSION AS OF {snapshot}",
        "1 SELECT version FROM t AT \"main@{commit}\"",
        "1 SELECT version FROM t AT \"@{commit}\"",
        "1 SELECT version FROM t AT \"one\"",
        "2 SELECT version FROM t AT \"last~1\"",
        "1 SELECT version FROM t AT \"last~2\"",
        "1 SELECT version FROM t AT \"main*{time}\"",
        "100 SELECT version FROM t AT BRANCH dev",
        "2 SELECT version FROM t AT \"dev~1\"",
        "3 SELECT version FROM t AT BRANCH main",
        "3 SELECT version FROM t",
        "10 SELECT tens FROM v AT TAG one",
        "1000 SELECT tens FROM v AT BRANCH dev",
        "30 SELECT tens FROM v",
        "1 SELECT a.version FROM t AT TAG one AS a JOIN t AS b ON b.version = 3 AND a.version = 1",
        "104 SELECT SUM(version) FROM (SELECT version FROM t UNION ALL SELECT version FROM t AT TAG one"
            + " UNION ALL SELECT version FROM t AT BRANCH dev)",
        "3 SELECT (SELECT version FROM t) FROM t AT TAG one",
        "1 SELECT version FROM t AT TAG one WHERE version IN (SELECT version FROM t AT SNAPSHOT {snapshot})"
      })
  void readsTheVersionNamed(String expectedThenQuery) {
    int space = expectedThenQuery.indexOf(' ');
    assertThat(run(expectedThenQuery.substring(space + 1)).getFirst().getFirst().toString())
        .isEqualTo(expectedThenQuery.substring(0, space));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 USE TAG one",
        "100 USE BRANCH dev",
        "1 USE COMMIT \"{commit}\"",
        "2 USE TAG \"last~1\"",
        "1 USE BRANCH \"main@{commit}\"",
        "3 USE BRANCH main"
      })
  void sessionsStayWhereTheyAre(String expectedThenUse) {
    int space = expectedThenUse.indexOf(' ');
    StatementResult result =
        engine.execute(
            Session.DEFAULT,
            filled(expectedThenUse.substring(space + 1)),
            StatementOptions.DEFAULT);
    Session session = ((StatementResult.SessionChanged) result).session();
    assertThat(EngineRows.run(engine, session, "SELECT version FROM t").getFirst().getFirst())
        .hasToString(expectedThenUse.substring(0, space));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM t AT BRANCH nowhere",
        "SELECT * FROM t AT TAG dev",
        "SELECT * FROM t AT SNAPSHOT 12",
        "SELECT * FROM t AT TIMESTAMP '1999-01-01 00:00:00'",
        "SELECT * FROM t AT COMMIT \"0123456789abcdef\"",
        "SELECT * FROM t AT \"main~500\"",
        "INSERT INTO t AT TAG one VALUES (1)",
        "DELETE FROM t AT COMMIT \"{commit}\"",
        "USE BRANCH nowhere"
      })
  void saysWhatIsWrong(String sql) {
    assertThatThrownBy(() -> run(sql))
        .isInstanceOf(io.bauplan.sql.error.EngineException.class)
        .satisfies(
            e ->
                assertThat(((io.bauplan.sql.error.EngineException) e).code())
                    .isNotEqualTo(io.bauplan.sql.error.ErrorCode.INTERNAL_ERROR));
  }

  @Test
  void writesToTheBranchNamed() {
    run("CREATE BRANCH writes FROM TAG one");
    run("INSERT INTO t AT BRANCH writes VALUES (7)");
    run("DELETE FROM t AT BRANCH writes WHERE version = 1");
    assertThat(run("SELECT version FROM t AT BRANCH writes")).containsExactly(List.of(7L));
    run("CREATE TABLE only_here AT BRANCH writes AS SELECT version FROM t");
    assertThat(run("SELECT version FROM only_here AT BRANCH writes")).containsExactly(List.of(7L));
    assertThatThrownBy(() -> run("SELECT * FROM only_here")).hasMessageContaining("only_here");
    run("DROP TABLE only_here AT BRANCH writes");
    assertThat(run("SELECT version FROM t")).containsExactly(List.of(3L));
  }

  @Test
  void aTagReplaysCodeAndDataTogether() {
    run("CREATE TABLE numbers AS SELECT 5 AS n");
    run(function("n + 1"));
    run("CREATE VIEW answer AS SELECT n FROM TABLE(step(TABLE numbers))");
    run("CREATE TAG release");
    run("UPDATE numbers SET n = 50");
    run("CREATE OR REPLACE " + function("n * 2").substring("CREATE ".length()));
    assertThat(run("SELECT n FROM answer")).containsExactly(List.of(100L));
    assertThat(run("SELECT n FROM answer AT TAG release")).containsExactly(List.of(6L));
    Session then = Session.DEFAULT.withReference("release");
    assertThat(EngineRows.run(engine, then, "SELECT n FROM TABLE(step(TABLE numbers))"))
        .containsExactly(List.of(6L));
    assertThat(EngineRows.run(engine, then, "SHOW CREATE FUNCTION step").toString())
        .contains("['n'] + 1");
    run("DROP FUNCTION step");
    assertThatThrownBy(() -> run("SELECT n FROM answer")).hasMessageContaining("step");
    assertThat(run("SELECT n FROM answer AT TAG release")).containsExactly(List.of(6L));
  }

  private static String function(String expression) {
    return "CREATE FUNCTION step (data TABLE (n INTEGER) ROW SEMANTICS) RETURNS TABLE (n INTEGER)"
        + " LANGUAGE PYTHON IMMUTABLE HANDLER = 'step' AS $$\n"
        + "def step(data):\n"
        + "    return [{'n': "
        + expression.replace("n ", "row['n'] ")
        + "} for row in data.to_pylist()]\n$$";
  }
}
