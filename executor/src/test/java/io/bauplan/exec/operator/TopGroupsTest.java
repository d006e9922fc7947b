package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.row;
import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.fallback.Fallback;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The first of many groups are those of all groups sorted, whichever were left out before they
/// were made; texts of their keys come from a join.
class TopGroupsTest {
  private static final int GROUPS = 24_000;
  private static final DataType MONEY = new DataType.DecimalType(15, 2);
  private static final RowType FACTS =
      type("k", DataType.INT64, "n", DataType.INT64, "m", MONEY, "d", DataType.FLOAT64);
  private static final RowType NAMES = type("id", DataType.INT64, "name", DataType.VARCHAR);

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  /// @param column of the aggregation's output (id, name, count, sums of n, m and d) that is sorted
  @ParameterizedTest
  @CsvSource({"0, 20, 1", "1, 20, 2", "2, 1, 1", "3, 20, 2", "4, 20, 1", "4, 700, 2", "5, 20, 2"})
  void areTheFirstOfAll(int column, int limit, int threads) {
    try (PlanFixture fixture = new PlanFixture(threads, Fallback.NONE, PlanFixture.noFunctions())) {
      for (int round = 0; round < 4; round++) {
        PhysicalPlan.Aggregate groups = groups(fixture, round % 2 == 0 ? GROUPS : 3 * GROUPS);
        List<List<Object>> all = fixture.run(groups);
        Set<List<Object>> known = new HashSet<>(all);
        // Behind renamed columns, too.
        boolean renamed = round == 3;
        PhysicalPlan input = renamed ? reversed(groups) : groups;
        int sorted = renamed ? groups.output().size() - 1 - column : column;
        List<SortKey> keys =
            List.of(new SortKey(sorted, random.nextBoolean(), random.nextBoolean()));
        List<@Nullable Object> expected =
            values(
                fixture.run(new PhysicalPlan.Sort(input, keys, 0, OptionalLong.of(GROUPS))),
                sorted);
        assertThat(expected).hasSize(all.size());
        List<List<Object>> first =
            fixture.run(new PhysicalPlan.Sort(input, keys, 3, OptionalLong.of(limit)));
        assertThat(values(first, sorted))
            .as("seed " + seed + " keys " + keys)
            .isEqualTo(expected.subList(3, 3 + limit));
        first.forEach(each -> assertThat(known).contains(renamed ? reversed(each) : each));
        assertThat(
                fixture.figures.operators().stream()
                    .filter(each -> each.node() == groups)
                    .map(each -> each.rows()))
            .as("groups that are counted, wanted or not")
            .containsExactly((long) all.size());
      }
    }
  }

  private PhysicalPlan.Aggregate groups(PlanFixture fixture, int rows) {
    List<List<Object>> facts = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      facts.add(
          row(
              (long) random.nextInt(GROUPS),
              random.nextInt(4) == 0 ? null : (long) random.nextInt(2_000_000) - 1_000_000,
              random.nextInt(4) == 0 ? null : BigDecimal.valueOf(random.nextInt(), 2),
              random.nextInt(4) == 0 ? null : random.nextInt(1000) / 8.0 - 50));
    }
    List<List<Object>> names = new ArrayList<>();
    for (int i = 0; i < GROUPS; i++) {
      names.add(row((long) i, i % 100 == 0 ? null : "name number " + i / 2));
    }
    List<Column> joined = new ArrayList<>(FACTS.columns());
    joined.addAll(NAMES.columns());
    PhysicalPlan join =
        new PhysicalPlan.HashJoin(
            fixture.table(FACTS, facts, 4_096),
            fixture.table(NAMES, names, 4_096),
            JoinKind.INNER,
            List.of(0),
            List.of(0),
            List.of(false),
            Optional.empty(),
            new RowType(joined),
            rows);
    List<AggregateCall> calls =
        List.of(
            call("count", DataType.INT64),
            call("sum", new DataType.DecimalType(38, 0), 1),
            call("sum", new DataType.DecimalType(38, 2), 2),
            call("sum", DataType.FLOAT64, 3));
    List<Column> output = new ArrayList<>(NAMES.columns());
    calls.forEach(call -> output.add(call.output()));
    return new PhysicalPlan.Aggregate(
        join, List.of(4, 5), List.of(List.of(0, 1)), calls, new RowType(output), GROUPS);
  }

  private static AggregateCall call(String function, DataType output, Integer... arguments) {
    return new AggregateCall(
        function,
        false,
        List.of(arguments),
        OptionalInt.empty(),
        List.of(),
        new Column(function, output, true));
  }

  private static PhysicalPlan reversed(PhysicalPlan.Aggregate groups) {
    List<Expression> expressions = new ArrayList<>();
    List<Column> columns = groups.output().columns().reversed();
    for (int i = columns.size() - 1; i >= 0; i--) {
      expressions.add(new Expression.InputRef(i, groups.output().type(i), true));
    }
    return new PhysicalPlan.Project(groups, expressions, new RowType(columns));
  }

  private static List<Object> reversed(List<Object> row) {
    return new ArrayList<>(row.reversed());
  }

  private static List<@Nullable Object> values(List<List<Object>> rows, int column) {
    List<@Nullable Object> values = new ArrayList<>();
    rows.forEach(row -> values.add(row.get(column)));
    return values;
  }
}
