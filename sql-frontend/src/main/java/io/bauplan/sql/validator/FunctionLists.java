package io.bauplan.sql.validator;

import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlFunction;

/// The names of functions, for hints.
final class FunctionLists {
  private FunctionLists() {}

  /// In lower case, of those that can be called in an expression.
  static List<String> known() {
    return Holder.KNOWN;
  }

  private static final class Holder {
    static final List<String> KNOWN =
        EngineOperators.table().getOperatorList().stream()
            .filter(SqlFunction.class::isInstance)
            .map(operator -> operator.getName().toLowerCase(Locale.ROOT))
            .distinct()
            .toList();
  }
}
