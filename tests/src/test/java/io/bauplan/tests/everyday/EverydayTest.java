package io.bauplan.tests.everyday;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// More than 200 statements from the habits of users of Snowflake, Trino, DuckDB and Dremio: nearly
/// all work, with right results; each of the others says what is missing and what to do instead.
class EverydayTest {
  private static final List<String> FILES =
      List.of("snowflake.sql", "trino.sql", "duckdb.sql", "dremio.sql", "mixed.sql");

  private static final int FEWEST_STATEMENTS = 200;
  private static final double SHARE_THAT_WORKS = 0.95;

  @TempDir private Path folder;

  private record Count(int all, int right, int refused) {}

  @Test
  void statementsOfOtherEnginesWork() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<Count> counts = new ArrayList<>();
    Files.createDirectories(folder.resolve("files"));
    try (Engine engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")))) {
      EverydaySession setup = new EverydaySession(engine);
      for (EverydayStatement statement : EverydayStatement.read("setup.sql")) {
        setup.run(statement.sql());
      }
      System.out.printf("%-16s %10s %6s %8s%n", "everyday SQL", "statements", "right", "refused");
      for (String file : FILES) {
        Count count = run(new EverydaySession(engine), file, wrong);
        counts.add(count);
        print(file, count);
      }
    }
    int all = counts.stream().mapToInt(Count::all).sum();
    int right = counts.stream().mapToInt(Count::right).sum();
    print("all", new Count(all, right, counts.stream().mapToInt(Count::refused).sum()));
    assertThat(wrong).isEmpty();
    assertThat(all).isGreaterThanOrEqualTo(FEWEST_STATEMENTS);
    assertThat((double) right / all).isGreaterThanOrEqualTo(SHARE_THAT_WORKS);
  }

  private static void print(String name, Count count) {
    System.out.printf("%-16s %10d %6d %8d%n", name, count.all(), count.right(), count.refused());
  }

  private Count run(EverydaySession session, String file, List<String> wrong) throws IOException {
    List<EverydayStatement> statements = EverydayStatement.read(file);
    int right = 0;
    int refused = 0;
    for (EverydayStatement statement : statements) {
      String sql = statement.sql().replace("${dir}", folder.resolve("files").toString());
      String found;
      try {
        List<String> rows = session.run(sql);
        boolean fits = !statement.hasRows() || EverydayRows.equal(rows, statement.rows());
        if (fits && statement.error().isEmpty()) {
          right++;
          continue;
        }
        found = "gives " + rows;
      } catch (EngineException e) {
        if (isExpected(e, statement)) {
          right += statement.mistake() ? 1 : 0;
          refused += statement.mistake() ? 0 : 1;
          continue;
        }
        found = "gives " + e.code() + ": " + e.getMessage() + " " + e.hint().orElse("");
      }
      wrong.add(
          file
              + ":"
              + statement.line()
              + " "
              + sql
              + "\n  "
              + found
              + "\n  expected "
              + statement.error().orElseGet(() -> statement.rows().toString()));
    }
    return new Count(statements.size(), right, refused);
  }

  /// The error that the script names, with a word on what to do about it.
  private static boolean isExpected(EngineException e, EverydayStatement statement) {
    return e.code() != ErrorCode.INTERNAL_ERROR
        && (e.hint().isPresent() || statement.mistake())
        && statement
            .error()
            .filter(code -> code.equals(EverydayStatement.ANY) || code.equals(e.code().name()))
            .isPresent();
  }
}
