package io.bauplan.exec.worker;

import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One call of a function on a worker, as a message: plans in, names of tables out.
///
/// @param inputs one per parameter, in order
/// @param outputId id under which the worker keeps the result as an intermediate table
public record FunctionTask(
    String id, FunctionDefinition function, List<Input> inputs, String outputId) {
  public FunctionTask {
    inputs = List.copyOf(inputs);
  }

  public sealed interface Input {
    /// The rows of a plan, written once into shared memory.
    record Rows(PhysicalPlan plan) implements Input {}

    /// A whole intermediate table, mapped without a copy.
    record Whole(String intermediateId) implements Input {}

    record Value(@Nullable Object value) implements Input {}
  }
}
