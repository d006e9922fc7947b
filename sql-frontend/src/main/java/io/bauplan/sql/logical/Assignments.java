package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.DataType.DateType;
import io.bauplan.sql.plan.DataType.ListType;
import io.bauplan.sql.plan.DataType.MapType;
import io.bauplan.sql.plan.DataType.NullType;
import io.bauplan.sql.plan.DataType.StructType;
import io.bauplan.sql.plan.DataType.TimeType;
import io.bauplan.sql.plan.DataType.TimestampType;
import io.bauplan.sql.plan.DataType.UuidType;
import io.bauplan.sql.plan.DataType.VarcharType;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Which values may be stored into columns of which types without saying CAST: numbers into numbers
/// (an overflow is an error when it happens), strings into dates, times and UUIDs as literals are
/// written, anything plain into strings.
public final class Assignments {
  private Assignments() {}

  /// @param target what is assigned to, for the message
  public static void check(
      DataType from, DataType to, Supplier<String> target, @Nullable SourcePosition position) {
    if (!allowed(from, to)) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH,
          target.get() + " is " + to.sql() + ", but the value is " + from.sql(),
          position,
          "Write CAST(... AS " + to.sql() + ") if that is meant.",
          null);
    }
  }

  static boolean allowed(DataType from, DataType to) {
    if (from.equals(to) || from instanceof NullType) {
      return true;
    }
    if (TypeRules.isNumeric(from) && TypeRules.isNumeric(to)) {
      return true;
    }
    if (to instanceof VarcharType) {
      return !(from instanceof ListType || from instanceof MapType || from instanceof StructType);
    }
    if (from instanceof VarcharType) {
      return to instanceof DateType
          || to instanceof TimeType
          || to instanceof TimestampType
          || to instanceof UuidType;
    }
    boolean fromTime = from instanceof DateType || from instanceof TimestampType;
    boolean toTime = to instanceof DateType || to instanceof TimestampType;
    if (fromTime && toTime) {
      return true;
    }
    return switch (from) {
      case ListType(DataType element, boolean ignored) ->
          to instanceof ListType(DataType other, boolean alsoIgnored) && allowed(element, other);
      case MapType(DataType key, DataType value, boolean ignored) ->
          to instanceof MapType(DataType otherKey, DataType otherValue, boolean alsoIgnored)
              && allowed(key, otherKey)
              && allowed(value, otherValue);
      case StructType(var fields) -> {
        if (!(to instanceof StructType(var others)) || others.size() != fields.size()) {
          yield false;
        }
        boolean all = true;
        for (int i = 0; i < fields.size(); i++) {
          all &= allowed(fields.get(i).type(), others.get(i).type());
        }
        yield all;
      }
      default -> false;
    };
  }
}
