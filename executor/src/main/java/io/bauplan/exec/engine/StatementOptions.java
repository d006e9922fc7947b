package io.bauplan.exec.engine;

import io.bauplan.sql.plan.Expression;
import io.bauplan.udf.api.OutputListener;
import java.time.Duration;
import java.util.List;

/// @param parameters values of the `?`, in order
/// @param functionOutput prints of functions in the statement
/// @param cached whether scans use the column cache
public record StatementOptions(
    List<Expression.Literal> parameters,
    Duration timeout,
    OutputListener functionOutput,
    boolean cached) {
  public StatementOptions(
      List<Expression.Literal> parameters, Duration timeout, OutputListener functionOutput) {
    this(parameters, timeout, functionOutput, true);
  }

  public static final StatementOptions DEFAULT =
      new StatementOptions(List.of(), Duration.ofHours(24), OutputListener.NONE);
}
