package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.row;
import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.fallback.Fallback;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A sort with a limit has the first keys of one without, whatever rows it did not look at.
class TopRowsTest {
  private static final RowType ROW =
      type("a", DataType.VARCHAR, "b", DataType.INT64, "c", DataType.FLOAT64);

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @ParameterizedTest
  @CsvSource({"1, 3, 1", "1, 10, 2", "20, 40, 1", "700, 5, 2", "3000, 1000, 2", "0, 40, 1"})
  void areTheFirstOfAll(int limit, int values, int threads) {
    for (int round = 0; round < 4; round++) {
      List<List<Object>> rows = new ArrayList<>();
      for (int i = 0; i < 30_000; i++) {
        rows.add(
            row(
                random.nextInt(9) == 0 ? null : "common prefix " + random.nextInt(values),
                random.nextInt(9) == 0 ? null : (long) random.nextInt(values * 100),
                (double) i));
      }
      List<Integer> columns = round % 2 == 0 ? List.of(0, 1) : List.of(1);
      List<SortKey> keys =
          columns.stream()
              .map(column -> new SortKey(column, random.nextBoolean(), random.nextBoolean()))
              .toList();
      try (PlanFixture fixture =
          new PlanFixture(threads, Fallback.NONE, PlanFixture.noFunctions())) {
        PhysicalPlan table = fixture.table(ROW, rows, 1 + random.nextInt(5_000));
        List<List<@Nullable Object>> all =
            keys(fixture.run(new PhysicalPlan.Sort(table, keys, 0, OptionalLong.empty())), columns);
        assertThat(all).hasSize(rows.size());
        int offset = random.nextInt(10);
        List<List<@Nullable Object>> first =
            keys(
                fixture.run(new PhysicalPlan.Sort(table, keys, offset, OptionalLong.of(limit))),
                columns);
        assertThat(first)
            .as("seed " + seed + " keys " + keys)
            .isEqualTo(all.subList(offset, offset + limit));
      }
    }
  }

  private static List<List<@Nullable Object>> keys(List<List<Object>> rows, List<Integer> columns) {
    List<List<@Nullable Object>> keys = new ArrayList<>();
    for (List<Object> row : rows) {
      List<@Nullable Object> key = new ArrayList<>();
      columns.forEach(column -> key.add(row.get(column)));
      keys.add(key);
    }
    return keys;
  }
}
