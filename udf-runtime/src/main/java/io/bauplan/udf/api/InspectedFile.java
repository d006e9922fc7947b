package io.bauplan.udf.api;

import java.util.List;

/// What one Python file declares.
///
/// @param functions the module-level functions with at least one `bauplan` decorator, in file order
/// @param problems syntax errors, non-literal decorator arguments and the like, in file order
public record InspectedFile(
    String path, List<InspectedFunction> functions, List<SourceProblem> problems) {
  public InspectedFile {
    functions = List.copyOf(functions);
    problems = List.copyOf(problems);
  }
}
