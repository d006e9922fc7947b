package io.bauplan.exec.fallback;

import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.List;

/// Runs what the vectorized engine has no kernel or operator for. Thread-safe; the objects it makes
/// are used by one thread each.
public interface Fallback {
  /// Compiles expressions over batches of the given columns. No [Expression.DynamicParameter] and
  /// no [Expression.CorrelatedRef] occurs in them.
  ///
  /// @throws EngineException `NOT_SUPPORTED` naming the function that cannot run
  FallbackEvaluator compile(List<Expression> expressions, RowType input, FallbackContext context);

  /// Whether `open` can run this node over given inputs.
  boolean canRun(PhysicalPlan node);

  /// Runs one node. The inputs stand for `node.inputs()` in order.
  ///
  /// @param inputs owned by the reader, which closes them; their batches have no selection
  BatchReader open(PhysicalPlan node, List<BatchReader> inputs, FallbackContext context);

  /// Refuses everything with a message that names it.
  Fallback NONE =
      new Fallback() {
        @Override
        public FallbackEvaluator compile(
            List<Expression> expressions, RowType input, FallbackContext context) {
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "this function cannot be executed: " + expressions.getFirst());
        }

        @Override
        public boolean canRun(PhysicalPlan node) {
          return false;
        }

        @Override
        public BatchReader open(
            PhysicalPlan node, List<BatchReader> inputs, FallbackContext context) {
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "this operation cannot be executed: " + node.getClass().getSimpleName());
        }
      };
}
