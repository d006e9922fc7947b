package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.scan.parquet.SchemaNode.Logical;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expressions;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Decides from statistics which row groups, and which pages of them, cannot hold a row that
/// satisfies a filter. Only comparisons of a column with a literal count; whatever else is in the
/// filter may match.
final class RowGroupFilter {
  /// Of longer lists one is nearly always taken to be there.
  private static final int MAX_HASHED_VALUES = 200;

  private final List<RowGroupReader.Wanted> columns;
  private final Optional<Expression> filter;

  RowGroupFilter(List<RowGroupReader.Wanted> columns, Optional<Expression> filter) {
    this.columns = columns;
    this.filter = filter;
  }

  /// Leaf columns of the file that the filter is over, outside of lists.
  List<SchemaNode> leaves() {
    List<SchemaNode> leaves = new ArrayList<>();
    filter.ifPresent(
        expression ->
            Expressions.inputColumns(expression).stream()
                .mapToObj(this::leaf)
                .forEach(
                    leaf -> {
                      if (leaf != null) {
                        leaves.add(leaf);
                      }
                    }));
    return leaves;
  }

  /// The rows of a group in pages that may match.
  ///
  /// @param pages by leaf, as far as they are known
  RowRuns rows(Footer.RowGroup group, Map<Integer, PageBounds> pages) {
    RowRuns all = RowRuns.of(0, group.rowCount());
    return filter.isEmpty() ? all : rows(filter.get(), all, pages);
  }

  private RowRuns rows(Expression expression, RowRuns all, Map<Integer, PageBounds> pages) {
    return switch (expression) {
      case Expression.And(List<Expression> operands) -> {
        RowRuns left = all;
        for (Expression operand : operands) {
          left = left.and(rows(operand, all, pages));
        }
        yield left;
      }
      case Expression.Or(List<Expression> operands) -> {
        RowRuns any = RowRuns.NONE;
        for (Expression operand : operands) {
          any = any.or(rows(operand, all, pages));
        }
        yield any;
      }
      case Expression.Comparison(
              Expression.Comparison.Operator operator,
              Expression left,
              Expression right) -> {
        if (left instanceof Expression.InputRef ref
            && right instanceof Expression.Literal literal) {
          yield compared(operator, ref.index(), literal, all, pages);
        }
        if (right instanceof Expression.InputRef ref
            && left instanceof Expression.Literal literal) {
          yield compared(mirror(operator), ref.index(), literal, all, pages);
        }
        yield all;
      }
      case Expression.InList(
              Expression operand,
              List<Expression.Literal> values,
              boolean negated) ->
          negated || !(operand instanceof Expression.InputRef ref)
              ? all
              : listed(ref.index(), values, all, pages);
      case Expression.Is(Expression.Is.Test test, Expression operand) -> {
        PageBounds bounds =
            operand instanceof Expression.InputRef ref ? bounds(ref.index(), pages) : null;
        yield bounds == null
            ? all
            : chosen(bounds, page -> mayBe(test, bounds.statistics(page), bounds.rows(page)));
      }
      default -> all;
    };
  }

  /// Asks a leaf column whether it may have a value with one of the hashes.
  interface Hashes {
    boolean mayHaveAny(SchemaNode leaf, List<Long> hashes);
  }

  /// Whether some row may have the values that the filter wants to be equal to columns.
  boolean mayEqual(Hashes hashes) {
    return filter.isEmpty() || mayEqual(filter.get(), hashes);
  }

  private boolean mayEqual(Expression expression, Hashes hashes) {
    return switch (expression) {
      case Expression.And(List<Expression> operands) ->
          operands.stream().allMatch(operand -> mayEqual(operand, hashes));
      case Expression.Or(List<Expression> operands) ->
          operands.stream().anyMatch(operand -> mayEqual(operand, hashes));
      case Expression.Comparison(
              Expression.Comparison.Operator operator,
              Expression left,
              Expression right)
          when operator == Expression.Comparison.Operator.EQUAL -> {
        if (left instanceof Expression.InputRef ref
            && right instanceof Expression.Literal literal) {
          yield mayHave(ref.index(), List.of(literal), hashes);
        }
        if (right instanceof Expression.InputRef ref
            && left instanceof Expression.Literal literal) {
          yield mayHave(ref.index(), List.of(literal), hashes);
        }
        yield true;
      }
      case Expression.InList(
              Expression operand,
              List<Expression.Literal> values,
              boolean negated) ->
          negated
              || !(operand instanceof Expression.InputRef ref)
              || mayHave(ref.index(), values, hashes);
      default -> true;
    };
  }

  private boolean mayHave(int column, List<Expression.Literal> values, Hashes hashes) {
    SchemaNode leaf = leaf(column);
    if (leaf == null || values.size() > MAX_HASHED_VALUES) {
      return true;
    }
    List<Long> wanted = new ArrayList<>();
    for (Expression.Literal literal : values) {
      Object value = literal.value();
      if (value == null) {
        continue;
      }
      List<Long> each = PlainValues.hashes(value, columns.get(column).type(), leaf);
      if (each == null) {
        return true;
      }
      wanted.addAll(each);
    }
    return hashes.mayHaveAny(leaf, wanted);
  }

  private @Nullable PageBounds bounds(int column, Map<Integer, PageBounds> pages) {
    SchemaNode leaf = leaf(column);
    return leaf == null ? null : pages.get(leaf.leaf());
  }

  private static RowRuns chosen(PageBounds bounds, IntPredicate mayMatch) {
    RowRuns.Builder runs = new RowRuns.Builder();
    PageTable pages = bounds.pages();
    for (int page = 0; page < pages.size(); page++) {
      if (mayMatch.test(page)) {
        runs.add(pages.firstRows()[page], pages.endRow(page));
      }
    }
    return runs.build();
  }

  private RowRuns compared(
      Expression.Comparison.Operator operator,
      int column,
      Expression.Literal literal,
      RowRuns all,
      Map<Integer, PageBounds> pages) {
    SchemaNode leaf = leaf(column);
    PageBounds bounds = bounds(column, pages);
    Object value = literal.value();
    if (leaf == null || bounds == null || value == null) {
      return all;
    }
    Object wanted = comparable(value, columns.get(column).type(), leaf);
    return chosen(
        bounds,
        page -> mayCompare(operator, leaf, wanted, bounds.statistics(page), bounds.rows(page)));
  }

  /// Pages within whose bounds one of the values is: the least one that is not below them.
  private RowRuns listed(
      int column, List<Expression.Literal> values, RowRuns all, Map<Integer, PageBounds> pages) {
    SchemaNode leaf = leaf(column);
    PageBounds bounds = bounds(column, pages);
    if (leaf == null || bounds == null) {
      return all;
    }
    List<Object> wanted = new ArrayList<>();
    for (Expression.Literal literal : values) {
      Object value = literal.value();
      if (value == null) {
        continue;
      }
      Object each = comparable(value, columns.get(column).type(), leaf);
      if (each == null) {
        return all;
      }
      wanted.add(each);
    }
    wanted.sort(RowGroupFilter::compare);
    return chosen(
        bounds,
        page -> {
          Footer.Statistics statistics = bounds.statistics(page);
          Object min = bound(leaf, statistics.min(), true);
          int low = 0;
          int high = wanted.size();
          while (min != null && low < high) {
            int middle = low + high >>> 1;
            if (compare(wanted.get(middle), min) < 0) {
              low = middle + 1;
            } else {
              high = middle;
            }
          }
          return low < wanted.size()
              && mayCompare(
                  Expression.Comparison.Operator.EQUAL,
                  leaf,
                  wanted.get(low),
                  statistics,
                  bounds.rows(page));
        });
  }

  boolean mayMatch(Footer.RowGroup group) {
    return filter.isEmpty() || mayMatch(filter.get(), group);
  }

  private boolean mayMatch(Expression expression, Footer.RowGroup group) {
    return switch (expression) {
      case Expression.And(List<Expression> operands) -> {
        for (Expression operand : operands) {
          if (!mayMatch(operand, group)) {
            yield false;
          }
        }
        yield true;
      }
      case Expression.Or(List<Expression> operands) -> {
        for (Expression operand : operands) {
          if (mayMatch(operand, group)) {
            yield true;
          }
        }
        yield false;
      }
      case Expression.Comparison(
              Expression.Comparison.Operator operator,
              Expression left,
              Expression right) -> {
        if (left instanceof Expression.InputRef ref
            && right instanceof Expression.Literal literal) {
          yield mayCompare(operator, ref.index(), literal, group);
        }
        if (right instanceof Expression.InputRef ref
            && left instanceof Expression.Literal literal) {
          yield mayCompare(mirror(operator), ref.index(), literal, group);
        }
        yield true;
      }
      case Expression.InList(
              Expression operand,
              List<Expression.Literal> values,
              boolean negated) -> {
        if (negated || !(operand instanceof Expression.InputRef ref)) {
          yield true;
        }
        for (Expression.Literal value : values) {
          if (mayCompare(Expression.Comparison.Operator.EQUAL, ref.index(), value, group)) {
            yield true;
          }
        }
        yield false;
      }
      case Expression.Is(Expression.Is.Test test, Expression operand) -> {
        if (!(operand instanceof Expression.InputRef ref)) {
          yield true;
        }
        Footer.Statistics statistics = statistics(ref.index(), group);
        yield statistics == null || mayBe(test, statistics, group.rowCount());
      }
      default -> true;
    };
  }

  private static boolean mayBe(
      Expression.Is.Test test, Footer.Statistics statistics, long rowCount) {
    if (statistics.nullCount().isEmpty()) {
      return true;
    }
    long nulls = statistics.nullCount().getAsLong();
    return switch (test) {
      case NULL -> nulls > 0;
      case NOT_NULL, TRUE, FALSE -> nulls < rowCount;
      case NOT_TRUE, NOT_FALSE -> true;
    };
  }

  private static Expression.Comparison.Operator mirror(Expression.Comparison.Operator operator) {
    return switch (operator) {
      case LESS -> Expression.Comparison.Operator.GREATER;
      case LESS_OR_EQUAL -> Expression.Comparison.Operator.GREATER_OR_EQUAL;
      case GREATER -> Expression.Comparison.Operator.LESS;
      case GREATER_OR_EQUAL -> Expression.Comparison.Operator.LESS_OR_EQUAL;
      case EQUAL, NOT_EQUAL, DISTINCT_FROM, NOT_DISTINCT_FROM -> operator;
    };
  }

  private @Nullable SchemaNode leaf(int column) {
    if (column < 0 || column >= columns.size()) {
      return null;
    }
    return columns.get(column).shape()
                instanceof ColumnShape.Primitive(SchemaNode leaf, boolean ignored)
            && leaf.maxRepetition() == 0
        ? leaf
        : null;
  }

  private Footer.@Nullable Statistics statistics(int column, Footer.RowGroup group) {
    SchemaNode leaf = leaf(column);
    return leaf == null ? null : group.chunks().get(leaf.leaf()).statistics();
  }

  private boolean mayCompare(
      Expression.Comparison.Operator operator,
      int column,
      Expression.Literal literal,
      Footer.RowGroup group) {
    SchemaNode leaf = leaf(column);
    Footer.Statistics statistics = statistics(column, group);
    Object value = literal.value();
    if (leaf == null || statistics == null || value == null) {
      return true;
    }
    Object wanted = comparable(value, columns.get(column).type(), leaf);
    return mayCompare(operator, leaf, wanted, statistics, group.rowCount());
  }

  /// @param wanted as `comparable` gives it
  static boolean mayCompare(
      Expression.Comparison.Operator operator,
      SchemaNode leaf,
      @Nullable Object wanted,
      Footer.Statistics statistics,
      long rowCount) {
    if (operator != Expression.Comparison.Operator.NOT_DISTINCT_FROM
        && operator != Expression.Comparison.Operator.DISTINCT_FROM
        && statistics.nullCount().isPresent()
        && statistics.nullCount().getAsLong() == rowCount) {
      return false;
    }
    if (wanted == null) {
      return true;
    }
    Object min = bound(leaf, statistics.min(), statistics.ordered());
    Object max = bound(leaf, statistics.max(), statistics.ordered());
    boolean belowMin = min != null && compare(wanted, min) < 0;
    boolean aboveMax = max != null && compare(wanted, max) > 0;
    boolean atMin = min != null && compare(wanted, min) == 0;
    boolean atMax = max != null && compare(wanted, max) == 0;
    return switch (operator) {
      case EQUAL, NOT_DISTINCT_FROM -> !belowMin && !aboveMax;
      case LESS -> !belowMin && !atMin;
      case LESS_OR_EQUAL -> !belowMin;
      case GREATER -> floating(leaf) || (!aboveMax && !atMax);
      case GREATER_OR_EQUAL -> floating(leaf) || !aboveMax;
      case NOT_EQUAL, DISTINCT_FROM -> true;
    };
  }

  /// NaN sorts above everything and is in no bound.
  private static boolean floating(SchemaNode leaf) {
    return switch (leaf.requirePhysical()) {
      case FLOAT, DOUBLE -> true;
      case FIXED -> leaf.logical() instanceof Logical.Float16;
      default -> false;
    };
  }

  /// A bound as BigDecimal, Double or byte[]; null where it says nothing.
  private static @Nullable Object bound(SchemaNode leaf, byte @Nullable [] plain, boolean ordered) {
    if (plain == null) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
    return switch (leaf.requirePhysical()) {
      case BOOLEAN, INT96 -> null;
      case INT32 -> {
        if (plain.length != 4 || unsigned(leaf)) {
          yield null;
        }
        yield number(leaf, bytes.getInt());
      }
      case INT64 -> {
        if (plain.length != 8 || unsigned(leaf)) {
          yield null;
        }
        yield number(leaf, bytes.getLong());
      }
      case FLOAT -> {
        if (plain.length != 4) {
          yield null;
        }
        float value = bytes.getFloat();
        yield Float.isNaN(value) ? null : (Object) (double) value;
      }
      case DOUBLE -> {
        if (plain.length != 8) {
          yield null;
        }
        double value = bytes.getDouble();
        yield Double.isNaN(value) ? null : (Object) value;
      }
      case BYTE_ARRAY, FIXED -> {
        if (!ordered) {
          // The old fields compared bytes as signed numbers.
          yield null;
        }
        if (leaf.logical() instanceof Logical.Decimal(int ignored, int scale)) {
          yield plain.length == 0 || plain.length > 64
              ? null
              : new BigDecimal(new BigInteger(plain), scale);
        }
        yield leaf.logical() instanceof Logical.Float16 ? null : plain;
      }
    };
  }

  private static boolean unsigned(SchemaNode leaf) {
    return leaf.logical() instanceof Logical.Int(int ignored, boolean signed) && !signed;
  }

  private static Object number(SchemaNode leaf, long value) {
    return switch (leaf.logical()) {
      case Logical.Decimal(int ignored, int scale) -> BigDecimal.valueOf(value, scale);
      case Logical.Timestamp(SchemaNode.Unit unit, boolean ignored) -> micros(unit, value);
      case Logical.Time(SchemaNode.Unit unit) -> micros(unit, value);
      default -> BigDecimal.valueOf(value);
    };
  }

  private static BigDecimal micros(SchemaNode.Unit unit, long value) {
    return switch (unit) {
      case MILLIS -> BigDecimal.valueOf(value).movePointRight(3);
      case MICROS -> BigDecimal.valueOf(value);
      case NANOS -> BigDecimal.valueOf(Math.floorDiv(value, 1000L));
    };
  }

  private static @Nullable Object comparable(Object value, DataType type, SchemaNode leaf) {
    return switch (leaf.requirePhysical()) {
      case FLOAT, DOUBLE ->
          value instanceof Number number && !Double.isNaN(number.doubleValue())
              ? (Object) number.doubleValue()
              : null;
      case BYTE_ARRAY, FIXED -> {
        if (type instanceof DataType.DecimalType) {
          yield value instanceof BigDecimal ? value : null;
        }
        if (value instanceof String text) {
          yield text.getBytes(StandardCharsets.UTF_8);
        }
        yield value instanceof byte[] ? value : null;
      }
      case INT32, INT64 -> {
        if (leaf.logical() instanceof Logical.Date && type instanceof DataType.TimestampType) {
          yield null;
        }
        if (value instanceof BigDecimal) {
          yield value;
        }
        yield value instanceof Long number ? BigDecimal.valueOf(number) : null;
      }
      case BOOLEAN, INT96 -> null;
    };
  }

  private static int compare(Object a, Object b) {
    return switch (a) {
      case BigDecimal number -> number.compareTo((BigDecimal) b);
      case Double number -> {
        double x = number;
        double y = (Double) b;
        // -0.0 and 0.0 are equal here.
        yield x < y ? -1 : x > y ? 1 : 0;
      }
      case byte[] bytes -> Arrays.compareUnsigned(bytes, (byte[]) b);
      default -> throw new IllegalStateException("a bound of " + a.getClass());
    };
  }
}
