package io.bauplan.exec.operator.window;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan.Window.Bound;
import io.bauplan.sql.plan.PhysicalPlan.Window.Frame;
import io.bauplan.sql.plan.SortKey;
import java.math.BigDecimal;

/// Where the frames of a span's rows begin and end, before EXCLUDE, by position. Both stay within
/// the row's partition; a frame whose begin is not before its end is empty.
final class Frames {
  private final int[] begins;
  private final int[] ends;

  private Frames(int[] begins, int[] ends) {
    this.begins = begins;
    this.ends = ends;
  }

  static Frames of(Span span) {
    Frame frame = span.group().frame();
    return new Frames(
        bounds(span, frame.lower(), frame.rows(), true),
        bounds(span, frame.upper(), frame.rows(), false));
  }

  int[] begins() {
    return begins;
  }

  int[] ends() {
    return ends;
  }

  private static int[] bounds(Span span, Bound bound, boolean rows, boolean lower) {
    return switch (bound.kind()) {
      case UNBOUNDED_PRECEDING -> span.begins();
      case UNBOUNDED_FOLLOWING -> span.ends();
      case CURRENT_ROW -> {
        if (!rows) {
          yield lower ? span.peerBegins() : span.peerEnds();
        }
        int[] bounds = new int[span.size()];
        for (int i = 0; i < bounds.length; i++) {
          bounds[i] = lower ? i : i + 1;
        }
        yield bounds;
      }
      case PRECEDING, FOLLOWING -> {
        boolean forward = bound.kind() == Bound.Kind.FOLLOWING;
        yield rows
            ? rowBounds(span, bound, forward, lower)
            : rangeBounds(span, bound, forward, lower);
      }
    };
  }

  private static int[] rowBounds(Span span, Bound bound, boolean forward, boolean lower) {
    Offset offset = new Offset(span.input(), bound);
    int[] bounds = new int[span.size()];
    for (int i = 0; i < bounds.length; i++) {
      long by = offset.rows(span.rows()[i]);
      long to = (forward ? i + by : i - by) + (lower ? 0 : 1);
      bounds[i] = (int) Math.clamp(to, span.begins()[i], span.ends()[i]);
    }
    return bounds;
  }

  private static int[] rangeBounds(Span span, Bound bound, boolean forward, boolean lower) {
    Offset offset = new Offset(span.input(), bound);
    if (span.group().orderBy().isEmpty()) {
      // The planner left a constant key out: every row has the current row's.
      int[] bounds = new int[span.size()];
      for (int i = 0; i < bounds.length; i++) {
        boolean beyond = offset.value(span.rows()[i]).signum() > 0 && forward == lower;
        bounds[i] = beyond == lower ? span.ends()[i] : span.begins()[i];
      }
      return bounds;
    }
    if (span.group().orderBy().size() != 1) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT, "RANGE with an offset needs exactly one ORDER BY key");
    }
    SortKey key = span.group().orderBy().getFirst();
    RangeSearch search =
        RangeSearch.of(span.input().column(key.column()), key, offset, forward, lower);
    int[] bounds = new int[span.size()];
    int[] rows = span.rows();
    int position = 0;
    while (position < bounds.length) {
      int end = span.ends()[position];
      // Keys that are NULL lie at one end of the partition.
      int first = position;
      int last = end;
      while (first < last && search.isNull(rows[first])) {
        first++;
      }
      while (last > first && search.isNull(rows[last - 1])) {
        last--;
      }
      int hint = first;
      for (int i = position; i < end; i++) {
        // Rows whose key is NULL or endless have their peers for a frame.
        if (search.hasNoNeighbours(rows[i])) {
          bounds[i] = lower ? span.peerBegins()[i] : span.peerEnds()[i];
        } else {
          hint = search.find(rows, first, last, hint, rows[i]);
          bounds[i] = hint;
        }
      }
      position = end;
    }
    return bounds;
  }

  /// The offset of a bound, constant or by row.
  static final class Offset {
    private final Register values;
    private final boolean constant;
    private final long constantRows;

    Offset(WindowRows input, Bound bound) {
      Expression expression = bound.offset().orElseThrow();
      if (!(expression instanceof Expression.InputRef)
          && !(expression instanceof Expression.Literal)) {
        throw new EngineException(
            ErrorCode.NOT_SUPPORTED, "a window frame's offset must be a constant or a column");
      }
      this.values = input.register(expression);
      this.constant = expression instanceof Expression.Literal;
      this.constantRows = constant && input.count() > 0 ? toRows(value(0)) : 0;
    }

    boolean isConstant() {
      return constant;
    }

    BigDecimal value(int row) {
      if (values.isNull(row)) {
        throw wrong();
      }
      BigDecimal value =
          switch (values.kind) {
            case LONG -> BigDecimal.valueOf(values.longs[row]);
            case DOUBLE -> BigDecimal.valueOf(values.doubles[row]);
            case DECIMAL -> values.decimal(row);
            case BYTES, NESTED -> throw notANumber();
          };
      if (value.signum() < 0) {
        throw wrong();
      }
      return value;
    }

    long rows(int row) {
      return constant ? constantRows : toRows(value(row));
    }

    private static long toRows(BigDecimal value) {
      return value.min(BigDecimal.valueOf(Integer.MAX_VALUE)).longValue();
    }

    private static EngineException wrong() {
      return new EngineException(
          ErrorCode.INVALID_ARGUMENT, "a window frame's offset must not be NULL or negative");
    }
  }

  static EngineException notANumber() {
    return new EngineException(
        ErrorCode.TYPE_MISMATCH, "RANGE with an offset needs a number, date or time to order by");
  }
}
