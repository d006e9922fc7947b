package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.Comparison.Operator;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Literal;
import org.jspecify.annotations.Nullable;

/// A column of whole numbers (dates, times, decimals of 64 bits) between two constants: rows are
/// selected straight from the column's memory. Where the column is something else, and for values
/// instead of selections, the condition that it stands for is evaluated.
final class RangeNode extends Node {
  /// Of a dictionary, each of which is compared once.
  private static final int MAX_ENTRIES = 1 << 16;

  private final int column;
  private final long low;
  private final long high;
  private final Node condition;

  /// The dictionary that `within` tells of, kept so that nothing else comes to its place.
  private @Nullable FlatVector known;

  /// By code: 1 = in the range.
  private byte[] within = {};

  private int passed;

  private RangeNode(int column, long low, long high, Node condition) {
    super(DataType.BOOLEAN);
    this.column = column;
    this.low = low;
    this.high = high;
    this.condition = condition;
  }

  /// The comparison as a range; null where it is none.
  ///
  /// @param condition the comparison, compiled
  static @Nullable RangeNode of(Comparison comparison, Node condition) {
    Operator operator = comparison.operator();
    if (comparison.left() instanceof InputRef ref
        && comparison.right() instanceof Literal literal) {
      return of(ref, operator, literal, condition);
    }
    if (comparison.right() instanceof InputRef ref
        && comparison.left() instanceof Literal literal) {
      return of(ref, mirrored(operator), literal, condition);
    }
    return null;
  }

  private static Operator mirrored(Operator operator) {
    return switch (operator) {
      case LESS -> Operator.GREATER;
      case LESS_OR_EQUAL -> Operator.GREATER_OR_EQUAL;
      case GREATER -> Operator.LESS;
      case GREATER_OR_EQUAL -> Operator.LESS_OR_EQUAL;
      case EQUAL, NOT_EQUAL, DISTINCT_FROM, NOT_DISTINCT_FROM -> operator;
    };
  }

  private static @Nullable RangeNode of(
      InputRef ref, Operator operator, Literal literal, Node condition) {
    boolean decimal =
        ref.type() instanceof DataType.DecimalType(int precision, int ignored)
            && precision <= LongValues.MAX_DIGITS;
    if (!decimal && (Register.kind(ref.type()) != Register.Kind.LONG || isBits(ref.type()))) {
      return null;
    }
    Long value = LongValues.of(literal, ref.type());
    if (value == null) {
      return null;
    }
    return switch (operator) {
      case EQUAL -> new RangeNode(ref.index(), value, value, condition);
      case LESS ->
          value == Long.MIN_VALUE
              ? null
              : new RangeNode(ref.index(), Long.MIN_VALUE, value - 1, condition);
      case LESS_OR_EQUAL -> new RangeNode(ref.index(), Long.MIN_VALUE, value, condition);
      case GREATER ->
          value == Long.MAX_VALUE
              ? null
              : new RangeNode(ref.index(), value + 1, Long.MAX_VALUE, condition);
      case GREATER_OR_EQUAL -> new RangeNode(ref.index(), value, Long.MAX_VALUE, condition);
      case NOT_EQUAL, DISTINCT_FROM, NOT_DISTINCT_FROM -> null;
    };
  }

  private static boolean isBits(DataType type) {
    return FlatVector.bitsPerValue(type) < Byte.SIZE;
  }

  /// Both ranges at once; null where they are of different columns.
  static @Nullable RangeNode both(Node left, Node right, Node conjunction) {
    return left instanceof RangeNode l && right instanceof RangeNode r && l.column == r.column
        ? new RangeNode(l.column, Math.max(l.low, r.low), Math.min(l.high, r.high), conjunction)
        : null;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    return condition.evaluate(batch, rows, count);
  }

  @Override
  int selectTrue(Batch batch, int @Nullable [] rows, int count, int[] to) {
    if (low <= high
        && batch.column(column) instanceof DictionaryVector coded
        && coded.dictionary().length() <= MAX_ENTRIES
        && FlatVector.bitsPerValue(coded.type()) >= Integer.SIZE) {
      return selectCoded(coded, rows, count, to);
    }
    if (!(batch.column(column) instanceof FlatVector flat)) {
      return condition.selectTrue(batch, rows, count, to);
    }
    if (low > high) {
      return 0;
    }
    int selected =
        rows == null
            ? selectAll(flat, count, low, high - low, to)
            : selectSome(flat, rows, count, low, high - low, to);
    return withoutNulls(flat, to, selected);
  }

  @Override
  int selectFalse(Batch batch, int @Nullable [] rows, int count, int[] to) {
    if (!(batch.column(column) instanceof FlatVector flat) || low > high) {
      return condition.selectFalse(batch, rows, count, to);
    }
    if (low == Long.MIN_VALUE && high == Long.MAX_VALUE) {
      return 0;
    }
    // What is not in the range is in the one from above its end round to below its beginning.
    int selected =
        rows == null
            ? selectAll(flat, count, high + 1, low - 1 - (high + 1), to)
            : selectSome(flat, rows, count, high + 1, low - 1 - (high + 1), to);
    return withoutNulls(flat, to, selected);
  }

  /// Values that are `from` or come after it by `span` at most, as unsigned numbers.
  private static int selectAll(FlatVector flat, int count, long from, long span, int[] to) {
    long data = flat.dataAddress();
    long limit = span + Long.MIN_VALUE;
    int selected = 0;
    switch ((int) FlatVector.bitsPerValue(flat.type())) {
      case 8 -> {
        for (int row = 0; row < count; row++) {
          to[selected] = row;
          selected += Memory.getByte(data + row) - from + Long.MIN_VALUE <= limit ? 1 : 0;
        }
      }
      case 16 -> {
        for (int row = 0; row < count; row++) {
          to[selected] = row;
          selected += Memory.getShort(data + 2L * row) - from + Long.MIN_VALUE <= limit ? 1 : 0;
        }
      }
      case 32 -> selected = SelectKernels.CHOSEN.range32(data, count, from, span, to);
      default -> selected = SelectKernels.CHOSEN.range64(data, count, from, span, to);
    }
    return selected;
  }

  /// @param to may be `rows`
  private static int selectSome(
      FlatVector flat, int[] rows, int count, long from, long span, int[] to) {
    long data = flat.dataAddress();
    long limit = span + Long.MIN_VALUE;
    int selected = 0;
    switch ((int) FlatVector.bitsPerValue(flat.type())) {
      case 8 -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += Memory.getByte(data + row) - from + Long.MIN_VALUE <= limit ? 1 : 0;
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += Memory.getShort(data + 2L * row) - from + Long.MIN_VALUE <= limit ? 1 : 0;
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += Memory.getInt(data + 4L * row) - from + Long.MIN_VALUE <= limit ? 1 : 0;
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += Memory.getLong(data + 8L * row) - from + Long.MIN_VALUE <= limit ? 1 : 0;
        }
      }
    }
    return selected;
  }

  private int selectCoded(DictionaryVector coded, int @Nullable [] rows, int count, int[] to) {
    FlatVector entries = coded.dictionary();
    if (!CodedRows.isSame(known, entries)) {
      int size = entries.length();
      int[] passing = new int[size];
      passed = selectAll(entries, size, low, high - low, passing);
      within = new byte[size];
      for (int i = 0; i < passed; i++) {
        within[passing[i]] = 1;
      }
      forgetDictionary();
      known = entries.retain();
    }
    return passed == 0 ? 0 : CodedRows.select(coded, within, (byte) 1, rows, count, to);
  }

  private void forgetDictionary() {
    if (known != null) {
      known.close();
      known = null;
    }
  }

  private static int withoutNulls(FlatVector flat, int[] rows, int count) {
    long validity = flat.validityAddress();
    if (validity == 0) {
      return count;
    }
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      rows[kept] = row;
      kept += Memory.bit(validity, row) ? 1 : 0;
    }
    return kept;
  }

  @Override
  void release() {
    condition.close();
    forgetDictionary();
  }
}
