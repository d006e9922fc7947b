package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.row;
import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.worker.QueryOptions;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Grouping sets whose groups do not fit into memory.
class SpilledGroupingSetsTest {
  private static final RowType ROW =
      type("a", DataType.VARCHAR, "b", DataType.INT64, "c", DataType.VARCHAR, "v", DataType.INT64);
  private static final RowType OUTPUT =
      type(
          "a", DataType.VARCHAR,
          "b", DataType.INT64,
          "c", DataType.VARCHAR,
          "n", DataType.INT64,
          "s", new DataType.DecimalType(38, 0));

  private static AggregateCall call(String function, DataType type, Integer... arguments) {
    return new AggregateCall(
        function,
        false,
        List.of(arguments),
        OptionalInt.empty(),
        List.of(),
        new Column(function, type, true));
  }

  private static PhysicalPlan rollup(PlanFixture fixture, List<List<Object>> rows) {
    return new PhysicalPlan.Aggregate(
        fixture.table(ROW, rows, 1000),
        List.of(0, 1, 2),
        List.of(List.of(0, 1, 2), List.of(0, 1), List.of(0), List.of()),
        List.of(call("count", DataType.INT64), call("sum", new DataType.DecimalType(38, 0), 3)),
        OUTPUT,
        10);
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 4})
  void areThoseOfMemory(int megabytes) {
    Random random = new Random(megabytes);
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      rows.add(
          row(
              random.nextInt(20) == 0 ? null : "category " + random.nextInt(10),
              (long) random.nextInt(500),
              random.nextInt(20) == 0 ? null : "a name of something " + random.nextInt(5000),
              (long) i));
    }
    try (PlanFixture fixture = new PlanFixture()) {
      PhysicalPlan plan = rollup(fixture, rows);
      List<List<Object>> expected = fixture.run(plan);
      QueryOptions limited =
          QueryOptions.builder("limited")
              .memoryBytes((long) megabytes << 20)
              .timeout(Duration.ofMinutes(1))
              .build();
      assertThat(new HashSet<>(fixture.run(plan, limited)).equals(new HashSet<>(expected)))
          .isTrue();
      if (megabytes < 12) {
        // With more, the groups by all keys stay, and those of the sets are made part by part.
        assertThat(fixture.figures.spilledBytes()).isPositive();
      }
    }
  }
}
