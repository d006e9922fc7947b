package io.bauplan.udf.api;

import java.util.List;
import java.util.Set;

/// One call of a function.
///
/// @param id unique; it begins with the job's id
/// @param inputs one per parameter, in order
/// @param secrets texts that are written down nowhere
public record Invocation(
    String id,
    FunctionDefinition function,
    List<InvocationInput> inputs,
    OutputListener output,
    Set<String> secrets) {
  public Invocation {
    inputs = List.copyOf(inputs);
    secrets = Set.copyOf(secrets);
  }

  public Invocation(
      String id, FunctionDefinition function, List<InvocationInput> inputs, OutputListener output) {
    this(id, function, inputs, output, Set.of());
  }
}
