package io.bauplan.exec.expression.value;

import io.bauplan.sql.plan.DataType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Every value-wise function, by its id.
public final class ValueFunctions {
  private ValueFunctions() {}

  /// The function of that id for these types; null where there is none.
  ///
  /// @param types of the arguments
  /// @param result the type that values must have
  public static @Nullable ValueFunction find(
      String function, List<DataType> types, DataType result) {
    ValueFunction found = ListFunctions.find(function, types, result);
    if (found == null) {
      found = MapFunctions.find(function, types);
    }
    if (found == null) {
      found = JsonFunctions.find(function, types, result);
    }
    if (found == null) {
      found = TextFunctions.find(function, types);
    }
    if (found == null) {
      found = MultisetFunctions.find(function);
    }
    return found;
  }
}
