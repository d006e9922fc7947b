package io.bauplan.graalpy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/// A type whose values cross into Python, and the array of Java that they cross in: numbers as
/// they are, dates and times as what Arrow counts, decimals as text, bytes as text of one
/// character each.
enum ScalarKind {
  BOOL,
  INT8,
  INT16,
  INT32,
  INT64,
  FLOAT,
  DOUBLE,
  STRING,
  BINARY,
  DECIMAL,
  DATE,
  TIME,
  TIMESTAMP,
  INSTANT;

  /// As `calls.py` names it.
  String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  static Optional<ScalarKind> of(Field field) {
    ScalarKind kind =
        switch (field.getType()) {
          case ArrowType.Bool ignored -> BOOL;
          case ArrowType.Int type when type.getIsSigned() ->
              switch (type.getBitWidth()) {
                case 8 -> INT8;
                case 16 -> INT16;
                case 32 -> INT32;
                default -> INT64;
              };
          case ArrowType.FloatingPoint type
              when type.getPrecision() == FloatingPointPrecision.SINGLE ->
              FLOAT;
          case ArrowType.FloatingPoint type
              when type.getPrecision() == FloatingPointPrecision.DOUBLE ->
              DOUBLE;
          case ArrowType.Utf8 ignored -> STRING;
          case ArrowType.Binary ignored -> BINARY;
          case ArrowType.Decimal type when type.getBitWidth() == 128 -> DECIMAL;
          case ArrowType.Date type
              when type.getUnit() == org.apache.arrow.vector.types.DateUnit.DAY ->
              DATE;
          case ArrowType.Time type when type.getUnit() == TimeUnit.MICROSECOND -> TIME;
          case ArrowType.Timestamp type when type.getUnit() == TimeUnit.MICROSECOND ->
              type.getTimezone() == null ? TIMESTAMP : INSTANT;
          default -> null;
        };
    return Optional.ofNullable(kind);
  }

  /// An array for as many values.
  Object array(int rows) {
    return switch (this) {
      case BOOL -> new boolean[rows];
      case INT8, INT16, INT32, INT64, DATE, TIME, TIMESTAMP, INSTANT -> new long[rows];
      case FLOAT, DOUBLE -> new double[rows];
      case STRING, BINARY, DECIMAL -> new String[rows];
    };
  }

  /// Copies the values of a column from a row on into an array.
  void give(FieldVector column, Object array, int at) {
    int rows = column.getValueCount();
    for (int i = 0; i < rows; i++) {
      if (column.isNull(i)) {
        continue;
      }
      switch (this) {
        case BOOL -> ((boolean[]) array)[at + i] = ((BitVector) column).get(i) != 0;
        case INT8 -> ((long[]) array)[at + i] = ((TinyIntVector) column).get(i);
        case INT16 -> ((long[]) array)[at + i] = ((SmallIntVector) column).get(i);
        case INT32 -> ((long[]) array)[at + i] = ((IntVector) column).get(i);
        case INT64 -> ((long[]) array)[at + i] = ((BigIntVector) column).get(i);
        case DATE -> ((long[]) array)[at + i] = ((DateDayVector) column).get(i);
        case TIME -> ((long[]) array)[at + i] = ((TimeMicroVector) column).get(i);
        case TIMESTAMP, INSTANT -> ((long[]) array)[at + i] = ((TimeStampVector) column).get(i);
        case FLOAT -> ((double[]) array)[at + i] = ((Float4Vector) column).get(i);
        case DOUBLE -> ((double[]) array)[at + i] = ((Float8Vector) column).get(i);
        case STRING ->
            ((String[]) array)[at + i] =
                new String(((VarCharVector) column).get(i), StandardCharsets.UTF_8);
        case BINARY ->
            ((String[]) array)[at + i] =
                new String(((VarBinaryVector) column).get(i), StandardCharsets.ISO_8859_1);
        case DECIMAL ->
            ((String[]) array)[at + i] = ((DecimalVector) column).getObject(i).toPlainString();
      }
    }
  }

  /// A column of an array's values; the caller owns it.
  ///
  /// @param holes 1 where there is no value
  /// @throws ArithmeticException if a decimal does not fit its type
  FieldVector take(Field field, Object array, byte[] holes, BufferAllocator allocator) {
    FieldVector column = field.createVector(allocator);
    try {
      column.setInitialCapacity(holes.length);
      column.allocateNew();
      for (int i = 0; i < holes.length; i++) {
        if (holes[i] != 0) {
          column.setNull(i);
        } else {
          set(column, i, array);
        }
      }
      column.setValueCount(holes.length);
      return column;
    } catch (RuntimeException | Error e) {
      column.close();
      throw e;
    }
  }

  private void set(FieldVector column, int i, Object array) {
    switch (this) {
      case BOOL -> ((BitVector) column).setSafe(i, ((boolean[]) array)[i] ? 1 : 0);
      case INT8 -> ((TinyIntVector) column).setSafe(i, (int) ((long[]) array)[i]);
      case INT16 -> ((SmallIntVector) column).setSafe(i, (int) ((long[]) array)[i]);
      case INT32 -> ((IntVector) column).setSafe(i, (int) ((long[]) array)[i]);
      case INT64 -> ((BigIntVector) column).setSafe(i, ((long[]) array)[i]);
      case DATE -> ((DateDayVector) column).setSafe(i, (int) ((long[]) array)[i]);
      case TIME -> ((TimeMicroVector) column).setSafe(i, ((long[]) array)[i]);
      case TIMESTAMP, INSTANT -> ((TimeStampVector) column).setSafe(i, ((long[]) array)[i]);
      case FLOAT -> ((Float4Vector) column).setSafe(i, (float) ((double[]) array)[i]);
      case DOUBLE -> ((Float8Vector) column).setSafe(i, ((double[]) array)[i]);
      case STRING ->
          ((VarCharVector) column)
              .setSafe(i, ((String[]) array)[i].getBytes(StandardCharsets.UTF_8));
      case BINARY ->
          ((VarBinaryVector) column)
              .setSafe(i, ((String[]) array)[i].getBytes(StandardCharsets.ISO_8859_1));
      case DECIMAL -> {
        DecimalVector decimals = (DecimalVector) column;
        BigDecimal value = new BigDecimal(((String[]) array)[i]).setScale(decimals.getScale());
        if (value.precision() > decimals.getPrecision()) {
          throw new ArithmeticException(((String[]) array)[i]);
        }
        decimals.setSafe(i, value);
      }
    }
  }
}
