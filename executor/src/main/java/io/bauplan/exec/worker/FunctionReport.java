package io.bauplan.exec.worker;

import io.bauplan.udf.api.InvocationOutcome;

/// What came of a [FunctionTask].
public sealed interface FunctionReport {
  record Made(TableReport table) implements FunctionReport {}

  /// @param outcome any but `Completed`
  record Failed(InvocationOutcome outcome) implements FunctionReport {}
}
