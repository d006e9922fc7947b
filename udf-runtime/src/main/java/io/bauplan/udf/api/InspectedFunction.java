package io.bauplan.udf.api;

import java.util.List;
import java.util.Optional;

/// A function with `bauplan` decorators, as it stands in its file.
///
/// @param name the Python name: the handler
/// @param line line of its `def` (1-based)
/// @param column column of its `def` (1-based)
/// @param lastLine last line of its body
/// @param parameters in declaration order
/// @param environment from `@bauplan.python` (`pip={"pandas": "2.0"}` becomes `pandas==2.0`); the
///     default where that decorator is absent
/// @param documentation its docstring
public record InspectedFunction(
    String path,
    String name,
    int line,
    int column,
    int lastLine,
    List<InspectedDecorator> decorators,
    List<InspectedParameter> parameters,
    EnvironmentSpec environment,
    Optional<String> documentation) {
  public InspectedFunction {
    decorators = List.copyOf(decorators);
    parameters = List.copyOf(parameters);
  }

  /// The decorator of that SDK name (`model`, `python`, ...).
  public Optional<InspectedDecorator> decorator(String sdkName) {
    return decorators.stream().filter(d -> d.name().equals(sdkName)).findFirst();
  }

  public boolean isModel() {
    return decorator("model").isPresent();
  }

  public boolean isExpectation() {
    return decorator("expectation").isPresent();
  }
}
