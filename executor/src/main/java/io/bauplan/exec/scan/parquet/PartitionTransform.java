package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Iceberg's partition transforms over vectors. Values are as in
/// [io.bauplan.sql.plan.Expression.Literal]; NULL stays NULL.
record PartitionTransform(Kind kind, int parameter, DataType type) {
  enum Kind {
    IDENTITY,
    YEAR,
    MONTH,
    DAY,
    HOUR,
    BUCKET,
    TRUNCATE,
    VOID
  }

  private static final Pattern WITH_WIDTH = Pattern.compile("(bucket|truncate)\\[(\\d{1,9})]");
  private static final long MICROS_PER_HOUR = 3_600_000_000L;
  private static final long MICROS_PER_DAY = 24 * MICROS_PER_HOUR;

  /// @throws EngineException `NOT_SUPPORTED` for transforms that the spec does not have for the
  ///     type
  static PartitionTransform of(String spelling, DataType type) {
    Matcher matcher = WITH_WIDTH.matcher(spelling);
    if (matcher.matches()) {
      int width = Integer.parseInt(matcher.group(2));
      Kind kind = matcher.group(1).equals("bucket") ? Kind.BUCKET : Kind.TRUNCATE;
      boolean known =
          switch (type) {
            case DataType.IntegerType ignored -> true;
            case DataType.DecimalType ignored -> true;
            case DataType.VarcharType(), DataType.BinaryType() -> true;
            case DataType.DateType(), DataType.TimeType(), DataType.UuidType() ->
                kind == Kind.BUCKET;
            case DataType.TimestampType ignored -> kind == Kind.BUCKET;
            default -> false;
          };
      if (known && width > 0) {
        return new PartitionTransform(kind, width, type);
      }
      throw unsupported(spelling, type);
    }
    boolean date = type instanceof DataType.DateType;
    boolean timestamp = type instanceof DataType.TimestampType;
    Kind kind =
        switch (spelling) {
          case "identity" -> Kind.IDENTITY;
          case "year" -> Kind.YEAR;
          case "month" -> Kind.MONTH;
          case "day" -> Kind.DAY;
          case "hour" -> Kind.HOUR;
          case "void" -> Kind.VOID;
          default -> throw unsupported(spelling, type);
        };
    boolean fits =
        switch (kind) {
          case YEAR, MONTH, DAY -> date || timestamp;
          case HOUR -> timestamp;
          default ->
              !(type instanceof DataType.ListType)
                  && !(type instanceof DataType.StructType)
                  && !(type instanceof DataType.MapType);
        };
    if (!fits) {
      throw unsupported(spelling, type);
    }
    return new PartitionTransform(kind, 0, type);
  }

  private static EngineException unsupported(String spelling, DataType type) {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED, "no partition transform " + spelling + " of " + type.sql());
  }

  /// One value per row. Borrows the vector until return.
  @Nullable Object[] apply(FlatVector vector) {
    int rows = vector.length();
    @Nullable Object[] values = new @Nullable Object[rows];
    long validity = vector.validityAddress();
    Object last = null;
    Object lastResult = null;
    for (int i = 0; i < rows; i++) {
      if (kind == Kind.VOID
          || type instanceof DataType.NullType
          || (validity != 0 && !Memory.bit(validity, i))) {
        continue;
      }
      Object value = ScalarValues.read(vector, i);
      // Rows of one partition often follow each other.
      if (last == null || !last.equals(value)) {
        last = value;
        lastResult = apply(value);
      }
      values[i] = lastResult;
    }
    return values;
  }

  /// Of one value that is not NULL.
  Object apply(Object value) {
    return switch (kind) {
      case IDENTITY, VOID -> value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value;
      case YEAR -> (long) day(value).getYear() - 1970;
      case MONTH -> {
        LocalDate day = day(value);
        yield (day.getYear() - 1970L) * 12 + day.getMonthValue() - 1;
      }
      case DAY -> day(value).toEpochDay();
      case HOUR -> Math.floorDiv((Long) value, MICROS_PER_HOUR);
      case BUCKET -> (long) ((hash(value) & Integer.MAX_VALUE) % parameter);
      case TRUNCATE -> truncate(value);
    };
  }

  private LocalDate day(Object value) {
    long number = (Long) value;
    return LocalDate.ofEpochDay(
        type instanceof DataType.DateType ? number : Math.floorDiv(number, MICROS_PER_DAY));
  }

  private Object truncate(Object value) {
    return switch (value) {
      case Long number -> number - Math.floorMod(number, (long) parameter);
      case BigDecimal number -> {
        BigInteger unscaled = number.unscaledValue();
        yield new BigDecimal(
            unscaled.subtract(unscaled.mod(BigInteger.valueOf(parameter))), number.scale());
      }
      case String text ->
          text.codePointCount(0, text.length()) <= parameter
              ? text
              : text.substring(0, text.offsetByCodePoints(0, parameter));
      case byte[] bytes -> ByteBuffer.wrap(Arrays.copyOf(bytes, Math.min(bytes.length, parameter)));
      default -> throw new IllegalStateException("truncate of " + value.getClass());
    };
  }

  private int hash(Object value) {
    return switch (value) {
      case Long number -> murmur(ByteBuffer.allocate(8).putLong(Long.reverseBytes(number)).array());
      case BigDecimal number -> murmur(number.unscaledValue().toByteArray());
      case String text -> murmur(text.getBytes(StandardCharsets.UTF_8));
      case byte[] bytes -> murmur(bytes);
      default -> throw new IllegalStateException("bucket of " + value.getClass());
    };
  }

  /// MurmurHash3, 32 bit, seed 0.
  static int murmur(byte[] bytes) {
    int hash = 0;
    int blocks = bytes.length / 4;
    for (int i = 0; i < blocks; i++) {
      int k =
          bytes[4 * i] & 0xff
              | (bytes[4 * i + 1] & 0xff) << 8
              | (bytes[4 * i + 2] & 0xff) << 16
              | bytes[4 * i + 3] << 24;
      hash = Integer.rotateLeft(hash ^ scramble(k), 13) * 5 + 0xe6546b64;
    }
    int tail = 0;
    for (int i = bytes.length - 1; i >= blocks * 4; i--) {
      tail = tail << 8 | bytes[i] & 0xff;
    }
    hash ^= scramble(tail) ^ bytes.length;
    hash = (hash ^ hash >>> 16) * 0x85ebca6b;
    hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
    return hash ^ hash >>> 16;
  }

  private static int scramble(int k) {
    return Integer.rotateLeft(k * 0xcc9e2d51, 15) * 0x1b873593;
  }

  /// For the folder's name.
  String text(Object value) {
    return switch (kind) {
      case YEAR -> String.valueOf(1970 + (Long) value);
      case MONTH -> {
        long months = (Long) value;
        yield "%04d-%02d"
            .formatted(1970 + Math.floorDiv(months, 12L), Math.floorMod(months, 12L) + 1);
      }
      case DAY -> LocalDate.ofEpochDay((Long) value).toString();
      case HOUR ->
          LocalDateTime.ofEpochSecond((Long) value * 3600, 0, ZoneOffset.UTC)
              .toString()
              .substring(0, 13)
              .replace('T', '-');
      default -> {
        if (kind == Kind.IDENTITY && type instanceof DataType.DateType) {
          yield LocalDate.ofEpochDay((Long) value).toString();
        }
        yield value instanceof ByteBuffer bytes
            ? Base64.getEncoder().encodeToString(bytes.array())
            : String.valueOf(value);
      }
    };
  }
}
