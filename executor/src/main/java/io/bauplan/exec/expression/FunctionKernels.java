package io.bauplan.exec.expression;

import io.bauplan.sql.plan.Expression;
import org.jspecify.annotations.Nullable;

/// The kernels of [Expression.Call], by function id.
final class FunctionKernels {
  private FunctionKernels() {}

  /// The node of a call; null where there is no kernel for the function or its argument types.
  static @Nullable Node find(ExpressionCompiler compiler, Expression.Call call, boolean conditional) {
    return null;
  }
}
