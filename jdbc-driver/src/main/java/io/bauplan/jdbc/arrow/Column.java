package io.bauplan.jdbc.arrow;

import io.bauplan.jdbc.wire.SqlErrors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A view of one column over the body of the current message. The view is set anew for each batch
/// by [BatchLoader], which has checked every buffer against the number of rows; values are valid
/// until the next batch is loaded.
///
/// Shapes: `validity`, `offsets` and `data` are byte positions in `body`; -1 where there is no such
/// buffer.
public final class Column {
  static final VarHandle SHORT = view(short[].class);
  static final VarHandle INT = view(int[].class);
  static final VarHandle LONG = view(long[].class);
  static final VarHandle FLOAT = view(float[].class);
  static final VarHandle DOUBLE = view(double[].class);
  private static final byte[] NO_BODY = {};

  final ArrowField field;
  final Kind kind;
  final Column[] children;

  byte[] body = NO_BODY;
  int length;
  int validity = -1;
  int offsets = -1;
  int data = -1;
  int dataLength;
  int[] viewBuffers = {};
  int[] viewLengths = {};
  /// For a dictionary-encoded column: the numbers. This object then holds the dictionary's values.
  @Nullable Column index;

  Column(ArrowField field) {
    this.field = field;
    this.kind = field.kind();
    this.children = new Column[field.children().size()];
    for (int i = 0; i < children.length; i++) {
      children[i] = new Column(field.children().get(i));
    }
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }

  public ArrowField field() {
    return field;
  }

  public boolean isNull(int row) {
    int at = row;
    if (index != null) {
      if (index.isNull(row)) {
        return true;
      }
      at = position(row);
    }
    if (validity >= 0) {
      return (body[validity + (at >> 3)] >> (at & 7) & 1) == 0;
    }
    return kind == Kind.NULL || isNullUnion(at);
  }

  private boolean isNullUnion(int row) {
    return (kind == Kind.DENSE_UNION || kind == Kind.SPARSE_UNION)
        && UnionValues.member(this, row).isNull(UnionValues.row(this, row));
  }

  /// Where the value of a row stands: the row itself, or its place in the dictionary.
  int position(int row) {
    if (index == null) {
      return row;
    }
    long at = index.rawInteger(row);
    if (at < 0 || at >= length) {
      throw new IndexOutOfBoundsException("a dictionary index is out of range");
    }
    return (int) at;
  }

  /// The value as a whole number; fractions are cut off, as JDBC has it.
  public long getLong(int row) throws SQLException {
    int at = position(row);
    return switch (kind) {
      case INT64 -> (long) LONG.get(body, data + (at << 3));
      case INT32 -> (int) INT.get(body, data + (at << 2));
      case BOOL, INT8, INT16, UINT8, UINT16, UINT32 -> rawInteger(at);
      case FLOAT16, FLOAT32, FLOAT64 -> fromDouble(getDouble(row));
      default -> exactLong(getDecimal(row));
    };
  }

  /// The value as a double, rounded where needed.
  public double getDouble(int row) throws SQLException {
    int at = position(row);
    return switch (kind) {
      case FLOAT64 -> (double) DOUBLE.get(body, data + (at << 3));
      case FLOAT32 -> (float) FLOAT.get(body, data + (at << 2));
      case FLOAT16 -> halfToFloat((short) SHORT.get(body, data + (at << 1)));
      case BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32 -> rawInteger(at);
      case UTF8, LARGE_UTF8, UTF8_VIEW -> parseDouble(ColumnText.text(this, at));
      default -> getDecimal(row).doubleValue();
    };
  }

  /// The exact value of a number, or of a text that is one.
  public BigDecimal getDecimal(int row) throws SQLException {
    int at = position(row);
    return switch (kind) {
      case DECIMAL -> decimal(at);
      case BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32 ->
          BigDecimal.valueOf(rawInteger(at));
      case UINT64 -> new BigDecimal(unsigned(rawInteger(at)));
      case FLOAT16, FLOAT32, FLOAT64 -> finite(getDouble(row), row);
      case UTF8, LARGE_UTF8, UTF8_VIEW -> parse(ColumnText.text(this, at));
      case DENSE_UNION, SPARSE_UNION ->
          UnionValues.member(this, at).getDecimal(UnionValues.row(this, at));
      default -> throw cannotRead("a number");
    };
  }

  private BigDecimal finite(double value, int row) throws SQLException {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw SqlErrors.of(SqlErrors.OUT_OF_RANGE, value + " has no exact decimal value");
    }
    return kind == Kind.FLOAT64
        ? BigDecimal.valueOf(value)
        : new BigDecimal(Float.toString((float) getDouble(row)));
  }

  public boolean getBoolean(int row) throws SQLException {
    if (kind.isText()) {
      String text = ColumnText.text(this, position(row)).trim();
      return switch (text.toLowerCase(java.util.Locale.ROOT)) {
        case "true", "t", "yes", "y", "on", "1" -> true;
        case "false", "f", "no", "n", "off", "0" -> false;
        default -> throw SqlErrors.of(SqlErrors.INVALID_CAST, "not a boolean: '" + text + "'");
      };
    }
    return switch (kind) {
      case FLOAT16, FLOAT32, FLOAT64 -> getDouble(row) != 0;
      case DECIMAL, UINT64 -> getDecimal(row).signum() != 0;
      default -> getLong(row) != 0;
    };
  }

  /// Integers of every width, booleans as 0 and 1, and the raw count of temporal kinds. `at` is a
  /// position, not a row.
  long rawInteger(int at) {
    return switch (kind) {
      case BOOL -> body[data + (at >> 3)] >> (at & 7) & 1;
      case INT8 -> body[data + at];
      case UINT8 -> body[data + at] & 0xFF;
      case INT16 -> (short) SHORT.get(body, data + (at << 1));
      case UINT16 -> (short) SHORT.get(body, data + (at << 1)) & 0xFFFF;
      case INT32, DATE_DAY, TIME32, INTERVAL_MONTH -> (int) INT.get(body, data + (at << 2));
      case UINT32 -> (int) INT.get(body, data + (at << 2)) & 0xFFFFFFFFL;
      default -> (long) LONG.get(body, data + (at << 3));
    };
  }

  private BigDecimal decimal(int at) {
    int width = field.width();
    int start = data + at * width;
    if (width == 4) {
      return BigDecimal.valueOf((int) INT.get(body, start), field.scale());
    }
    long low = (long) LONG.get(body, start);
    if (width == 8 || width == 16 && (long) LONG.get(body, start + 8) == low >> 63) {
      return BigDecimal.valueOf(low, field.scale());
    }
    byte[] bigEndian = new byte[width];
    for (int i = 0; i < width; i++) {
      bigEndian[i] = body[start + width - 1 - i];
    }
    return new BigDecimal(new BigInteger(bigEndian), field.scale());
  }

  private static long fromDouble(double value) throws SQLException {
    if (!(value >= -0x1p63 && value < 0x1p63)) {
      throw SqlErrors.of(SqlErrors.OUT_OF_RANGE, value + " does not fit into a long");
    }
    return (long) value;
  }

  private static long exactLong(BigDecimal value) throws SQLException {
    BigInteger whole = value.toBigInteger();
    if (whole.bitLength() > 63) {
      throw SqlErrors.of(SqlErrors.OUT_OF_RANGE, value + " does not fit into a long");
    }
    return whole.longValue();
  }

  static BigInteger unsigned(long bits) {
    BigInteger value = BigInteger.valueOf(bits & Long.MAX_VALUE);
    return bits < 0 ? value.setBit(63) : value;
  }

  private static BigDecimal parse(String text) throws SQLException {
    try {
      return new BigDecimal(text.trim());
    } catch (NumberFormatException e) {
      throw SqlErrors.of(SqlErrors.INVALID_CAST, "not a number: '" + text + "'", e);
    }
  }

  private static double parseDouble(String text) throws SQLException {
    try {
      return Double.parseDouble(text.trim());
    } catch (NumberFormatException e) {
      throw SqlErrors.of(SqlErrors.INVALID_CAST, "not a number: '" + text + "'", e);
    }
  }

  SQLException cannotRead(String what) {
    return SqlErrors.of(
        SqlErrors.INVALID_CAST,
        "column '" + field.name() + "' of type " + kind + " cannot be read as " + what);
  }

  private static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >> 10 & 0x1F;
    int mantissa = half & 0x3FF;
    if (exponent == 0) {
      float magnitude = mantissa * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int bits = exponent == 31 ? 0x7F800000 : exponent + 112 << 23;
    return Float.intBitsToFloat(sign | bits | mantissa << 13);
  }
}
