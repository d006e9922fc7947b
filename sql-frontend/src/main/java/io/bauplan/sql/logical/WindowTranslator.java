package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Window.Bound;
import io.bauplan.sql.plan.PhysicalPlan.Window.Exclusion;
import io.bauplan.sql.plan.PhysicalPlan.Window.Frame;
import io.bauplan.sql.plan.PhysicalPlan.Window.Group;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.validator.AggregateUserFunction;
import io.bauplan.sql.validator.FunctionRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.core.Window;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexWindowBound;
import org.apache.calcite.rex.RexWindowExclusion;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlOperator;

/// Window functions. Calcite keeps their constants apart; here they are expressions like others.
final class WindowTranslator {
  private WindowTranslator() {}

  static PhysicalPlan window(Window window, PhysicalTranslator plans) {
    PhysicalPlan input = plans.node(window.getInput());
    RowType output = PhysicalTranslator.row(window);
    int inputSize = input.output().size();
    RexShuttle constants = new ConstantsInPlace(window, inputSize);
    List<Group> groups = new ArrayList<>();
    int next = inputSize;
    for (Window.Group group : window.groups) {
      List<WindowCall> calls = new ArrayList<>();
      for (Window.RexWinAggCall call : group.aggCalls) {
        Column column = output.column(next++);
        refuse(call.getOperator());
        List<Expression> arguments =
            call.getOperands().stream()
                .map(e -> ExpressionTranslator.translate(e.accept(constants)))
                .toList();
        calls.add(
            new WindowCall(
                FunctionRegistry.instance().aggregateId((SqlAggFunction) call.getOperator()),
                call.distinct,
                call.ignoreNulls,
                arguments,
                column));
      }
      groups.add(
          new Group(
              group.keys.asList(),
              PhysicalTranslator.sortKeys(group.orderKeys),
              new Frame(
                  group.isRows,
                  bound(group.lowerBound, constants),
                  bound(group.upperBound, constants),
                  exclusion(group.exclude)),
              calls));
    }
    return new PhysicalPlan.Window(input, groups, output);
  }

  private static void refuse(SqlOperator operator) {
    if (operator instanceof AggregateUserFunction) {
      throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "the user's aggregate function \""
                  + operator.getName()
                  + "\" over a window is not supported")
          .withHint("Group in a sub-query and join its rows.");
    }
  }

  private static Bound bound(RexWindowBound bound, RexShuttle constants) {
    if (bound.isCurrentRow()) {
      return new Bound(Bound.Kind.CURRENT_ROW, Optional.empty());
    }
    if (bound.isUnbounded()) {
      return new Bound(
          bound.isPreceding() ? Bound.Kind.UNBOUNDED_PRECEDING : Bound.Kind.UNBOUNDED_FOLLOWING,
          Optional.empty());
    }
    RexNode offset = java.util.Objects.requireNonNull(bound.getOffset());
    return new Bound(
        bound.isPreceding() ? Bound.Kind.PRECEDING : Bound.Kind.FOLLOWING,
        Optional.of(ExpressionTranslator.translate(offset.accept(constants))));
  }

  private static Exclusion exclusion(RexWindowExclusion exclusion) {
    return switch (exclusion) {
      case EXCLUDE_NO_OTHER -> Exclusion.NO_OTHERS;
      case EXCLUDE_CURRENT_ROW -> Exclusion.CURRENT_ROW;
      case EXCLUDE_GROUP -> Exclusion.GROUP;
      case EXCLUDE_TIES -> Exclusion.TIES;
    };
  }

  private static final class ConstantsInPlace extends RexShuttle {
    private final Window window;
    private final int inputSize;

    ConstantsInPlace(Window window, int inputSize) {
      this.window = window;
      this.inputSize = inputSize;
    }

    @Override
    public RexNode visitInputRef(RexInputRef ref) {
      return ref.getIndex() < inputSize ? ref : window.constants.get(ref.getIndex() - inputSize);
    }
  }
}
