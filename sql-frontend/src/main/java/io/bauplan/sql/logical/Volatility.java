package io.bauplan.sql.logical;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Sample;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.jspecify.annotations.Nullable;

/// What in a tree gives something else each time: clocks, random numbers, samples, functions that
/// are not declared `IMMUTABLE`.
final class Volatility extends RelVisitor {
  private final Set<String> found = new TreeSet<>();

  static Set<String> of(RelNode rel) {
    Volatility volatility = new Volatility();
    volatility.go(rel);
    return volatility.found;
  }

  @Override
  public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
    if (node instanceof Sample) {
      found.add("TABLESAMPLE");
    }
    if (node instanceof TableFunctionCall call && !call.function().deterministic()) {
      found.add("the function " + call.function().name() + ", which is not declared IMMUTABLE");
    }
    if (node instanceof Aggregate aggregate) {
      for (AggregateCall call : aggregate.getAggCallList()) {
        if (!call.getAggregation().isDeterministic()) {
          found.add(call.getAggregation().getName().toLowerCase(Locale.ROOT));
        }
      }
    }
    node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            if (!call.getOperator().isDeterministic() || call.getOperator().isDynamicFunction()) {
              found.add(call.getOperator().getName().toLowerCase(Locale.ROOT));
            }
            return super.visitCall(call);
          }

          @Override
          public RexNode visitSubQuery(RexSubQuery subQuery) {
            found.addAll(of(subQuery.rel));
            return super.visitSubQuery(subQuery);
          }
        });
    super.visit(node, ordinal, parent);
  }
}
