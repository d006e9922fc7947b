package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Conversions from and to text, booleans, dates and times.
final class ScalarCastNode extends Node {
  private final Node operand;
  private final boolean safe;
  private final ZoneId zone;
  private final ByteArena arena;

  ScalarCastNode(
      Node operand, DataType type, boolean safe, ZoneId zone, BufferAllocator allocator) {
    super(type);
    this.operand = operand;
    this.safe = safe;
    this.zone = zone;
    this.arena = new ByteArena(allocator);
    if (!supported(operand.type(), type)) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH,
          "a value of type " + operand.type().sql() + " cannot be cast to " + type.sql());
    }
  }

  private static boolean supported(DataType from, DataType to) {
    boolean text = from instanceof DataType.VarcharType || to instanceof DataType.VarcharType;
    if (text) {
      return Register.kind(to) != Register.Kind.NESTED && !isInterval(to);
    }
    boolean time =
        from instanceof DataType.DateType
            || from instanceof DataType.TimestampType
            || from instanceof DataType.TimeType;
    boolean toTime =
        to instanceof DataType.DateType
            || to instanceof DataType.TimestampType
            || to instanceof DataType.TimeType;
    if (time && toTime) {
      return !(from instanceof DataType.TimeType)
          && !(from instanceof DataType.DateType && to instanceof DataType.TimeType);
    }
    if (isInterval(from) && to instanceof DataType.IntegerType
        || from instanceof DataType.IntegerType && isInterval(to)) {
      return true;
    }
    boolean bool = from instanceof DataType.BooleanType || to instanceof DataType.BooleanType;
    if (bool) {
      return Types.isNumeric(from) || Types.isNumeric(to);
    }
    return from instanceof DataType.BinaryType && to instanceof DataType.UuidType
        || from instanceof DataType.UuidType && to instanceof DataType.BinaryType;
  }

  private static boolean isInterval(DataType type) {
    return type instanceof DataType.IntervalDayTimeType
        || type instanceof DataType.IntervalYearMonthType;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Register in = operand.evaluate(batch, rows, count);
    int length = batch.vectorLength();
    out.reset(length);
    out.copyNulls(in, rows, count, length);
    arena.reset();
    if (out.kind == Register.Kind.DECIMAL) {
      out.makeWide(length);
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (in.isNull(row)) {
        continue;
      }
      if (type() instanceof DataType.VarcharType) {
        toText(in, row);
      } else if (in.type instanceof DataType.VarcharType) {
        fromText(in, row, length);
      } else {
        convert(in, row, length);
      }
    }
    return out;
  }

  private void toText(Register in, int row) {
    String text =
        switch (in.kind) {
          case LONG -> TextFormat.ofLong(in.type, in.longs[row], zone);
          case DOUBLE -> TextFormat.ofDouble(in.doubles[row], in.type.equals(DataType.FLOAT32));
          case DECIMAL -> in.decimal(row).toPlainString();
          case BYTES ->
              in.type instanceof DataType.UuidType
                  ? TextFormat.uuid(in.longs[row])
                  : TextFormat.binary(in.longs[row], in.lengths[row]);
          case NESTED -> {
            FlatVector vector = Objects.requireNonNull(in.vector);
            yield TextFormat.any(vector, row, zone);
          }
        };
    put(row, text.getBytes(StandardCharsets.UTF_8));
  }

  private void put(int row, byte[] bytes) {
    long address = arena.allocate(bytes.length);
    Memory.copy(bytes, 0, address, bytes.length);
    out.longs[row] = address;
    out.lengths[row] = bytes.length;
  }

  private void fromText(Register in, int row, int length) {
    long address = in.longs[row];
    int bytes = in.lengths[row];
    switch (type()) {
      case DataType.IntegerType(int bits) -> {
        boolean[] overflow = {false};
        Long value = TextParser.integer(address, bytes, overflow);
        int spare = 64 - bits;
        if (value == null) {
          invalid(in, row, length);
        } else if (overflow[0] || value << spare >> spare != value) {
          tooLarge(in, row, length);
        } else {
          out.longs[row] = value;
        }
      }
      case DataType.FloatType(int bits) -> {
        Double value = TextParser.float64(Bytes.string(address, bytes));
        if (value == null) {
          invalid(in, row, length);
        } else {
          out.doubles[row] = bits == 32 ? value.floatValue() : value;
        }
      }
      case DataType.DecimalType(int precision, int scale) -> {
        BigInteger value = TextParser.decimal(Bytes.string(address, bytes), scale);
        if (value == null) {
          invalid(in, row, length);
        } else if (value.abs().compareTo(Int128.powerOfTen(precision)) >= 0) {
          tooLarge(in, row, length);
        } else {
          out.longs[row] = value.longValue();
          out.highs[row] = Int128.high(value);
        }
      }
      case DataType.BooleanType() -> {
        Boolean value = TextParser.bool(Bytes.string(address, bytes));
        if (value == null) {
          invalid(in, row, length);
        } else {
          out.longs[row] = value ? 1 : 0;
        }
      }
      case DataType.DateType() ->
          putTime(in, row, length, TextParser.date(Bytes.string(address, bytes)));
      case DataType.TimeType() ->
          putTime(in, row, length, TextParser.time(Bytes.string(address, bytes)));
      case DataType.TimestampType(boolean withZone) ->
          putTime(
              in,
              row,
              length,
              TextParser.timestamp(Bytes.string(address, bytes), withZone ? zone : null));
      case DataType.UuidType() -> parseUuid(in, row, length);
      case DataType.BinaryType() -> {
        out.longs[row] = address;
        out.lengths[row] = bytes;
      }
      // Nothing but NULL is of this type.
      case DataType.NullType() -> out.setNull(row, length);
      default -> throw new IllegalStateException(type().sql());
    }
  }

  private void putTime(Register in, int row, int length, long value) {
    if (value == TextParser.INVALID) {
      invalid(in, row, length);
    } else {
      out.longs[row] = value;
    }
  }

  private void parseUuid(Register in, int row, int length) {
    String text = Bytes.string(in.longs[row], in.lengths[row]).strip();
    if (!text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
      invalid(in, row, length);
      return;
    }
    java.util.UUID uuid = java.util.UUID.fromString(text);
    long address = arena.allocate(16);
    Memory.putLong(address, Long.reverseBytes(uuid.getMostSignificantBits()));
    Memory.putLong(address + 8, Long.reverseBytes(uuid.getLeastSignificantBits()));
    out.longs[row] = address;
    out.lengths[row] = 16;
  }

  private void invalid(Register in, int row, int length) {
    if (safe) {
      out.setNull(row, length);
      return;
    }
    throw Errors.invalidCast(Bytes.string(in.longs[row], in.lengths[row]), type());
  }

  private void tooLarge(Register in, int row, int length) {
    if (safe) {
      out.setNull(row, length);
      return;
    }
    throw Errors.castOverflow(Bytes.string(in.longs[row], in.lengths[row]), type());
  }

  /// What is neither from nor to text.
  private void convert(Register in, int row, int length) {
    if (in.kind == Register.Kind.BYTES) {
      if (type() instanceof DataType.UuidType && in.lengths[row] != 16) {
        if (!safe) {
          throw Errors.invalidCast("a binary of " + in.lengths[row] + " bytes", type());
        }
        out.setNull(row, length);
        return;
      }
      out.longs[row] = in.longs[row];
      out.lengths[row] = in.lengths[row];
      return;
    }
    if (type() instanceof DataType.BooleanType) {
      out.longs[row] =
          switch (in.kind) {
            case DOUBLE -> in.doubles[row] != 0 ? 1 : 0;
            case DECIMAL -> in.longs[row] != 0 || in.high(row) != 0 ? 1 : 0;
            default -> in.longs[row] != 0 ? 1 : 0;
          };
      return;
    }
    if (in.type instanceof DataType.BooleanType) {
      fromBoolean(in.longs[row], row);
      return;
    }
    out.longs[row] = convertTime(in.type, in.longs[row]);
  }

  private void fromBoolean(long value, int row) {
    switch (out.kind) {
      case DOUBLE -> out.doubles[row] = value;
      case DECIMAL -> {
        BigInteger unscaled =
            BigInteger.valueOf(value)
                .multiply(Int128.powerOfTen(((DataType.DecimalType) type()).scale()));
        out.longs[row] = unscaled.longValue();
        out.highs[row] = Int128.high(unscaled);
      }
      default -> out.longs[row] = value;
    }
  }

  private long convertTime(DataType from, long value) {
    return switch (type()) {
      case DataType.DateType() -> {
        long local =
            from instanceof DataType.TimestampType(boolean withZone) && withZone
                ? Dates.toLocal(value, zone)
                : value;
        yield Math.floorDiv(local, Dates.MICROS_PER_DAY);
      }
      case DataType.TimeType() -> {
        long local =
            from instanceof DataType.TimestampType(boolean withZone) && withZone
                ? Dates.toLocal(value, zone)
                : value;
        yield Math.floorMod(local, Dates.MICROS_PER_DAY);
      }
      case DataType.TimestampType(boolean withZone) -> {
        boolean fromDate = from instanceof DataType.DateType;
        boolean fromInstant = from instanceof DataType.TimestampType(boolean z) && z;
        long micros = fromDate ? days(value) : value;
        yield withZone == fromInstant
            ? micros
            : withZone ? Dates.toInstant(micros, zone) : Dates.toLocal(micros, zone);
      }
      default -> value;
    };
  }

  private long days(long value) {
    try {
      return Math.multiplyExact(value, Dates.MICROS_PER_DAY);
    } catch (ArithmeticException e) {
      throw Errors.castOverflow(TextFormat.date(value), type());
    }
  }

  @Override
  void release() {
    operand.close();
    arena.close();
  }
}
