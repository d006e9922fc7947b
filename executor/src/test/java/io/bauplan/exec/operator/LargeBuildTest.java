package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.row;
import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.fallback.Fallback;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Build sides that several threads insert side by side: slots by number and by hash, keys that
/// occur once and often, NULLs.
class LargeBuildTest {
  private static final RowType RIGHT =
      type("a", DataType.INT64, "b", DataType.INT64, "c", DataType.VARCHAR, "r", DataType.INT64);
  private static final RowType LEFT =
      type("a", DataType.INT64, "b", DataType.INT64, "c", DataType.VARCHAR);

  static Stream<Arguments> keys() {
    return Stream.of(List.of(0), List.of(1), List.of(1, 2))
        .flatMap(keys -> Stream.of(Arguments.of(keys, 1), Arguments.of(keys, 4)));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void areMatchedAsByAMap(List<Integer> keys, int repeats) {
    int rows = 140_000;
    List<List<Object>> right = new ArrayList<>();
    Map<List<Object>, List<Long>> byKey = new HashMap<>();
    for (int i = 0; i < rows; i++) {
      List<Object> made = new ArrayList<>(keyed(i / repeats));
      made.add((long) i);
      right.add(made);
      if (i / repeats % 1000 != 7) {
        byKey.computeIfAbsent(pick(made, keys), k -> new ArrayList<>()).add((long) i);
      }
    }
    List<List<Object>> left = new ArrayList<>();
    Set<Long> unmatched = new HashSet<>();
    for (long r = 0; r < rows; r++) {
      unmatched.add(r);
    }
    List<List<Object>> pairs = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      int key = i * 11;
      List<Object> made = keyed(key);
      left.add(made);
      if (key % 1000 != 7) {
        for (long match : byKey.getOrDefault(pick(made, keys), List.of())) {
          pairs.add(List.of((long) i, match));
          unmatched.remove(match);
        }
      }
    }
    try (PlanFixture fixture = new PlanFixture(3, Fallback.NONE, PlanFixture.noFunctions())) {
      List<Column> columns = new ArrayList<>(LEFT.columns());
      columns.addAll(RIGHT.columns());
      PhysicalPlan probe = fixture.table(LEFT, left, 3000);
      PhysicalPlan build = fixture.table(RIGHT, right, 4096);
      List<Boolean> nullSafe = keys.stream().map(k -> false).toList();
      Map<Long, Integer> found = new HashMap<>();
      for (List<Object> joined :
          fixture.run(join(probe, build, JoinKind.INNER, keys, nullSafe, new RowType(columns)))) {
        assertThat(pick(joined, keys)).isEqualTo(pick(joined.subList(3, 7), keys));
        found.merge((Long) joined.get(6), 1, Integer::sum);
      }
      Map<Long, Integer> expected = new HashMap<>();
      pairs.forEach(pair -> expected.merge((Long) pair.get(1), 1, Integer::sum));
      assertThat(found.equals(expected)).isTrue();
      Set<Long> rest = new HashSet<>();
      for (List<Object> alone :
          fixture.run(join(probe, build, JoinKind.RIGHT_ANTI, keys, nullSafe, RIGHT))) {
        assertThat(rest.add((Long) alone.get(3))).isTrue();
      }
      assertThat(rest.equals(unmatched)).isTrue();
    }
  }

  private static PhysicalPlan join(
      PhysicalPlan left,
      PhysicalPlan right,
      JoinKind kind,
      List<Integer> keys,
      List<Boolean> nullSafe,
      RowType output) {
    return new PhysicalPlan.HashJoin(
        left, right, kind, keys, keys, nullSafe, Optional.empty(), output, 10);
  }

  private static List<Object> keyed(int key) {
    boolean none = key % 1000 == 7;
    return row(none ? null : (long) key, none ? null : key * 1_000_003L, none ? null : "k" + key);
  }

  private static List<@Nullable Object> pick(List<Object> row, List<Integer> keys) {
    List<@Nullable Object> picked = new ArrayList<>();
    keys.forEach(key -> picked.add(row.get(key)));
    return picked;
  }
}
