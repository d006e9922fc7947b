package io.bauplan.exec.worker;

import io.bauplan.sql.plan.PhysicalPlan;
import java.util.List;
import java.util.Map;

/// What a query did so far; may be read while it runs.
///
/// @param spilledBytes written to disk for want of memory
/// @param operators per plan node, in the plan's pre-order
/// @param fallbacks names of what ran through Calcite's code for want of a vectorized form
public record QueryFigures(
    long elapsedNanos,
    long peakMemoryBytes,
    long spilledBytes,
    List<OperatorFigures> operators,
    List<String> fallbacks) {

  /// @param node the plan node
  /// @param rows rows it produced
  /// @param nanos CPU time of all threads in it
  /// @param peakMemoryBytes most that the node held at once
  /// @param details further counters by name (`bytesRead`, `rowsSkipped`, ...)
  public record OperatorFigures(
      PhysicalPlan node, long rows, long nanos, long peakMemoryBytes, Map<String, Long> details) {}
}
