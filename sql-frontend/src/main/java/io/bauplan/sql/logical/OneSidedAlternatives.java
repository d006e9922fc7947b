package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.calcite.plan.RelOptPredicateList;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexExecutor;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexSimplify;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;

/// `(a.x = 1 AND b.y = 2) OR (a.x = 2 AND b.y = 1)` over two relations lets each be filtered by
/// itself: `a.x IN (1, 2)` and `b.y IN (1, 2)` (TPC-H Q7 and Q19).
final class OneSidedAlternatives {
  private static final RexExecutor NO_EXECUTOR =
      (rexBuilder, expressions, reduced) -> {
        reduced.addAll(expressions);
      };

  private OneSidedAlternatives() {}

  /// What follows from a condition for single relations.
  static Map<Integer, RexNode> infer(RexNode condition, JoinGraph graph, RexBuilder rex) {
    if (condition.getKind() != SqlKind.OR) {
      return Map.of();
    }
    List<RexNode> alternatives = RelOptUtil.disjunctions(condition);
    Map<Integer, RexNode> inferred = new LinkedHashMap<>();
    for (JoinGraph.Relation relation : graph.relations()) {
      if (relation.isInner() && (graph.mask(condition) & relation.mask()) != 0) {
        List<RexNode> sides = new ArrayList<>();
        for (RexNode alternative : alternatives) {
          RexNode side =
              RexUtil.composeConjunction(
                  rex,
                  RelOptUtil.conjunctions(alternative).stream()
                      .filter(c -> graph.mask(c) == relation.mask())
                      .toList());
          if (side.isAlwaysTrue()) {
            break;
          }
          sides.add(side);
        }
        if (sides.size() == alternatives.size()) {
          RexNode either = Objects.requireNonNull(RexUtil.composeDisjunction(rex, sides));
          inferred.put(relation.index(), simplified(either, rex));
        }
      }
    }
    return inferred;
  }

  private static RexNode simplified(RexNode node, RexBuilder rex) {
    return new RexSimplify(rex, RelOptPredicateList.EMPTY, NO_EXECUTOR)
        .simplifyUnknownAsFalse(node);
  }
}
