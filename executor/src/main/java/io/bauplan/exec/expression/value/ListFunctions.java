package io.bauplan.exec.expression.value;

import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.expression.Errors;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lists: parts, sums, series.
final class ListFunctions {
  /// A series in one value may not be longer.
  private static final long MAX_ELEMENTS = 10_000_000;

  private static final long MICROS_PER_DAY = 86_400_000_000L;

  private ListFunctions() {}

  static @Nullable ValueFunction find(String function, List<DataType> types, DataType result) {
    ValueFunction found =
        switch (function) {
          case "list_sum" -> in -> sum(list(in[0]), result);
          case "list_avg" -> in -> average(list(in[0]));
          case "list_slice" ->
              in ->
                  in[0] instanceof String text
                      ? slice(text, in.length > 1 ? in[1] : 1L, in[2])
                      : slice(list(in[0]), (Long) in[1], (Long) in[2]);
          case "slice" -> in -> window(list(in[0]), (Long) in[1], (Long) in[2]);
          case "flatten_list" -> in -> flatten(list(in[0]));
          case "list_repeat" -> null;
          case "list_element" -> in -> element(in[0], in[1]);
          case "list_remove" -> in -> list(in[0]).stream().filter(v -> !same(v, in[1])).toList();
          case "reverse" -> in -> reversed(list(in[0]));
          case "shuffle" -> in -> shuffled(list(in[0]));
          case "list_any" -> in -> any(list(in[0]), true);
          case "list_all" -> in -> any(list(in[0]), false);
          case "array_compact" -> in -> list(in[0]).stream().filter(v -> v != null).toList();
          case "sequence" -> in -> sequence(in, types, true);
          case "range_list" -> in -> sequence(in, types, false);
          case "list_has_any" ->
              in -> list(in[0]).stream().anyMatch(v -> v != null && has(list(in[1]), v));
          case "list_has_all" ->
              in -> list(in[1]).stream().allMatch(v -> v != null && has(list(in[0]), v));
          default -> null;
        };
    if (found != null) {
      return found.strict();
    }
    return switch (function) {
      case "array_contains_value" -> ListFunctions::contains;
      case "list_repeat" ->
          in -> in[1] == null ? null : Collections.nCopies(sized(number(in[1])), in[0]);
      case "list_slice_open" -> in -> in[0] == null ? null : open(in);
      case "list_zip" -> ListFunctions::zip;
      case "list_join" -> ListFunctions::join;
      default -> null;
    };
  }

  static List<?> list(@Nullable Object value) {
    return (List<?>) java.util.Objects.requireNonNull(value);
  }

  /// Whether one element is `decisive`, three-valued; the other truth value where none is.
  private static @Nullable Object any(List<?> list, boolean decisive) {
    boolean unknown = false;
    for (Object value : list) {
      if (value == null) {
        unknown = true;
      } else if ((Boolean) value == decisive) {
        return decisive;
      }
    }
    return unknown ? null : !decisive;
  }

  static boolean same(@Nullable Object left, @Nullable Object right) {
    if (left == null || right == null) {
      return left == right;
    }
    if (left instanceof Number l
        && right instanceof Number r
        && left.getClass() != right.getClass()) {
      if (!Double.isFinite(l.doubleValue()) || !Double.isFinite(r.doubleValue())) {
        // Not a number, or infinite: no decimal is.
        return Double.compare(l.doubleValue(), r.doubleValue()) == 0;
      }
      return new BigDecimal(l.toString()).compareTo(new BigDecimal(r.toString())) == 0;
    }
    return left instanceof BigDecimal l && right instanceof BigDecimal r
        ? l.compareTo(r) == 0
        : left instanceof byte[] l && right instanceof byte[] r
            ? Arrays.equals(l, r)
            : left.equals(right);
  }

  private static boolean has(List<?> list, Object value) {
    return list.stream().anyMatch(element -> same(element, value));
  }

  /// `(list, value)`, or Snowflake's `(value, list)`, or texts.
  private static @Nullable Object contains(@Nullable Object[] in) {
    if (in[0] == null || in[1] == null) {
      return null;
    }
    if (in[0] instanceof String text && in[1] instanceof String part) {
      return text.contains(part);
    }
    return in[0] instanceof List<?> list ? has(list, in[1]) : has(list(in[1]), in[0]);
  }

  private static BigDecimal decimal(Object value) {
    try {
      return new BigDecimal(value.toString());
    } catch (NumberFormatException e) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH,
          "list_sum needs numbers, not \"" + value + "\"",
          null,
          "Cast the elements first: list_transform(l, x -> CAST(x AS DOUBLE)).",
          e);
    }
  }

  private static @Nullable Object sum(List<?> list, DataType result) {
    BigDecimal sum = BigDecimal.ZERO;
    double floats = 0;
    boolean any = false;
    for (Object value : list) {
      if (value != null) {
        any = true;
        if (value instanceof Double number) {
          floats += number;
        } else {
          sum = sum.add(decimal(value));
        }
      }
    }
    if (!any) {
      return null;
    }
    return switch (result) {
      case DataType.FloatType ignored -> floats;
      case DataType.IntegerType ignored -> sum.longValueExact();
      default -> sum;
    };
  }

  private static @Nullable Object average(List<?> list) {
    double sum = 0;
    int count = 0;
    for (Object value : list) {
      if (value != null) {
        sum += ((Number) value).doubleValue();
        count++;
      }
    }
    return count == 0 ? null : sum / count;
  }

  /// From 1, both ends included; negative positions count from the end.
  private static List<?> slice(List<?> list, long from, long to) {
    int size = list.size();
    long first = Math.max(from < 0 ? size + from + 1 : from, 1);
    long last = Math.min(to < 0 ? size + to + 1 : to, size);
    return first > last ? List.of() : list.subList((int) first - 1, (int) last);
  }

  private static String slice(String text, @Nullable Object from, @Nullable Object to) {
    int[] points = text.codePoints().toArray();
    List<Integer> all = Arrays.stream(points).boxed().toList();
    StringBuilder part = new StringBuilder();
    for (Object point : slice(all, number(from), number(to))) {
      part.appendCodePoint((Integer) point);
    }
    return part.toString();
  }

  private static long number(@Nullable Object value) {
    return (Long) java.util.Objects.requireNonNull(value);
  }

  /// `x[a:b]`, of which an end may be missing (NULL).
  private static Object open(@Nullable Object[] in) {
    Object from = in[1] == null ? 1L : in[1];
    Object to = in[2] == null ? -1L : in[2];
    return in[0] instanceof String text
        ? slice(text, from, to)
        : slice(list(in[0]), number(from), number(to));
  }

  /// `count` elements from `start`, which counts from 1, or from the end where negative.
  private static List<?> window(List<?> list, long start, long count) {
    if (start == 0 || count < 0) {
      throw Errors.invalidArgument("SLICE counts elements from 1, and takes no fewer than none");
    }
    long first = start > 0 ? start : list.size() + start + 1;
    if (first < 1 || first > list.size()) {
      return List.of();
    }
    return list.subList((int) first - 1, (int) Math.min(list.size(), first - 1 + count));
  }

  private static List<?> flatten(List<?> lists) {
    List<@Nullable Object> flat = new ArrayList<>();
    for (Object inner : lists) {
      if (inner != null) {
        flat.addAll((List<?>) inner);
      }
    }
    return flat;
  }

  private static @Nullable Object element(@Nullable Object container, @Nullable Object key) {
    if (container instanceof java.util.Map<?, ?> map) {
      return map.entrySet().stream()
          .filter(entry -> same(entry.getKey(), key))
          .findFirst()
          .map(java.util.Map.Entry::getValue)
          .orElse(null);
    }
    List<?> list = list(container);
    long at = number(key) < 0 ? list.size() + number(key) : number(key) - 1;
    return at < 0 || at >= list.size() ? null : list.get((int) at);
  }

  private static Object reversed(List<?> list) {
    List<?> copy = new ArrayList<>(list);
    Collections.reverse(copy);
    return copy;
  }

  private static Object shuffled(List<?> list) {
    List<?> copy = new ArrayList<>(list);
    Collections.shuffle(copy);
    return copy;
  }

  private static @Nullable Object zip(@Nullable Object[] in) {
    int longest = 0;
    for (Object list : in) {
      if (list == null) {
        return null;
      }
      longest = Math.max(longest, ((List<?>) list).size());
    }
    List<Object> rows = new ArrayList<>();
    for (int i = 0; i < longest; i++) {
      List<@Nullable Object> row = new ArrayList<>();
      for (Object list : in) {
        List<?> values = list(list);
        row.add(i < values.size() ? values.get(i) : null);
      }
      rows.add(row);
    }
    return rows;
  }

  /// NULL elements are left out, unless the third argument stands for them.
  private static @Nullable Object join(@Nullable Object[] in) {
    if (in[0] == null || in[1] == null) {
      return null;
    }
    List<String> parts = new ArrayList<>();
    for (Object value : list(in[0])) {
      if (value != null) {
        parts.add(TextFunctions.text(value));
      } else if (in.length > 2 && in[2] != null) {
        parts.add((String) in[2]);
      }
    }
    return String.join((String) in[1], parts);
  }

  private static Object sequence(@Nullable Object[] in, List<DataType> types, boolean included) {
    if (in.length > 2 && types.get(2) instanceof DataType.IntervalYearMonthType) {
      return months(number(in[0]), number(in[1]), number(in[2]), types.getFirst(), included);
    }
    long unit = 1;
    long from = in.length == 1 ? 0 : number(in[0]);
    long to = in.length == 1 ? number(in[0]) : number(in[1]);
    if (in.length > 2
        && types.get(2) instanceof DataType.IntervalDayTimeType
        && types.getFirst() instanceof DataType.DateType) {
      unit = MICROS_PER_DAY;
    }
    long step = in.length > 2 ? number(in[2]) / unit : from <= to || !included ? 1 : -1;
    if (types.getFirst() instanceof DataType.TimestampType && in.length == 2) {
      step *= MICROS_PER_DAY;
    }
    if (step == 0) {
      throw Errors.invalidArgument("a series needs a step other than 0");
    }
    List<Object> values = new ArrayList<>();
    long last = included ? to : step > 0 ? to - 1 : to + 1;
    for (long value = from; step > 0 ? value <= last : value >= last; value += step) {
      values.add(value);
      checkSize(values.size());
      if (step > 0 ? value > Long.MAX_VALUE - step : value < Long.MIN_VALUE - step) {
        break;
      }
    }
    return values;
  }

  private static Object months(long from, long to, long step, DataType type, boolean included) {
    boolean date = type instanceof DataType.DateType;
    long unit = date ? 1 : MICROS_PER_DAY;
    LocalDate first = LocalDate.ofEpochDay(Math.floorDiv(from, unit));
    List<Object> values = new ArrayList<>();
    if (step == 0) {
      throw Errors.invalidArgument("a series needs a step other than 0");
    }
    for (int i = 0; ; i++) {
      long value = first.plusMonths(i * step).toEpochDay() * unit + Math.floorMod(from, unit);
      boolean past = step > 0 ? value > to : value < to;
      if (past || (!included && value == to)) {
        return values;
      }
      values.add(value);
      checkSize(values.size());
    }
  }

  private static int sized(long size) {
    checkSize(size);
    return (int) Math.max(size, 0);
  }

  private static void checkSize(long size) {
    if (size > MAX_ELEMENTS) {
      throw Errors.invalidArgument(
          "a list made in one value has at most "
              + MAX_ELEMENTS
              + " elements; use it in FROM for longer ones");
    }
  }

  /// Elements in SQL's order, for sets.
  static int compare(Object left, Object right) {
    return CellValue.compare(left, right);
  }
}
