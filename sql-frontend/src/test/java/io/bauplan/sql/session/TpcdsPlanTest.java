package io.bauplan.sql.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Aggregate;
import io.bauplan.sql.plan.PhysicalPlan.NestedLoopJoin;
import io.bauplan.sql.plan.PlanJson;
import io.bauplan.sql.plan.PlanText;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    Map<Integer, PhysicalPlan> shared = new HashMap<>();
    collectShared(plan, shared);
    assertNoProducts(plan, shared);
    assertNothingEmpty(plan);
  }

  private static void collectShared(PhysicalPlan plan, Map<Integer, PhysicalPlan> shared) {
    if (plan instanceof PhysicalPlan.Shared made) {
      shared.put(made.id(), made.input());
    }
    plan.inputs().forEach(input -> collectShared(input, shared));
  }

  private static void assertNoProducts(PhysicalPlan plan, Map<Integer, PhysicalPlan> shared) {
    if (plan instanceof NestedLoopJoin join) {
      assertThat(isOneRow(join.left(), shared) || isOneRow(join.right(), shared))
          .as("a side of one row in %s", PlanText.of(join))
          .isTrue();
    }
    plan.inputs().forEach(input -> assertNoProducts(input, shared));
  }

  /// No query of the benchmark is empty: neither is what is left of any part of it.
  private static void assertNothingEmpty(PhysicalPlan plan) {
    if (plan instanceof PhysicalPlan.Values values) {
      assertThat(values.rows()).isNotEmpty();
    }
    plan.inputs().forEach(TpcdsPlanTest::assertNothingEmpty);
  }

  /// At most one row, whatever the data: aggregates without keys, or with keys that a filter fixes,
  /// and what is made of them.
  ///
  /// @param shared what is computed once, which its readers have as many rows as
  private static boolean isOneRow(PhysicalPlan plan, Map<Integer, PhysicalPlan> shared) {
    return switch (plan) {
      case Aggregate aggregate ->
          aggregate.groupKeys().stream().allMatch(key -> isFixed(aggregate, key));
      case PhysicalPlan.Values values -> values.rows().size() <= 1;
      case PhysicalPlan.Project project -> isOneRow(project.input(), shared);
      case PhysicalPlan.Filter filter -> isOneRow(filter.input(), shared);
      case PhysicalPlan.Shared made -> isOneRow(made.input(), shared);
      case PhysicalPlan.SharedScan scan ->
          isOneRow(Objects.requireNonNull(shared.get(scan.id())), shared);
      case NestedLoopJoin join -> isOneRow(join.left(), shared) && isOneRow(join.right(), shared);
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
