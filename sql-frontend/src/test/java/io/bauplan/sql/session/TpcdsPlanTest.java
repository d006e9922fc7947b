package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Aggregate;
import io.bauplan.sql.plan.PhysicalPlan.NestedLoopJoin;
import io.bauplan.sql.plan.PlanJson;
import io.bauplan.sql.plan.PlanText;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Golden plans of TPC-DS, over statistics of scale 1. `-Dplans.accept=true` rewrites them. The
/// texts come out of an artefact of Apache Spark's tests (see the pom).
class TpcdsPlanTest {
  private static final Set<Integer> TWO_PARTS = Set.of(14, 23, 24, 39);

  private final GoldenPlans plans = new GoldenPlans(TpcdsTables.catalog(), "tpcds");

  static List<String> queries() {
    return IntStream.rangeClosed(1, 99)
        .boxed()
        .flatMap(
            i ->
                TWO_PARTS.contains(i)
                    ? Stream.of("q" + i + "a", "q" + i + "b")
                    : Stream.of("q" + i))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("queries")
  void planIsTheGoldenOneSurvivesItsJsonAndHasNoProductOfManyRows(String query) throws IOException {
    PhysicalPlan plan = plans.check(query, sql(query));
    assertThat(PlanJson.readPlan(PlanJson.write(plan))).isEqualTo(plan);
    assertNoProducts(plan);
  }

  private static void assertNoProducts(PhysicalPlan plan) {
    if (plan instanceof NestedLoopJoin join) {
      assertThat(isOneRow(join.left()) || isOneRow(join.right()))
          .as("a side of one row in %s", PlanText.of(join))
          .isTrue();
    }
    plan.inputs().forEach(TpcdsPlanTest::assertNoProducts);
  }

  /// At most one row, whatever the data: aggregates without keys, or with keys that a filter fixes,
  /// and what is made of them.
  private static boolean isOneRow(PhysicalPlan plan) {
    return switch (plan) {
      case Aggregate aggregate ->
          aggregate.groupKeys().stream().allMatch(key -> isFixed(aggregate, key));
      case PhysicalPlan.Values values -> values.rows().size() <= 1;
      case PhysicalPlan.Project project -> isOneRow(project.input());
      case PhysicalPlan.Filter filter -> isOneRow(filter.input());
      case NestedLoopJoin join -> isOneRow(join.left()) && isOneRow(join.right());
      default -> false;
    };
  }

  private static boolean isFixed(Aggregate aggregate, int key) {
    String name = aggregate.input().output().column(key).name();
    return aggregate.input() instanceof PhysicalPlan.TableScan scan
        && PlanText.of(scan).matches("(?s).* filter: (.* AND )?" + name + " = [0-9]+ .*");
  }

  /// The artefact names one column as drafts of the specification did.
  static String sql(String query) {
    return GoldenPlans.resource("/tpcds/" + query + ".sql")
        .replaceAll("c_last_review_date\\b", "c_last_review_date_sk");
  }
}
