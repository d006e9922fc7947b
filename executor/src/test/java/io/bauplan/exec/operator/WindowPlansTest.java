package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Window.Bound;
import io.bauplan.sql.plan.PhysicalPlan.Window.Exclusion;
import io.bauplan.sql.plan.PhysicalPlan.Window.Frame;
import io.bauplan.sql.plan.PhysicalPlan.Window.Group;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every window function over every kind of frame, against its definition.
class WindowPlansTest {
  private static final DataType MONEY = new DataType.DecimalType(20, 3);
  private static final DataType SUM = new DataType.DecimalType(38, 3);
  private static final DataType MEAN = new DataType.DecimalType(38, 6);
  private static final DataType SHORT = new DataType.DecimalType(10, 1);
  private static final RowType TABLE =
      type(
          "id", DataType.INT64,
          "i", DataType.INT32,
          "s", DataType.VARCHAR,
          "d", MONEY,
          "f", DataType.FLOAT64,
          "b", DataType.BOOLEAN,
          "n", DataType.INT32,
          "e", SHORT);
  private static final int N = 6;

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  PlanFixture newFixture(int threads) {
    return new PlanFixture(
        threads, io.bauplan.exec.fallback.Fallback.NONE, PlanFixture.noFunctions());
  }

  void check(PlanFixture fixture) {
    assertThat(fixture.figures.spilledBytes()).isZero();
  }

  /// Whether rows come in the order of the table.
  boolean keepsOrder(int threads) {
    return threads == 1;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void computesWhatTheDefinitionSays(int threads) {
    System.out.println("WindowPlansTest: -Dtest.seed=" + seed);
    try (PlanFixture fixture = newFixture(threads)) {
      for (int round = 0; round < 30; round++) {
        List<List<Object>> rows = rows(round == 0 ? 0 : 1 + random.nextInt(90));
        List<Group> groups = new ArrayList<>();
        RowType output = TABLE;
        for (int g = 0; g <= random.nextInt(3); g++) {
          groups.add(group(keepsOrder(threads)));
          output = with(output, groups.getLast().calls());
        }
        PhysicalPlan table = fixture.table(TABLE, rows, 1 + random.nextInt(60));
        check(rows, groups, fixture.run(new PhysicalPlan.Window(table, groups, output)));
        if (!rows.isEmpty()) {
          check(fixture);
        }
      }
    }
  }

  private static RowType with(RowType before, List<WindowCall> calls) {
    List<Column> columns = new ArrayList<>(before.columns());
    calls.forEach(call -> columns.add(call.output()));
    return new RowType(columns);
  }

  private void check(List<List<Object>> rows, List<Group> groups, List<List<Object>> result) {
    assertThat(result).hasSameSizeAs(rows);
    for (List<Object> made : result) {
      List<Object> row = rows.get(((Long) made.getFirst()).intValue());
      assertThat(made.subList(0, TABLE.size())).isEqualTo(row);
      int column = TABLE.size();
      for (Group group : groups) {
        for (WindowCall call : group.calls()) {
          Object expected = new NaiveWindow(rows, group).value(call, row);
          Object actual = made.get(column++);
          String what = "row %s of %s, %s".formatted(row, call, group);
          if (expected instanceof Double real && actual instanceof Double computed) {
            assertThat(computed).as(what).isCloseTo(real, within(1e-9 * (1 + Math.abs(real))));
          } else {
            assertThat(actual).as(what).isEqualTo(expected);
          }
        }
      }
    }
  }

  private List<List<Object>> rows(int count) {
    int range = 2 + random.nextInt(30);
    boolean wide = random.nextBoolean();
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          Arrays.asList(
              (long) i,
              nullable((long) random.nextInt(range) - range / 2),
              nullable("value-".substring(0, random.nextInt(7)) + random.nextInt(range)),
              nullable(
                  wide && random.nextInt(5) == 0
                      ? new BigDecimal("12345678901234567.891")
                      : BigDecimal.valueOf(random.nextInt(range) - range / 2, 3)),
              nullable(random.nextInt(range) / 4.0),
              nullable(random.nextBoolean()),
              (long) random.nextInt(5),
              nullable(BigDecimal.valueOf(random.nextInt(range * 10) - range, 1))));
    }
    return rows;
  }

  private Object nullable(Object value) {
    return random.nextInt(6) == 0 ? null : value;
  }

  private Group group(boolean keepsOrder) {
    List<Integer> partitionBy = new ArrayList<>();
    for (int column : new int[] {1, 2, 3, 4, 5}) {
      if (random.nextInt(4) == 0) {
        partitionBy.add(column);
      }
    }
    boolean rows = random.nextBoolean();
    Bound lower = bound(true, rows);
    Bound upper = bound(false, rows);
    boolean oneKey = !rows && (lower.offset().isPresent() || upper.offset().isPresent());
    List<SortKey> orderBy = new ArrayList<>();
    int keys = oneKey ? 1 : random.nextInt(4);
    int[] numbers = {1, 3, 4, 6, 7};
    for (int k = 0; k < keys; k++) {
      int column = oneKey ? numbers[random.nextInt(numbers.length)] : 1 + random.nextInt(7);
      orderBy.add(new SortKey(column, random.nextBoolean(), random.nextBoolean()));
    }
    // What depends on the order of rows that are alike is compared where there is one.
    boolean unique = !keepsOrder && !oneKey;
    if (unique) {
      orderBy.add(new SortKey(0, true, true));
    }
    Exclusion exclusion = Exclusion.values()[random.nextInt(Exclusion.values().length)];
    boolean tiesMatter = oneKey && !keepsOrder;
    List<WindowCall> calls = new ArrayList<>();
    for (int c = 0; c < 6; c++) {
      calls.add(tiesMatter ? aggregate(c) : random.nextBoolean() ? aggregate(c) : navigation(c));
    }
    Exclusion kept = tiesMatter && exclusion == Exclusion.TIES ? Exclusion.GROUP : exclusion;
    return new Group(partitionBy, orderBy, new Frame(rows, lower, upper, kept), calls);
  }

  private Bound bound(boolean lower, boolean rows) {
    Bound.Kind kind =
        Bound.Kind.values()[random.nextInt(Bound.Kind.values().length - 1) + (lower ? 0 : 1)];
    if (kind != Bound.Kind.PRECEDING && kind != Bound.Kind.FOLLOWING) {
      return new Bound(kind, Optional.empty());
    }
    Expression offset =
        switch (random.nextInt(3)) {
          case 0 -> ref(N);
          case 1 -> literal((long) random.nextInt(rows ? 70 : 6), DataType.INT64);
          default ->
              rows
                  ? literal((long) random.nextInt(4), DataType.INT64)
                  : literal(new BigDecimal("1.5"), SHORT);
        };
    return new Bound(kind, Optional.of(offset));
  }

  private static InputRef ref(int column) {
    return new InputRef(column, TABLE.type(column), true);
  }

  private static Literal literal(Object value, DataType type) {
    return new Literal(value, type);
  }

  private WindowCall navigation(int number) {
    int column = random.nextInt(TABLE.size());
    DataType type = TABLE.type(column);
    Expression few = literal((long) random.nextInt(3), DataType.INT64);
    Expression some = literal(1L + random.nextInt(4), DataType.INT64);
    return switch (random.nextInt(14)) {
      case 0 -> call(number, "row_number", DataType.INT64);
      case 1 -> call(number, "rank", DataType.INT64);
      case 2 -> call(number, "dense_rank", DataType.INT64);
      case 3 -> call(number, "percent_rank", DataType.FLOAT64);
      case 4 -> call(number, "cume_dist", DataType.FLOAT64);
      case 5 -> call(number, "ntile", DataType.INT64, some);
      case 6 -> call(number, "lag", type, ref(column));
      case 7 -> call(number, "lead", type, ref(column), ref(N));
      case 8 -> call(number, "lag", type, ref(column), few, ref(column));
      case 9 ->
          call(number, "lead", DataType.VARCHAR, ref(2), some, literal("none", DataType.VARCHAR));
      case 10, 11 -> call(number, "first_value", type, ref(column));
      case 12 -> call(number, "last_value", type, ref(column));
      default -> call(number, "nth_value", type, ref(column), some);
    };
  }

  private WindowCall aggregate(int number) {
    int column = random.nextInt(TABLE.size());
    DataType type = TABLE.type(column);
    return switch (random.nextInt(23)) {
      case 0 -> call(number, "count", DataType.INT64);
      case 1 -> call(number, "count", DataType.INT64, ref(column));
      case 2 -> call(number, "sum", DataType.INT64, ref(1));
      case 3 -> call(number, "sum0", DataType.INT64, ref(1));
      case 4 -> call(number, "sum", SUM, ref(3));
      case 5 -> call(number, "sum", DataType.FLOAT64, ref(4));
      case 6 -> call(number, "avg", DataType.FLOAT64, ref(1));
      case 7 -> call(number, "avg", MEAN, ref(3));
      case 8 -> call(number, "avg", DataType.FLOAT64, ref(4));
      case 9 -> call(number, "avg", DataType.INT32, ref(1));
      case 10, 11 -> call(number, "min", type, ref(column));
      case 12, 13 -> call(number, "max", type, ref(column));
      case 14 -> call(number, "var_pop", DataType.FLOAT64, ref(1));
      case 15 -> call(number, "stddev_samp", DataType.FLOAT64, ref(4));
      case 18 -> call(number, "covar_pop", DataType.FLOAT64, ref(1), ref(7));
      case 19 -> call(number, "regr_avgy", DataType.FLOAT64, ref(4), ref(7));
      case 20 -> call(number, "bit_xor", DataType.INT32, ref(1));
      case 21 -> call(number, "count_if", DataType.INT64, ref(5));
      case 22 -> call(number, "arg_max", DataType.VARCHAR, ref(2), ref(0));
      case 16 ->
          call(number, random.nextBoolean() ? "bool_and" : "bool_or", DataType.BOOLEAN, ref(5));
      default ->
          new WindowCall(
              "count",
              true,
              false,
              List.of(ref(2)),
              new Column("c" + number, DataType.INT64, true));
    };
  }

  private WindowCall call(int number, String function, DataType type, Expression... arguments) {
    boolean navigates = function.startsWith("l") || function.endsWith("_value");
    return new WindowCall(
        function,
        false,
        navigates && random.nextInt(3) == 0,
        List.of(arguments),
        new Column("c" + number, type, true));
  }
}
