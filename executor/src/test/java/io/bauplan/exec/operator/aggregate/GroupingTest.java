package io.bauplan.exec.operator.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.expression.Bytes;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.operator.PlanFixture;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The quick ways to a row's group (a slot per key, codes of dictionaries, runs) against a map.
class GroupingTest {
  private static final DataType MONEY = new DataType.DecimalType(15, 2);
  private static final RowType TYPE =
      new RowType(
          List.of(
              new Column("a", DataType.VARCHAR, true),
              new Column("b", DataType.VARCHAR, true),
              new Column("v", DataType.INT64, true),
              new Column("d", DataType.FLOAT64, true)));

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final RootAllocator allocator = new RootAllocator();

  @AfterEach
  void close() {
    allocator.close();
  }

  /// Keys that are close, that spread out, that jump, at both ends of the numbers, with NULLs late.
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4096})
  void numbersKeysAsAMapDoes(int batchRows) {
    for (int round = 0; round < 12; round++) {
      try (GroupTable table =
          new GroupTable(List.of(DataType.INT64), allocator, round % 2 == 0 ? 0 : 100_000)) {
        Map<Long, Integer> expected = new HashMap<>();
        long base =
            switch (round % 4) {
              case 0 -> 1;
              case 1 -> Long.MIN_VALUE;
              case 2 -> Long.MAX_VALUE - 5_000;
              default -> -70_000;
            };
        long range = round < 4 ? 300 : 5_000;
        int batches = batchRows == 4096 ? 12 : 200;
        for (int b = 0; b < batches; b++) {
          long jump = round >= 8 && b > batches / 2 ? 1L << random.nextInt(40) : 0;
          boolean nulls = round % 3 == 2 && b > batches * 3 / 4;
          check(table, expected, base, jump, range, batchRows, nulls);
        }
        assertThat(table.size()).as("seed " + seed).isEqualTo(expected.size());
        expected.forEach(
            (key, group) -> assertThat(key == null || table.key(0).longs[group] == key).isTrue());
      }
    }
  }

  private void check(
      GroupTable table,
      Map<Long, Integer> expected,
      long base,
      long jump,
      long range,
      int batchRows,
      boolean nulls) {
    Register keys = new Register(DataType.INT64);
    keys.reset(batchRows);
    int[] rows = random.nextBoolean() ? null : new int[batchRows];
    int count = 0;
    for (int row = 0; row < batchRows; row++) {
      long offset = (long) (random.nextDouble() * range);
      keys.longs[row] =
          base > Long.MAX_VALUE - 10_000 ? base + offset % 5_000 : base + jump + offset;
      if (nulls && random.nextInt(5) == 0) {
        keys.setNull(row, batchRows);
      }
      if (rows != null && random.nextInt(3) > 0) {
        rows[count++] = row;
      }
    }
    count = rows == null ? batchRows : count;
    int[] groups = new int[count];
    table.lookup(new Register[] {keys}, rows, count, groups);
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      Long key = keys.isNull(row) ? null : keys.longs[row];
      Integer known = expected.putIfAbsent(key, groups[i]);
      assertThat(groups[i]).as("seed " + seed).isEqualTo(known == null ? groups[i] : known);
    }
    assertThat(table.size()).isEqualTo(expected.size());
  }

  /// Hashes are made of numbers alone, until strings turn out to differ where numbers do not.
  @ParameterizedTest
  @ValueSource(ints = {3, 500, 1_000_000_000})
  void groupsStringsBesideNumbersAsAMapDoes(int numbers) {
    try (GroupTable table =
            new GroupTable(List.of(DataType.INT64, DataType.VARCHAR), allocator, 0);
        FlatVector dictionary = dictionary(400, 0)) {
      Map<List<Object>, Integer> expected = new HashMap<>();
      for (int b = 0; b < 6; b++) {
        Register number = new Register(DataType.INT64);
        number.reset(Vector.BATCH_ROWS);
        Register text = new Register(DataType.VARCHAR);
        List<List<Object>> keys = new ArrayList<>();
        try (DictionaryVector codes = codes(dictionary, Vector.BATCH_ROWS, b % 2 == 1)) {
          RegisterLoader.load(codes, text, null, Vector.BATCH_ROWS, Vector.BATCH_ROWS);
          for (int row = 0; row < Vector.BATCH_ROWS; row++) {
            number.longs[row] = random.nextInt(numbers);
            keys.add(
                Arrays.asList(
                    number.longs[row],
                    text.isNull(row) ? null : Bytes.string(text.longs[row], text.lengths[row])));
          }
          int[] groups = new int[Vector.BATCH_ROWS];
          table.lookup(new Register[] {number, text}, null, groups.length, groups);
          for (int row = 0; row < groups.length; row++) {
            Integer known = expected.putIfAbsent(keys.get(row), groups[row]);
            assertThat(groups[row])
                .as("seed " + seed)
                .isEqualTo(known == null ? groups[row] : known);
          }
        }
      }
      assertThat(table.size()).isEqualTo(expected.size());
      // So many numbers tell nearly all groups apart; so few do not.
      assertThat(table.hashesAllKeys()).isEqualTo(numbers < 1_000_000_000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 500, 4096})
  void groupsCodesAsStrings(int batchRows) {
    for (int entries : new int[] {1, 3, 40, 400}) {
      PhysicalPlan.Aggregate node = aggregate();
      try (PartialAggregation coded = new PartialAggregation(node, null, allocator);
          PartialAggregation plain = new PartialAggregation(node, null, allocator)) {
        for (int b = 0; b < 12; b++) {
          // As from one row group: batches share dictionaries.
          try (FlatVector first = dictionary(entries, b / 3);
              FlatVector second = dictionary(Math.min(entries, 3), b / 4)) {
            List<Vector> columns = new ArrayList<>();
            columns.add(codes(first, batchRows, b % 2 == 1));
            columns.add(codes(second, batchRows, b % 3 == 1));
            columns.add(numbers(DataType.INT64, batchRows));
            columns.add(numbers(DataType.FLOAT64, batchRows));
            Batch batch = selected(new Batch(columns, batchRows));
            plain.add(flat(batch));
            coded.add(batch);
          }
        }
        assertThat(rows(coded)).as("seed " + seed).isEqualTo(rows(plain));
      }
    }
  }

  /// Keys that are all new at first, so that rows become groups of their own, and come as codes
  /// then: there is nothing to look codes up in any more.
  @Test
  void groupsCodesAfterRowsOfTheirOwn() {
    PhysicalPlan.Aggregate node = aggregate();
    try (PartialAggregation appending = new PartialAggregation(node, null, allocator, true);
        PartialAggregation plain = new PartialAggregation(node, null, allocator);
        PartialAggregation merged = new PartialAggregation(node, null, allocator)) {
      for (int b = 0; b < 12; b++) {
        boolean coded = b >= 8;
        try (FlatVector first = dictionary(coded ? 40 : Vector.BATCH_ROWS, b * Vector.BATCH_ROWS);
            FlatVector second = dictionary(3, 0)) {
          List<Vector> columns = new ArrayList<>();
          columns.add(coded ? codes(first, Vector.BATCH_ROWS, true) : unique(b));
          columns.add(codes(second, Vector.BATCH_ROWS, false));
          columns.add(numbers(DataType.INT64, Vector.BATCH_ROWS));
          columns.add(numbers(DataType.FLOAT64, Vector.BATCH_ROWS));
          Batch batch = new Batch(columns, Vector.BATCH_ROWS);
          plain.add(flat(batch));
          appending.add(batch);
        }
      }
      assertThat(appending.hasRepeatedGroups()).isTrue();
      merged.mergeAll(appending);
      assertThat(rows(merged)).as("seed " + seed).isEqualTo(rows(plain));
    }
  }

  private FlatVector unique(int batch) {
    try (VectorBuilder builder =
        new VectorBuilder(DataType.VARCHAR, Vector.BATCH_ROWS, allocator)) {
      for (int i = 0; i < Vector.BATCH_ROWS; i++) {
        builder.appendValue("key " + (batch * Vector.BATCH_ROWS + i));
      }
      return builder.build();
    }
  }

  private static PhysicalPlan.Aggregate aggregate() {
    DataType sum = new DataType.DecimalType(38, 0);
    List<AggregateCall> calls =
        List.of(
            call("count", DataType.INT64),
            call("count", DataType.INT64, 2),
            call("sum", sum, 2),
            call("avg", DataType.FLOAT64, 2),
            call("sum", DataType.FLOAT64, 3),
            call("max", DataType.INT64, 2));
    List<Column> columns = new ArrayList<>(TYPE.columns().subList(0, 2));
    calls.forEach(call -> columns.add(call.output()));
    return new PhysicalPlan.Aggregate(
        new PhysicalPlan.Values(TYPE, List.of()),
        List.of(0, 1),
        List.of(List.of(0, 1)),
        calls,
        new RowType(columns),
        1);
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

  private FlatVector dictionary(int entries, int version) {
    try (VectorBuilder builder = new VectorBuilder(DataType.VARCHAR, entries, allocator)) {
      for (int i = 0; i < entries; i++) {
        builder.appendValue("entry " + (i + version) % (entries + 1));
      }
      return builder.build();
    }
  }

  private DictionaryVector codes(FlatVector dictionary, int count, boolean nulls) {
    int width =
        random.nextInt(3) == 0 ? 4 : dictionary.length() > 255 || random.nextBoolean() ? 2 : 1;
    ArrowBuf codes = Gather.zeroed(allocator, (long) count * width);
    ArrowBuf validity = nulls ? Gather.zeroed(allocator, (count + 7) / 8) : null;
    for (int i = 0; i < count; i++) {
      int code = random.nextInt(dictionary.length());
      boolean isNull = nulls && random.nextInt(4) == 0;
      for (int b = 0; b < width && !isNull; b++) {
        Memory.putByte(codes.memoryAddress() + (long) i * width + b, (byte) (code >>> 8 * b));
      }
      if (validity != null && !isNull) {
        Memory.setBit(validity.memoryAddress(), i);
      }
    }
    return new DictionaryVector(count, width, validity, codes, dictionary.retain());
  }

  private FlatVector numbers(DataType type, int count) {
    boolean nulls = random.nextBoolean();
    try (VectorBuilder builder = new VectorBuilder(type, count, allocator)) {
      for (int i = 0; i < count; i++) {
        if (nulls && random.nextInt(6) == 0) {
          builder.appendNull();
        } else if (type.equals(DataType.FLOAT64)) {
          builder.appendDouble((random.nextInt(1000) - 500));
        } else {
          builder.appendLong(random.nextLong() >> random.nextInt(63));
        }
      }
      return builder.build();
    }
  }

  private Batch selected(Batch batch) {
    if (random.nextBoolean()) {
      return batch;
    }
    int[] rows = new int[batch.vectorLength()];
    int count = 0;
    for (int row = 0; row < rows.length; row++) {
      if (random.nextInt(5) > 0) {
        rows[count++] = row;
      }
    }
    return batch.withSelection(rows, count);
  }

  /// Borrows the batch.
  private Batch flat(Batch batch) {
    List<Vector> columns = new ArrayList<>();
    batch.columns().forEach(column -> columns.add(column.flatten(allocator)));
    int[] selection = batch.selection();
    return new Batch(
        columns,
        batch.vectorLength(),
        selection == null ? null : selection.clone(),
        batch.rowCount());
  }

  private static Map<List<Object>, List<Object>> rows(PartialAggregation aggregation) {
    Map<List<Object>, List<Object>> rows = new HashMap<>();
    for (int start = 0; start < aggregation.size(); start += Vector.BATCH_ROWS) {
      int count = Math.min(Vector.BATCH_ROWS, aggregation.size() - start);
      try (Batch batch = aggregation.output(start, count)) {
        for (List<Object> row : PlanFixture.rows(batch)) {
          assertThat(rows.put(row.subList(0, 2), row.subList(2, row.size()))).isNull();
        }
      }
    }
    return rows;
  }

  @Test
  void sumsRunsAsSingleRows() {
    for (boolean nulls : new boolean[] {false, true}) {
      SumAccumulator runs =
          new SumAccumulator(SumAccumulator.Result.SUM, MONEY, new DataType.DecimalType(38, 2));
      runs.grow(2);
      Register values = new Register(MONEY);
      values.reset(4096);
      BigDecimal expected = BigDecimal.ZERO;
      int[] rows = new int[4096];
      for (int row = 0; row < rows.length; row++) {
        rows[row] = row;
        values.longs[row] = random.nextLong() >> random.nextInt(64);
        if (nulls && random.nextInt(3) == 0) {
          values.setNull(row, rows.length);
        } else {
          expected = expected.add(BigDecimal.valueOf(values.longs[row], 2));
        }
      }
      runs.addRun(1, new Register[] {values}, rows, 0, 1000);
      runs.addRun(1, new Register[] {values}, rows, 1000, 4096);
      Register result = new Register(new DataType.DecimalType(38, 2));
      result.reset(1);
      runs.output(1, 1, result);
      assertThat(result.decimal(0)).as("seed " + seed).isEqualByComparingTo(expected);
    }
  }
}
