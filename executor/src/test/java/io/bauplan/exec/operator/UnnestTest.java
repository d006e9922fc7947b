package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.row;
import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Elements of collections beside the columns of their rows.
class UnnestTest {
  private static final DataType LIST = new DataType.ListType(DataType.INT64, true);
  private static final DataType PAIR =
      new DataType.StructType(
          List.of(new Column("x", DataType.INT64, true), new Column("y", DataType.VARCHAR, true)));
  private static final RowType ROWS = type("id", DataType.INT64, "a", LIST, "b", LIST);
  private static final RowType KEPT =
      type("id", DataType.INT64, "v", DataType.INT64, "w", DataType.INT64, "o", DataType.INT32);

  private final PlanFixture fixture = new PlanFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  /// Lists of no, few and thousands of elements, NULL or with NULLs within.
  private static List<List<Object>> rows(Random random, int count) {
    List<List<Object>> rows = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      rows.add(row(i, list(random), random.nextBoolean() ? list(random) : null));
    }
    return rows;
  }

  private static @Nullable List<Object> list(Random random) {
    int kind = random.nextInt(20);
    if (kind == 0) {
      return null;
    }
    int size = random.nextInt(kind == 1 ? 10_000 : kind < 4 ? 200 : 5);
    Object[] values = new Object[size];
    Arrays.setAll(values, i -> random.nextInt(6) == 0 ? null : random.nextLong(1000));
    return Arrays.asList(values);
  }

  private static List<List<Object>> expected(List<List<Object>> rows, boolean outer) {
    List<List<Object>> all = new ArrayList<>();
    for (List<Object> row : rows) {
      List<?> a = row.get(1) == null ? List.of() : (List<?>) row.get(1);
      List<?> b = row.get(2) == null ? List.of() : (List<?>) row.get(2);
      int longest = Math.max(a.size(), b.size());
      for (int i = 0; i < longest; i++) {
        all.add(
            row(
                row.getFirst(),
                i < a.size() ? a.get(i) : null,
                i < b.size() ? b.get(i) : null,
                i + 1L));
      }
      if (longest == 0 && outer) {
        all.add(row(row.getFirst(), null, null, null));
      }
    }
    return all;
  }

  private static Map<List<Object>, Long> counted(List<List<Object>> rows) {
    return rows.stream().collect(Collectors.groupingBy(row -> row, Collectors.counting()));
  }

  @Test
  void elementsComeBesideWhatIsKept() {
    for (long seed = 0; seed < 10; seed++) {
      List<List<Object>> rows = rows(new Random(seed), 1 + (int) seed * 40);
      for (boolean outer : List.of(false, true)) {
        PhysicalPlan unnest =
            new PhysicalPlan.Unnest(fixture.table(ROWS, rows, 100), 1, true, outer, KEPT);
        assertThat(counted(fixture.run(unnest)))
            .describedAs("seed %d, outer %s", seed, outer)
            .isEqualTo(counted(expected(rows, outer)));
      }
    }
  }

  @Test
  void aListCanBeKeptBesideItsManyElements() {
    Object[] values = new Object[100_000];
    Arrays.setAll(values, i -> (long) i);
    List<List<Object>> rows = List.of(row(1L, Arrays.asList(values), Arrays.asList(values)));
    PhysicalPlan unnest =
        new PhysicalPlan.Unnest(
            fixture.table(ROWS, rows, 1),
            2,
            false,
            false,
            type("id", DataType.INT64, "a", LIST, "v", DataType.INT64));
    // A copy of the list in every row would be 80 GB.
    assertThat(fixture.run(new PhysicalPlan.Limit(unnest, 99_990, java.util.OptionalLong.empty())))
        .hasSize(10);
  }

  @Test
  void fieldsOfStructsAreColumns() {
    List<Object> pairs = Arrays.asList(Arrays.asList(1L, "a"), null, Arrays.asList(null, "b"));
    PhysicalPlan unnest =
        new PhysicalPlan.Unnest(
            fixture.table(
                type("id", DataType.INT64, "p", new DataType.ListType(PAIR, true)),
                List.of(row(7L, pairs), row(8L, null)),
                10),
            1,
            false,
            false,
            type("id", DataType.INT64, "x", DataType.INT64, "y", DataType.VARCHAR));
    assertThat(fixture.run(unnest))
        .containsExactly(row(7L, 1L, "a"), row(7L, null, null), row(7L, null, "b"));
  }
}
