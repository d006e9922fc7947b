package io.bauplan.udf.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A parameter of a decorated function, with the place of its declaration (1-based).
public sealed interface InspectedParameter {
  String name();

  int line();

  int column();

  /// `data=bauplan.Model("transactions", columns=[...], filter="...", ref="...")`.
  ///
  /// @param model the table or model read
  /// @param columns the projected columns; empty = all
  /// @param filterLine line at which the filter's text begins; 0 without filter
  /// @param others all further keywords
  record ModelInput(
      String name,
      int line,
      int column,
      String model,
      Optional<List<String>> columns,
      Optional<String> filter,
      int filterLine,
      int filterColumn,
      Optional<String> ref,
      Map<String, PythonLiteral> others)
      implements InspectedParameter {}

  /// `since=bauplan.Parameter("since")`.
  record RunParameter(String name, int line, int column, String parameter)
      implements InspectedParameter {}

  /// A parameter that is neither.
  ///
  /// @param hasDefault whether the function can be called without it
  record Plain(String name, int line, int column, boolean hasDefault)
      implements InspectedParameter {}
}
