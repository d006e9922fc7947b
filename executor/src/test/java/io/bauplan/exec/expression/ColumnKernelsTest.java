package io.bauplan.exec.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.fallback.Fallback;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.And;
import io.bauplan.sql.plan.Expression.Arithmetic;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Literal;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kernels over whole columns against one value at a time: ranges of a column, and arithmetic that
/// also computes rows that nobody asked for.
class ColumnKernelsTest {
  private static final DataType MONEY = new DataType.DecimalType(15, 2);
  private static final DataType LONGEST = new DataType.DecimalType(18, 4);
  private static final DataType WIDE = new DataType.DecimalType(25, 2);

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final RootAllocator allocator = new RootAllocator();
  private final ExpressionContext context =
      new ExpressionContext(
          allocator, ZoneOffset.UTC, Instant.EPOCH, Fallback.NONE, name -> {}, Map.of());

  @AfterEach
  void close() {
    allocator.close();
  }

  private static int scale(DataType type) {
    return type instanceof DataType.DecimalType decimal ? decimal.scale() : 0;
  }

  /// A value of the type, often one at the end of its numbers.
  private long value(DataType type) {
    int bits = (int) FlatVector.bitsPerValue(type);
    long most = bits >= 64 ? Long.MAX_VALUE : (1L << bits - 1) - 1;
    if (type instanceof DataType.DecimalType(int precision, int ignored)) {
      most = Int128.longPowerOfTen(Math.min(18, precision)) - 1;
    }
    return switch (random.nextInt(10)) {
      case 0 -> most - random.nextInt(3);
      case 1 -> type instanceof DataType.DecimalType ? -most : -most - 1;
      default -> random.nextInt(100) - 50;
    };
  }

  private Object literal(DataType type, long value) {
    return type instanceof DataType.DecimalType
        ? BigDecimal.valueOf(value, scale(type))
        : (Object) value;
  }

  private Long[] values(DataType type, int count, boolean nulls) {
    Long[] values = new Long[count];
    for (int i = 0; i < count; i++) {
      values[i] = nulls && random.nextInt(5) == 0 ? null : Long.valueOf(value(type));
    }
    return values;
  }

  private Vector vector(DataType type, Long[] values) {
    return FlatVector.bitsPerValue(type) >= Integer.SIZE && random.nextInt(3) == 0
        ? coded(type, values)
        : flat(type, values);
  }

  /// Values as codes of a dictionary that may have many more.
  private DictionaryVector coded(DataType type, Long[] values) {
    Map<Long, Integer> codes = new LinkedHashMap<>();
    for (int i = 0; i < (random.nextBoolean() ? 3 : 700); i++) {
      codes.putIfAbsent((long) i - 1000, codes.size());
    }
    for (Long value : values) {
      if (value != null) {
        codes.putIfAbsent(value, codes.size());
      }
    }
    int codeBytes = codes.size() <= 256 && random.nextBoolean() ? 1 : random.nextBoolean() ? 2 : 4;
    int rows = values.length;
    ArrowBuf validity = Gather.zeroed(allocator, rows + 7 >>> 3);
    ArrowBuf data = Gather.zeroed(allocator, (long) rows * codeBytes);
    boolean nulls = false;
    for (int row = 0; row < rows; row++) {
      Long value = values[row];
      nulls |= value == null;
      if (value == null) {
        continue;
      }
      Memory.setBit(validity.memoryAddress(), row);
      long address = data.memoryAddress() + (long) row * codeBytes;
      int code = codes.get(value);
      switch (codeBytes) {
        case 1 -> Memory.putByte(address, (byte) code);
        case 2 -> Memory.putShort(address, (short) code);
        default -> Memory.putInt(address, code);
      }
    }
    if (!nulls) {
      validity.close();
    }
    return new DictionaryVector(
        rows,
        codeBytes,
        nulls ? validity : null,
        data,
        flat(type, codes.keySet().toArray(Long[]::new)));
  }

  private FlatVector flat(DataType type, Long[] values) {
    try (VectorBuilder builder = new VectorBuilder(type, values.length, allocator)) {
      for (Long value : values) {
        builder.appendValue(value == null ? null : literal(type, value));
      }
      return builder.build();
    }
  }

  private Batch batch(List<Vector> columns, int length) {
    Batch batch = new Batch(columns, length);
    if (random.nextInt(3) == 0) {
      return batch;
    }
    int share = random.nextBoolean() ? 2 : 20;
    int[] rows = new int[length];
    int count = 0;
    for (int row = 0; row < length; row++) {
      if (random.nextInt(share) > 0) {
        rows[count++] = row;
      }
    }
    return batch.withSelection(rows, count);
  }

  private static List<Integer> rows(Batch batch) {
    List<Integer> rows = new ArrayList<>();
    int[] selection = batch.selection();
    for (int i = 0; i < batch.rowCount(); i++) {
      rows.add(selection == null ? i : selection[i]);
    }
    return rows;
  }

  private Comparison comparison(DataType type, long constant) {
    Comparison.Operator[] operators = Comparison.Operator.values();
    Comparison.Operator operator = operators[random.nextInt(operators.length)];
    Expression column = new InputRef(0, type, true);
    Expression literal = new Literal(literal(type, constant), type);
    return random.nextBoolean()
        ? new Comparison(operator, column, literal)
        : new Comparison(operator, literal, column);
  }

  /// Three-valued.
  private static Boolean holds(Comparison comparison, Long value, long constant) {
    boolean mirrored = comparison.left() instanceof Literal;
    boolean equal = value != null && value == constant;
    if (value == null) {
      return switch (comparison.operator()) {
        case DISTINCT_FROM -> true;
        case NOT_DISTINCT_FROM -> false;
        default -> null;
      };
    }
    int order = mirrored ? Long.compare(constant, value) : Long.compare(value, constant);
    return switch (comparison.operator()) {
      case EQUAL, NOT_DISTINCT_FROM -> equal;
      case NOT_EQUAL, DISTINCT_FROM -> !equal;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
    };
  }

  private static Boolean and(Boolean left, Boolean right) {
    return Boolean.FALSE.equals(left) || Boolean.FALSE.equals(right)
        ? Boolean.FALSE
        : left == null || right == null ? null : Boolean.TRUE;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4096})
  void selectsRangesAsSingleComparisonsDo(int length) {
    List<DataType> types =
        List.of(
            new DataType.IntegerType(8),
            new DataType.IntegerType(16),
            DataType.INT32,
            DataType.INT64,
            DataType.DATE,
            MONEY,
            LONGEST,
            WIDE);
    for (int round = 0; round < (length > 100 ? 60 : 400); round++) {
      DataType type = types.get(random.nextInt(types.size()));
      Long[] values = values(type, length, random.nextBoolean());
      Vector vector = vector(type, values);
      if (random.nextInt(6) == 0) {
        Vector whole = vector;
        vector = new ConstantVector((flat(type, new Long[] {values[0]})), length);
        whole.close();
        java.util.Arrays.fill(values, values[0]);
      }
      long first = value(type);
      long second = value(type);
      Comparison left = comparison(type, first);
      Comparison right = comparison(type, second);
      boolean both = random.nextBoolean();
      Expression condition = both ? new And(List.of(left, right)) : left;
      try (Batch batch = batch(List.of(vector), length);
          Predicate predicate = Predicate.compile(condition, context)) {
        List<Integer> isTrue = new ArrayList<>();
        List<Integer> isFalse = new ArrayList<>();
        for (int row : rows(batch)) {
          Boolean holds = holds(left, values[row], first);
          holds = both ? and(holds, holds(right, values[row], second)) : holds;
          if (holds != null) {
            (holds ? isTrue : isFalse).add(row);
          }
        }
        int[] to = new int[length];
        int count = predicate.select(batch, to);
        assertThat(list(to, count)).as("seed " + seed + " " + condition).isEqualTo(isTrue);
        count = predicate.selectFalse(batch, to);
        assertThat(list(to, count)).as("seed " + seed + " not " + condition).isEqualTo(isFalse);
      }
    }
  }

  private static List<Integer> list(int[] rows, int count) {
    return java.util.Arrays.stream(rows, 0, count).boxed().toList();
  }

  /// Values at the end of the numbers are often too large together: an error where a row is asked
  /// for, nothing where it is not.
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4096})
  void computesDecimalsAsBigDecimalDoes(int length) {
    Arithmetic.Operator[] operators = {
      Arithmetic.Operator.ADD, Arithmetic.Operator.SUBTRACT, Arithmetic.Operator.MULTIPLY
    };
    int errors = 0;
    for (int round = 0; round < (length > 100 ? 80 : 600); round++) {
      Arithmetic.Operator operator = operators[random.nextInt(3)];
      DataType type = random.nextBoolean() ? MONEY : LONGEST;
      DataType.DecimalType result =
          new DataType.DecimalType(
              random.nextInt(12, 39),
              operator == Arithmetic.Operator.MULTIPLY ? 2 * scale(type) : scale(type));
      boolean nulls = random.nextInt(3) == 0;
      Long[] left = values(type, length, nulls);
      Long[] right = values(type, length, nulls);
      boolean small = random.nextBoolean();
      Expression first = new InputRef(0, type, true);
      if (random.nextInt(3) == 0) {
        // 1 - x, as prices are discounted.
        BigDecimal one = BigDecimal.valueOf(random.nextInt(3));
        java.util.Arrays.fill(left, one.setScale(scale(type)).unscaledValue().longValueExact());
        first = new Literal(one, new DataType.DecimalType(1, 0));
        result =
            operator == Arithmetic.Operator.MULTIPLY
                ? new DataType.DecimalType(result.precision(), scale(type))
                : result;
      }
      Expression sum = new Arithmetic(operator, first, new InputRef(1, type, true), result);
      if (small) {
        // So that most batches are free of errors.
        shrink(left, first instanceof Literal);
        shrink(right, false);
      }
      errors += check(operator, sum, result, type, left, right, length);
    }
    assertThat(errors).isGreaterThan(0);
  }

  private void shrink(Long[] values, boolean constant) {
    for (int i = 0; i < values.length && !constant; i++) {
      if (values[i] != null && random.nextInt(5000) > 0) {
        values[i] %= 1000;
      }
    }
  }

  /// Whether it was an error.
  private int check(
      Arithmetic.Operator operator,
      Expression expression,
      DataType.DecimalType result,
      DataType type,
      Long[] left,
      Long[] right,
      int length) {
    try (Batch batch = batch(List.of(vector(type, left), vector(type, right)), length);
        Projector projector = Projector.compile(List.of(expression), context)) {
      BigInteger limit = Int128.powerOfTen(result.precision());
      boolean error = false;
      for (int row : rows(batch)) {
        BigInteger exact = exact(operator, left[row], right[row], type, result);
        error |= exact != null && exact.abs().compareTo(limit) >= 0;
      }
      if (error) {
        assertThatThrownBy(() -> projector.evaluate(0, batch))
            .as("seed " + seed)
            .isInstanceOf(EngineException.class);
        return 1;
      }
      Register values = projector.evaluate(0, batch);
      for (int row : rows(batch)) {
        BigInteger exact = exact(operator, left[row], right[row], type, result);
        assertThat(values.isNull(row) ? null : values.unscaled(row))
            .as("seed " + seed + " " + expression + " row " + row)
            .isEqualTo(exact);
      }
      return 0;
    }
  }

  private static BigInteger exact(
      Arithmetic.Operator operator,
      Long left,
      Long right,
      DataType type,
      DataType.DecimalType result) {
    if (left == null || right == null) {
      return null;
    }
    BigDecimal l = BigDecimal.valueOf(left, scale(type));
    BigDecimal r = BigDecimal.valueOf(right, scale(type));
    BigDecimal exact =
        switch (operator) {
          case ADD -> l.add(r);
          case SUBTRACT -> l.subtract(r);
          default -> l.multiply(r);
        };
    return exact.setScale(result.scale()).unscaledValue();
  }

  @Test
  void dividesByZeroOnlyWhereAsked() {
    DataType.DecimalType result = new DataType.DecimalType(18, 2);
    Expression quotient =
        new Arithmetic(
            Arithmetic.Operator.DIVIDE,
            new InputRef(0, MONEY, true),
            new InputRef(1, MONEY, true),
            result);
    Vector left = vector(MONEY, new Long[] {100L, 200L, 300L, 400L, 500L});
    Vector right = vector(MONEY, new Long[] {100L, 0L, 100L, 100L, 100L});
    try (Batch batch = new Batch(List.of(left, right), 5).withSelection(new int[] {0, 2, 3, 4}, 4);
        Projector projector = Projector.compile(List.of(quotient), context)) {
      assertThat(projector.evaluate(0, batch).decimal(4)).isEqualByComparingTo("5");
    }
  }
}
