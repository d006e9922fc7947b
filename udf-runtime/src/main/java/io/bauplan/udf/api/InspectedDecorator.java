package io.bauplan.udf.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One `bauplan` decorator of a function.
///
/// @param name the SDK's name, whatever it was imported as: `model`, `python`, `resources`,
///     `expectation`, `extras`, or an unknown one (which is also a problem of the file)
/// @param arguments positional arguments
/// @param keywords keyword arguments, in file order
public record InspectedDecorator(
    String name,
    int line,
    int column,
    List<PythonLiteral> arguments,
    Map<String, PythonLiteral> keywords) {

  /// The keyword's text; empty where it is absent, `None` or not a text.
  public Optional<String> text(String keyword) {
    return keywords.get(keyword) instanceof PythonLiteral.Text(String value, _, _)
        ? Optional.of(value)
        : Optional.empty();
  }

  /// The keyword's truth value; empty where it is absent or not a boolean.
  public Optional<Boolean> truth(String keyword) {
    return keywords.get(keyword) instanceof PythonLiteral.Truth(boolean value, _, _)
        ? Optional.of(value)
        : Optional.empty();
  }

  /// The keyword's texts: a list of texts, or one text as a list of one; empty where it is absent
  /// or something else.
  public Optional<List<String>> texts(String keyword) {
    return switch (keywords.get(keyword)) {
      case PythonLiteral.Text text -> Optional.of(List.of(text.value()));
      case PythonLiteral.Sequence list
          when list.values().stream().allMatch(v -> v instanceof PythonLiteral.Text) ->
          Optional.of(list.values().stream().map(v -> ((PythonLiteral.Text) v).value()).toList());
      case null, default -> Optional.empty();
    };
  }
}
