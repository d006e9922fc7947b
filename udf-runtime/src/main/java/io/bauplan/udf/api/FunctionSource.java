package io.bauplan.udf.api;

import java.util.Map;

/// Where a function's code is, for messages that point into the user's file.
///
/// @param file the name shown in tracebacks: a path relative to the project, or `<function f>`
/// @param text the whole text of that file (or of the `$$` body)
/// @param firstLine 1-based line of `file` at which `text` begins
/// @param siblings texts of the project's other Python files by their path in the project, which
///     the function may import: `helpers.py` as `helpers`, `lib/dates.py` as `lib.dates` or `dates`
/// @param declaredAt 1-based line of `file` that names the interpreter and the packages
public record FunctionSource(
    String file, String text, int firstLine, Map<String, String> siblings, int declaredAt) {
  public FunctionSource {
    siblings = Map.copyOf(siblings);
  }

  public FunctionSource(String file, String text, int firstLine) {
    this(file, text, firstLine, Map.of(), firstLine);
  }
}
