package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlanJson;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Golden plans of TPC-H. `-Dplans.accept=true` rewrites them.
class TpchPlanTest {
  private final GoldenPlans plans = new GoldenPlans(TpchTables.catalog(), "tpch");

  static List<String> queries() {
    return IntStream.rangeClosed(1, 22).mapToObj(i -> String.format("q%02d", i)).toList();
  }

  @ParameterizedTest
  @MethodSource("queries")
  void planIsTheGoldenOneAndSurvivesItsJson(String query) throws IOException {
    PhysicalPlan plan = plans.check(query, sql(query));
    assertThat(PlanJson.readPlan(PlanJson.write(plan))).isEqualTo(plan);
  }

  static String sql(String query) {
    return GoldenPlans.resource("/tpch/" + query + ".sql");
  }
}
