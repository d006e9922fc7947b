package io.bauplan.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
  @TempDir Path folder;

  private record Outcome(int code, String out, String err) {}

  private Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            out, new PrintStream(err, true, StandardCharsets.UTF_8), 0, Console.Liveness.PLAIN);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--warehouse", folder.resolve("w").toString()));
    int code = BauplanCommand.execute(console, all.toArray(String[]::new));
    return new Outcome(code, out.toString(), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void printsResultsInEveryFormat() throws IOException {
    String sql = "SELECT 1 AS a, 'x,\"y' AS b, 1.50 AS c, CAST(NULL AS INTEGER) AS n";
    assertThat(run("query", sql).out()).contains("│ 1 │ x,\"y │ 1.50 │ NULL │");
    assertThat(run("query", "--format", "csv", sql).out())
        .isEqualTo("a,b,c,n\n1,\"x,\"\"y\",1.50,\n");
    assertThat(run("query", "-O", "json", sql).out())
        .isEqualTo("[{\"a\":1,\"b\":\"x,\\\"y\",\"c\":1.50,\"n\":null}]\n");
    Path file = folder.resolve("out.csv");
    assertThat(run("query", sql, "--output-file", file.toString()).code()).isZero();
    assertThat(Files.readString(file)).startsWith("a,b,c,n\n");
  }

  @Test
  void pointsAtTheMistakeAndFails() {
    Outcome outcome = run("query", "SELECT nope FROM missing");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("missing").contains("^").doesNotContain("\tat ");
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void saysHowItIsUsed() {
    assertThat(run("qery").code()).isEqualTo(2);
    assertThat(run("qery").err()).contains("Did you mean").contains("bauplan query");
    assertThat(run("branch", "frobnicate").code()).isEqualTo(2);
    assertThat(run("query", "--max-rows", "many", "SELECT 1").code()).isEqualTo(2);
    assertThat(run("help", "branch").out()).contains("merge");
  }

  @Test
  void worksOnBranches() {
    assertThat(run("query", "CREATE TABLE first AS SELECT 1 AS id").code()).isZero();
    assertThat(run("branch", "create", "dev").code()).isZero();
    assertThat(run("branch", "create", "dev").code()).isEqualTo(1);
    assertThat(run("branch", "create", "dev", "--if-not-exists").code()).isZero();
    assertThat(run("query", "-r", "dev", "CREATE TABLE t AS SELECT 1 AS id").code()).isZero();
    assertThat(run("table", "ls").out()).doesNotContain("│ t ");
    assertThat(run("branch", "diff", "dev", "main").out()).contains("bauplan.t").contains("added");
    assertThat(run("branch", "merge", "dev", "--into", "main").code()).isZero();
    assertThat(run("table", "ls", "-O", "json").out()).contains("\"name\":\"t\"");
    assertThat(run("table", "get", "t").out()).contains("INTEGER");
    assertThat(run("checkout", "dev").code()).isZero();
    assertThat(run("info").out()).contains("dev");
    assertThat(run("branch", "rm", "dev").code()).isZero();
    assertThat(run("table", "rm", "t", "--branch", "main").code()).isZero();
  }

  @Test
  void tellsOfJobs() {
    assertThat(run("query", "SELECT 41 AS n").code()).isZero();
    assertThat(run("query", "SELECT nope").code()).isEqualTo(1);
    assertThat(run("job", "ls").out()).contains("SELECT 41 AS n").contains("SELECT nope");
    Outcome failed = run("job", "ls", "--state", "failed", "-O", "json");
    assertThat(failed.out()).contains("SELECT nope").doesNotContain("SELECT 41");
    String id = failed.out().replaceFirst("(?s).*?\"id\":\"(\\w+)\".*", "$1");
    assertThat(run("job", "get", id).out()).contains("42703").contains("SELECT nope");
    assertThat(run("job", "logs", id).code()).isZero();
    assertThat(run("job", "stop", id).err()).contains("is over: FAILED");
    assertThat(run("job", "get", "nothing").code()).isEqualTo(1);
    assertThat(run("run", ".", "--detach").err()).contains("bauplan serve");
  }

  @Test
  void debugsOnlyCallsThatAreKept() {
    Outcome outcome = run("function", "debug", "no-such-job");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("no failed call of a job \"no-such-job\"")
        .contains("debug lists");
    assertThat(run("function", "debug", "-O", "json").out()).startsWith("[").endsWith("]\n");
  }

  @Test
  void limitsTheRowsOfATable() {
    String sql =
        "SELECT * FROM (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12)) AS v(n)";
    Outcome few = run("query", sql);
    assertThat(few.out()).contains("│ 10 │").doesNotContain("│ 11 │");
    assertThat(few.err()).contains("there are more");
    assertThat(run("query", "--all-rows", sql).out()).contains("│ 12 │");
    assertThat(run("query", "--max-rows", "2", sql).out()).doesNotContain("│  3 │");
  }
}
