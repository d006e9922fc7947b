package io.bauplan.exec.operator;

import static io.bauplan.exec.operator.PlanFixture.type;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random tables through operators and through a naive reference.
class RandomPlansTest {
  private static final DataType MONEY = new DataType.DecimalType(20, 3);
  private static final RowType TABLE =
      type(
          "i", DataType.INT32,
          "l", DataType.INT64,
          "s", DataType.VARCHAR,
          "d", MONEY,
          "f", DataType.FLOAT64,
          "b", DataType.BOOLEAN);

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private Random random;
  private PlanFixture fixture;

  @BeforeEach
  void open() {
    System.out.println("RandomPlansTest: -Dtest.seed=" + seed);
    random = new Random(seed);
    fixture = newFixture();
  }

  PlanFixture newFixture() {
    return new PlanFixture();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private List<List<Object>> rows(int count, int range) {
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          Arrays.asList(
              nullable((long) random.nextInt(range)),
              nullable(
                  random.nextInt(10) == 0
                      ? Long.MAX_VALUE - random.nextInt(3)
                      : (long) random.nextInt(range)),
              nullable("value-".substring(0, random.nextInt(7)) + random.nextInt(range)),
              nullable(
                  random.nextInt(10) == 0
                      ? new BigDecimal("12345678901234567.891")
                      : BigDecimal.valueOf(random.nextInt(range) - range / 2, 3)),
              nullable(random.nextInt(range) / 4.0),
              nullable(random.nextBoolean())));
    }
    return rows;
  }

  private Object nullable(Object value) {
    return random.nextInt(8) == 0 ? null : value;
  }

  private static InputRef ref(RowType type, int index) {
    return new InputRef(index, type.type(index), true);
  }

  private static RowType both(RowType left, RowType right) {
    List<Column> columns = new ArrayList<>(left.columns());
    columns.addAll(right.columns());
    return new RowType(columns);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4096})
  void joinsAsNestedLoopsDo(int batchRows) {
    for (JoinKind kind : JoinKind.values()) {
      for (int round = 0; round < 10; round++) {
        List<List<Object>> left = rows(random.nextInt(120), 12);
        List<List<Object>> right = rows(random.nextInt(80), 12);
        if (round % 5 == 3) {
          makeUnique(right, 0, random.nextInt(3) + 1);
        }
        List<Integer> keys =
            switch (round % 5) {
              case 0, 3 -> List.of(0);
              case 1 -> List.of(2);
              case 2 -> List.of(3, 5);
              // Too wide a range for a slot per number.
              default -> List.of(1);
            };
        List<Boolean> nullSafe = keys.stream().map(k -> random.nextInt(4) == 0).toList();
        boolean residual = round >= 5 && kind != JoinKind.MARK;
        checkJoin(kind, left, right, keys, nullSafe, residual, batchRows);
      }
    }
  }

  /// Numbers a column, but for its NULLs.
  private static void makeUnique(List<List<Object>> rows, int column, int step) {
    for (int r = 0; r < rows.size(); r++) {
      if (rows.get(r).get(column) != null) {
        rows.get(r).set(column, (long) r * step);
      }
    }
  }

  private void checkJoin(
      JoinKind kind,
      List<List<Object>> left,
      List<List<Object>> right,
      List<Integer> keys,
      List<Boolean> nullSafe,
      boolean residual,
      int batchRows) {
    RowType output =
        switch (kind) {
          case SEMI, ANTI, RIGHT_SEMI, RIGHT_ANTI -> TABLE;
          case MARK -> both(TABLE, type("matched", DataType.BOOLEAN));
          default -> both(TABLE, TABLE);
        };
    Optional<Expression> condition =
        residual
            ? Optional.of(
                new Comparison(
                    Comparison.Operator.LESS,
                    new InputRef(4, DataType.FLOAT64, true),
                    new InputRef(6 + 4, DataType.FLOAT64, true)))
            : Optional.empty();
    PhysicalPlan join =
        new PhysicalPlan.HashJoin(
            fixture.table(TABLE, left, batchRows),
            fixture.table(TABLE, right, batchRows),
            kind,
            keys,
            keys,
            nullSafe,
            condition,
            output,
            10);
    List<List<Object>> expected = new ArrayList<>();
    boolean[] rightMatched = new boolean[right.size()];
    for (List<Object> l : left) {
      boolean matched = false;
      boolean unknown = false;
      for (int r = 0; r < right.size(); r++) {
        List<Object> candidate = right.get(r);
        Boolean equal = keysEqual(l, candidate, keys, nullSafe);
        if (residual
            && !(l.get(4) != null
                && candidate.get(4) != null
                && (Double) l.get(4) < (Double) candidate.get(4))) {
          continue;
        }
        if (equal == null) {
          unknown = true;
        } else if (equal) {
          matched = true;
          rightMatched[r] = true;
          if (output.size() == 12) {
            expected.add(concat(l, candidate));
          }
        }
      }
      switch (kind) {
        case LEFT, FULL -> {
          if (!matched) {
            expected.add(concat(l, Arrays.asList(new Object[6])));
          }
        }
        case SEMI -> {
          if (matched) {
            expected.add(l);
          }
        }
        case ANTI -> {
          if (!matched) {
            expected.add(l);
          }
        }
        case MARK ->
            expected.add(
                concat(
                    l,
                    Arrays.asList(
                        (Object) (matched ? Boolean.TRUE : unknown ? null : Boolean.FALSE))));
        default -> {}
      }
    }
    if (kind == JoinKind.RIGHT || kind == JoinKind.FULL) {
      for (int r = 0; r < right.size(); r++) {
        if (!rightMatched[r]) {
          expected.add(concat(Arrays.asList(new Object[6]), right.get(r)));
        }
      }
    }
    if (kind == JoinKind.RIGHT_SEMI || kind == JoinKind.RIGHT_ANTI) {
      for (int r = 0; r < right.size(); r++) {
        if (rightMatched[r] == (kind == JoinKind.RIGHT_SEMI)) {
          expected.add(right.get(r));
        }
      }
    }
    assertThat(bag(fixture.run(join)))
        .as(kind + " keys " + keys + " nullSafe " + nullSafe + " residual " + residual)
        .isEqualTo(bag(expected));
  }

  private static Boolean keysEqual(
      List<Object> left, List<Object> right, List<Integer> keys, List<Boolean> nullSafe) {
    boolean unknown = false;
    for (int k = 0; k < keys.size(); k++) {
      Object l = left.get(keys.get(k));
      Object r = right.get(keys.get(k));
      if (nullSafe.get(k)) {
        if (!Objects.equals(l, r)) {
          return false;
        }
      } else if (l == null || r == null) {
        unknown = true;
      } else if (!l.equals(r)) {
        return false;
      }
    }
    return unknown ? null : true;
  }

  private static List<Object> concat(List<Object> left, List<Object> right) {
    List<Object> row = new ArrayList<>(left);
    row.addAll(right);
    return row;
  }

  private static Map<List<Object>, Integer> bag(List<List<Object>> rows) {
    Map<List<Object>, Integer> bag = new HashMap<>();
    rows.forEach(row -> bag.merge(new ArrayList<>(row), 1, Integer::sum));
    return bag;
  }

  private static AggregateCall call(
      String function, boolean distinct, int filter, DataType output, Integer... arguments) {
    return new AggregateCall(
        function,
        distinct,
        List.of(arguments),
        filter < 0 ? OptionalInt.empty() : OptionalInt.of(filter),
        List.of(),
        new Column(function, output, true));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4096})
  void groupsAsMapsDo(int batchRows) {
    DataType sum = new DataType.DecimalType(38, 3);
    for (int count : new int[] {0, 1, batchRows == 4096 ? 12_000 : 120}) {
      for (List<Integer> keys :
          List.of(List.<Integer>of(), List.of(0), List.of(2), List.of(3, 5), List.of(1, 4, 2))) {
        List<List<Object>> rows = rows(count, count > 1000 ? 40_000 : 9);
        List<AggregateCall> calls =
            List.of(
                call("count", false, -1, DataType.INT64),
                call("count", false, -1, DataType.INT64, 0),
                call("count", true, -1, DataType.INT64, 2),
                call("sum", false, -1, sum, 3),
                call("sum", true, 5, DataType.INT64, 0),
                call("min", false, -1, DataType.VARCHAR, 2),
                call("max", false, 5, MONEY, 3),
                call("max", false, -1, DataType.FLOAT64, 4));
        List<Column> columns = new ArrayList<>();
        keys.forEach(key -> columns.add(TABLE.column(key)));
        calls.forEach(call -> columns.add(call.output()));
        List<Integer> set = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
          set.add(i);
        }
        PhysicalPlan aggregate =
            new PhysicalPlan.Aggregate(
                fixture.table(TABLE, rows, batchRows),
                keys,
                List.of(set),
                calls,
                new RowType(columns),
                10);
        assertThat(bag(fixture.run(aggregate)))
            .as("keys " + keys + " of " + count + " rows")
            .isEqualTo(bag(reference(rows, keys)));
      }
    }
  }

  private static List<List<Object>> reference(List<List<Object>> rows, List<Integer> keys) {
    Map<List<Object>, List<List<Object>>> groups = new LinkedHashMap<>();
    if (keys.isEmpty()) {
      groups.put(List.of(), new ArrayList<>());
    }
    for (List<Object> row : rows) {
      List<Object> key = new ArrayList<>();
      keys.forEach(k -> key.add(row.get(k)));
      groups.computeIfAbsent(key, ignored -> new ArrayList<>()).add(row);
    }
    List<List<Object>> result = new ArrayList<>();
    groups.forEach(
        (key, members) -> {
          long countI = members.stream().filter(r -> r.get(0) != null).count();
          HashSet<Object> distinct = new HashSet<>();
          BigDecimal sum = null;
          HashSet<Long> distinctSum = new HashSet<>();
          String min = null;
          BigDecimal max = null;
          Double maxFloat = null;
          for (List<Object> row : members) {
            if (row.get(2) != null) {
              distinct.add(row.get(2));
              min =
                  min == null || ((String) row.get(2)).compareTo(min) < 0
                      ? (String) row.get(2)
                      : min;
            }
            BigDecimal decimal = (BigDecimal) row.get(3);
            if (decimal != null) {
              sum = sum == null ? decimal : sum.add(decimal);
              if (Boolean.TRUE.equals(row.get(5))) {
                max = max == null || decimal.compareTo(max) > 0 ? decimal : max;
              }
            }
            if (Boolean.TRUE.equals(row.get(5)) && row.get(0) != null) {
              distinctSum.add((Long) row.get(0));
            }
            if (row.get(4) != null) {
              maxFloat =
                  maxFloat == null ? (Double) row.get(4) : Math.max(maxFloat, (Double) row.get(4));
            }
          }
          List<Object> out = new ArrayList<>(key);
          out.add((long) members.size());
          out.add(countI);
          out.add((long) distinct.size());
          out.add(sum);
          out.add(
              distinctSum.isEmpty() ? null : distinctSum.stream().mapToLong(Long::longValue).sum());
          out.add(min);
          out.add(max);
          out.add(maxFloat);
          result.add(out);
        });
    return result;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4096})
  void sortsAsComparatorsDo(int batchRows) {
    for (int round = 0; round < 12; round++) {
      int count = batchRows == 4096 && round == 4 ? 20_000 : random.nextInt(400);
      List<List<Object>> rows = rows(count, round % 2 == 0 ? 20 : 100_000);
      List<SortKey> keys = new ArrayList<>();
      for (int k = 0; k <= random.nextInt(3); k++) {
        keys.add(new SortKey(random.nextInt(6), random.nextBoolean(), random.nextBoolean()));
      }
      OptionalLong fetch =
          random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextInt(50));
      long offset = random.nextInt(10);
      PhysicalPlan sort =
          new PhysicalPlan.Sort(fixture.table(TABLE, rows, batchRows), keys, offset, fetch);
      List<List<Object>> expected = new ArrayList<>(rows);
      expected.sort(comparator(keys));
      int from = (int) Math.min(offset, expected.size());
      int end = (int) Math.min(expected.size(), from + fetch.orElse(Long.MAX_VALUE / 2));
      List<List<Object>> actual = fixture.run(sort);
      // Rows that the keys do not tell apart may come in any order.
      assertThat(keysOf(actual, keys)).isEqualTo(keysOf(expected.subList(from, end), keys));
      assertThat(bag(rows).keySet().containsAll(bag(actual).keySet())).isTrue();
    }
  }

  private static List<List<Object>> keysOf(List<List<Object>> rows, List<SortKey> keys) {
    return rows.stream()
        .map(
            row ->
                keys.stream().map(key -> String.valueOf(row.get(key.column()))).toList().toString())
        .map(text -> List.<Object>of(text))
        .toList();
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Comparator<List<Object>> comparator(List<SortKey> keys) {
    return (l, r) -> {
      for (SortKey key : keys) {
        Comparable a = (Comparable) l.get(key.column());
        Comparable b = (Comparable) r.get(key.column());
        if (a == null || b == null) {
          if (a != b) {
            return (a == null) == key.nullsFirst() ? -1 : 1;
          }
          continue;
        }
        int comparison = a.compareTo(b);
        if (comparison != 0) {
          return key.ascending() ? comparison : -comparison;
        }
      }
      return 0;
    };
  }
}
