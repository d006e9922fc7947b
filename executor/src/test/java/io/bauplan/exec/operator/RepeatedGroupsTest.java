package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.row;
import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.fallback.Fallback;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Keys that are mostly new at first, so that rows become groups of their own, and then are met
/// again: not at all, a little, or so often that they are looked up once more.
class RepeatedGroupsTest {
  private static final int NEW = 40_000;

  private static final RowType ROW =
      type("a", DataType.INT64, "b", DataType.VARCHAR, "v", DataType.INT64);

  static Stream<Arguments> repeats() {
    return Stream.of(0, 20_000, 120_000)
        .flatMap(
            repeated ->
                Stream.of(
                    Arguments.of(repeated, List.of(0)),
                    Arguments.of(repeated, List.of(1)),
                    Arguments.of(repeated, List.of(0, 1))));
  }

  @ParameterizedTest
  @MethodSource("repeats")
  void areOneGroupInTheEnd(int repeated, List<Integer> keys) {
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < NEW + repeated; i++) {
      long key = i < NEW ? i : i % 3_000;
      // Far apart, so that there is no slot for each; some are NULL.
      Long a = key % 1000 == 3 ? null : key * 1_000_003_007L;
      rows.add(row(a, key % 1000 == 5 ? null : "key " + key, (long) i));
    }
    Map<List<Object>, List<Long>> expected = new HashMap<>();
    for (List<Object> row : rows) {
      List<Object> key = new ArrayList<>();
      keys.forEach(k -> key.add(row.get(k)));
      long value = (Long) row.get(2);
      expected.merge(
          key,
          List.of(1L, value, value),
          (x, y) ->
              List.of(
                  x.get(0) + y.get(0), Math.min(x.get(1), y.get(1)), Math.max(x.get(2), y.get(2))));
    }
    // One thread, which meets all rows.
    try (PlanFixture fixture = new PlanFixture(1, Fallback.NONE, PlanFixture.noFunctions())) {
      List<Object> output = new ArrayList<>();
      keys.forEach(k -> output.addAll(List.of("key" + k, ROW.type(k))));
      for (String name : List.of("n", "least", "greatest")) {
        output.addAll(List.of(name, DataType.INT64));
      }
      PhysicalPlan plan =
          new PhysicalPlan.Aggregate(
              fixture.table(ROW, rows, 4000),
              keys,
              List.of(),
              List.of(call("count"), call("min", 2), call("max", 2)),
              type(output.toArray()),
              10);
      Map<List<Object>, List<Long>> found = new HashMap<>();
      for (List<Object> row : fixture.run(plan)) {
        List<Object> key = new ArrayList<>(row.subList(0, keys.size()));
        List<Long> values =
            row.subList(keys.size(), row.size()).stream().map(v -> (Long) v).toList();
        assertThat(found.put(key, values)).as("%s twice", key).isNull();
      }
      assertThat(found.equals(expected)).isTrue();
    }
  }

  private static AggregateCall call(String function, Integer... arguments) {
    return new AggregateCall(
        function,
        false,
        List.of(arguments),
        OptionalInt.empty(),
        List.of(),
        new Column(function, DataType.INT64, true));
  }
}
