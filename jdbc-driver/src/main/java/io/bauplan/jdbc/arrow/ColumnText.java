package io.bauplan.jdbc.arrow;

import io.bauplan.jdbc.wire.SqlErrors;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Text and bytes of a column's values. `at` is a position within the column's values.
public final class ColumnText {
  private static final int INLINE_VIEW_BYTES = 12;

  private ColumnText() {}

  /// The value as text: numbers plain, dates and times in SQL form, nested values in brackets.
  public static String string(Column column, int row) throws SQLException {
    return column.kind.isText()
        ? text(column, column.position(row))
        : render(ColumnValues.natural(column, row));
  }

  /// The bytes of a text or binary value.
  public static byte[] bytes(Column column, int row) throws SQLException {
    int at = column.position(row);
    return switch (column.kind) {
      case UTF8, BINARY, LARGE_UTF8, LARGE_BINARY, UTF8_VIEW, BINARY_VIEW, FIXED_BINARY, UUID -> {
        int length = byteLength(column, at);
        int start = byteStart(column, at);
        yield Arrays.copyOfRange(column.body, start, start + length);
      }
      default -> throw column.cannotRead("bytes");
    };
  }

  static String text(Column column, int at) throws SQLException {
    if (column.kind == Kind.UTF8) {
      int start = (int) Column.INT.get(column.body, column.offsets + (at << 2));
      int end = (int) Column.INT.get(column.body, column.offsets + (at << 2) + 4);
      check(column, start, end);
      return new String(column.body, column.data + start, end - start, StandardCharsets.UTF_8);
    }
    int length = byteLength(column, at);
    return new String(column.body, byteStart(column, at), length, StandardCharsets.UTF_8);
  }

  private static int byteStart(Column column, int at) throws SQLException {
    return switch (column.kind) {
      case FIXED_BINARY, UUID -> column.data + at * column.field.width();
      case UTF8_VIEW, BINARY_VIEW -> viewStart(column, at);
      default -> {
        int start = listStart(column, at);
        check(column, start, listEnd(column, at));
        yield column.data + start;
      }
    };
  }

  private static int byteLength(Column column, int at) {
    return switch (column.kind) {
      case FIXED_BINARY, UUID -> column.field.width();
      case UTF8_VIEW, BINARY_VIEW -> (int) Column.INT.get(column.body, column.data + (at << 4));
      default -> listEnd(column, at) - listStart(column, at);
    };
  }

  private static int viewStart(Column column, int at) throws SQLException {
    int view = column.data + (at << 4);
    int length = (int) Column.INT.get(column.body, view);
    if (length >= 0 && length <= INLINE_VIEW_BYTES) {
      return view + 4;
    }
    int buffer = (int) Column.INT.get(column.body, view + 8);
    int offset = (int) Column.INT.get(column.body, view + 12);
    if (length < 0
        || buffer < 0
        || buffer >= column.viewBuffers.length
        || offset < 0
        || offset > column.viewLengths[buffer] - length) {
      throw outOfRange(column);
    }
    return column.viewBuffers[buffer] + offset;
  }

  /// First child position of a list, or first byte of a variable-length value.
  static int listStart(Column column, int at) {
    return switch (column.kind) {
      case FIXED_LIST -> at * column.field.width();
      case LARGE_LIST, LARGE_UTF8, LARGE_BINARY -> large(column, at);
      default -> (int) Column.INT.get(column.body, column.offsets + (at << 2));
    };
  }

  static int listEnd(Column column, int at) {
    return switch (column.kind) {
      case FIXED_LIST -> (at + 1) * column.field.width();
      case LARGE_LIST, LARGE_UTF8, LARGE_BINARY -> large(column, at + 1);
      default -> (int) Column.INT.get(column.body, column.offsets + (at << 2) + 4);
    };
  }

  private static int large(Column column, int at) {
    long offset = (long) Column.LONG.get(column.body, column.offsets + (at << 3));
    return offset < 0 || offset > Integer.MAX_VALUE ? -1 : (int) offset;
  }

  static void check(Column column, int start, int end) throws SQLException {
    if (start < 0 || end < start || end > column.dataLength) {
      throw outOfRange(column);
    }
  }

  private static SQLException outOfRange(Column column) {
    return SqlErrors.of(
        SqlErrors.PROTOCOL,
        "malformed answer: a value of column '"
            + column.field.name()
            + "' lies outside its buffer");
  }

  /// SQL text of a value made by [ColumnValues#natural].
  public static String render(Object value) {
    if (value instanceof java.math.BigDecimal decimal) {
      return decimal.toPlainString();
    }
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
    if (value instanceof LocalTime time) {
      return time(time);
    }
    if (value instanceof LocalDateTime timestamp) {
      return timestamp.toLocalDate() + " " + time(timestamp.toLocalTime());
    }
    if (value instanceof OffsetDateTime timestamp) {
      String offset =
          timestamp.getOffset().equals(ZoneOffset.UTC) ? "+00:00" : timestamp.getOffset().getId();
      return timestamp.toLocalDate() + " " + time(timestamp.toLocalTime()) + offset;
    }
    if (value instanceof List<?> list) {
      StringBuilder text = new StringBuilder("[");
      for (Object element : list) {
        text.append(text.length() == 1 ? "" : ", ").append(renderNullable(element));
      }
      return text.append(']').toString();
    }
    if (value instanceof Map<?, ?> map) {
      StringBuilder text = new StringBuilder("{");
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        text.append(text.length() == 1 ? "" : ", ")
            .append(renderNullable(entry.getKey()))
            .append("=")
            .append(renderNullable(entry.getValue()));
      }
      return text.append('}').toString();
    }
    return value.toString();
  }

  private static String renderNullable(@org.jspecify.annotations.Nullable Object value) {
    return value == null ? "null" : render(value);
  }

  /// Hours to seconds, and the fraction without trailing zeros.
  private static String time(LocalTime time) {
    StringBuilder text = new StringBuilder(18);
    two(text, time.getHour()).append(':');
    two(text, time.getMinute()).append(':');
    two(text, time.getSecond());
    int nanos = time.getNano();
    if (nanos != 0) {
      String digits = String.format("%09d", nanos);
      int end = digits.length();
      while (digits.charAt(end - 1) == '0') {
        end--;
      }
      text.append('.').append(digits, 0, end);
    }
    return text.toString();
  }

  private static StringBuilder two(StringBuilder text, int value) {
    return text.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }
}
