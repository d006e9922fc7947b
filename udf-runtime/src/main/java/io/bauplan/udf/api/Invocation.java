package io.bauplan.udf.api;

import java.util.List;

/// One call of a function.
///
/// @param id unique, for logs and for sweeping what a crash left
/// @param inputs one per parameter, in order
public record Invocation(
    String id, FunctionDefinition function, List<InvocationInput> inputs, OutputListener output) {
  public Invocation {
    inputs = List.copyOf(inputs);
  }
}
