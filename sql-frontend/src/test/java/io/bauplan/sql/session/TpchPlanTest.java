package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.PlanJson;
import io.bauplan.sql.plan.PlanText;
import io.bauplan.sql.plan.PlannedStatement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Golden plans of TPC-H. `-Dplans.accept=true` rewrites them.
class TpchPlanTest {
  private static final Path GOLDEN = Path.of("src/test/resources/plans/tpch");

  private final StatementPlanner planner =
      new CalcitePlanner(
          TpchTables.catalog(),
          (format, uri, options) -> {
            throw new AssertionError("no files");
          },
          SystemTables.NONE);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15",
        "16", "17", "18", "19", "20", "21", "22"
      })
  void planIsTheGoldenOne(String query) throws IOException {
    PlannedStatement statement = planner.plan(sql(query), Session.DEFAULT);
    String text = PlanText.of(((PlannedStatement.Query) statement).plan());
    Path golden = GOLDEN.resolve("q" + query + ".txt");
    if (Boolean.getBoolean("plans.accept")) {
      Files.createDirectories(GOLDEN);
      Files.writeString(golden, text);
    }
    assertThat(text).isEqualTo(Files.readString(golden));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15",
        "16", "17", "18", "19", "20", "21", "22"
      })
  void planSurvivesItsJson(String query) throws IOException {
    PlannedStatement.Query statement =
        (PlannedStatement.Query) planner.plan(sql(query), Session.DEFAULT);
    assertThat(PlanJson.readPlan(PlanJson.write(statement.plan()))).isEqualTo(statement.plan());
  }

  static String sql(String query) throws IOException {
    try (var in = TpchPlanTest.class.getResourceAsStream("/tpch/q" + query + ".sql")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
