package io.bauplan.sql.logical;

import io.bauplan.sql.logical.JoinGraph.Attached;
import io.bauplan.sql.logical.JoinGraph.Condition;
import io.bauplan.sql.logical.JoinGraph.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;

/// How many rows the join of a set of relations has, whatever the order: the product of the
/// relations' rows, divided for each class of equal columns by the number of values it can have
/// once for every relation in it but the first.
final class JoinCardinality {
  private static final double MAX_ROWS = 1e300;

  private final JoinGraph graph;
  private final double[] rows;
  private final List<KeyColumns> classes = new ArrayList<>();
  private final List<SharedKeys> sharedKeys = new ArrayList<>();
  private final Map<Long, Double> known = new HashMap<>();

  /// @param members one mask and share in the common range for each column
  private record KeyColumns(long[] members, double[] overlaps, double values) {}

  /// Two relations with several classes in common, whose values are not independent.
  private record SharedKeys(long mask, double factor) {}

  JoinCardinality(JoinGraph graph, Cardinality cardinality, RexBuilder rex) {
    this.graph = graph;
    RelationFacts facts = new RelationFacts(graph, cardinality);
    for (List<Integer> members : graph.classes()) {
      classes.add(keyColumns(members, facts));
    }
    rows = new double[graph.relations().size()];
    for (Relation relation : graph.relations()) {
      Attached attached = relation.attached();
      rows[relation.index()] =
          attached == null ? facts.rows(relation) : attachedFactor(relation, attached, facts, rex);
    }
    addSharedKeys(facts);
  }

  private KeyColumns keyColumns(List<Integer> members, RelationFacts facts) {
    List<Facts> all = members.stream().map(facts::of).toList();
    long[] masks = new long[all.size()];
    double[] overlaps = new double[all.size()];
    for (int i = 0; i < masks.length; i++) {
      masks[i] = graph.relationOf(members.get(i)).mask();
      overlaps[i] = KeyDomain.overlap(all.get(i), all);
    }
    return new KeyColumns(masks, overlaps, KeyDomain.size(all));
  }

  /// By what an attached relation multiplies the rows.
  private static double attachedFactor(
      Relation relation, Attached attached, RelationFacts facts, RexBuilder rex) {
    List<Facts> outside = new ArrayList<>();
    List<Facts> inside = new ArrayList<>();
    List<RexNode> others = new ArrayList<>();
    for (RexNode on : attached.on()) {
      if (on instanceof RexCall call
          && call.getKind() == SqlKind.EQUALS
          && call.operands.get(0) instanceof RexInputRef left
          && call.operands.get(1) instanceof RexInputRef right
          && isInside(relation, left) != isInside(relation, right)) {
        boolean leftInside = isInside(relation, left);
        inside.add(facts.of((leftInside ? left : right).getIndex()));
        outside.add(facts.of((leftInside ? right : left).getIndex()));
      } else {
        others.add(on);
      }
    }
    double rest = Selectivity.of(facts::of, RexUtil.composeConjunction(rex, others));
    double inner = facts.rows(relation);
    double matched = KeyMatch.matched(outside, inside, inner, rest);
    return switch (attached.join().getJoinType()) {
      case SEMI -> matched;
      case ANTI -> Math.max(KeyMatch.LEAST_UNMATCHED, 1 - matched);
      case LEFT, RIGHT -> Math.max(1, inner * KeyMatch.pairs(outside, inside) * rest);
      default -> 1;
    };
  }

  private static boolean isInside(Relation relation, RexInputRef ref) {
    return ref.getIndex() >= relation.first()
        && ref.getIndex() < relation.first() + relation.columns();
  }

  private void addSharedKeys(RelationFacts facts) {
    Map<Long, List<Integer>> pairs = new HashMap<>();
    for (int c = 0; c < classes.size(); c++) {
      long[] members = classes.get(c).members();
      for (int i = 0; i < members.length; i++) {
        for (int j = i + 1; j < members.length; j++) {
          if (members[i] != members[j]) {
            pairs.computeIfAbsent(members[i] | members[j], mask -> new ArrayList<>()).add(c);
          }
        }
      }
    }
    pairs.forEach(
        (mask, shared) -> {
          if (shared.size() > 1) {
            double product = 1;
            for (int c : shared) {
              product *= classes.get(c).values();
            }
            double first = origin(Long.lowestOneBit(mask), shared.getFirst(), facts);
            double second = origin(Long.highestOneBit(mask), shared.getFirst(), facts);
            double together = KeyDomain.together(product, first, second);
            sharedKeys.add(new SharedKeys(mask, product / together));
          }
        });
    sharedKeys.sort((a, b) -> Double.compare(b.factor(), a.factor()));
  }

  /// Rows of the table that a relation's column of a class comes from.
  private double origin(long relation, int keyClass, RelationFacts facts) {
    for (int column : graph.classes().get(keyClass)) {
      if (graph.relationOf(column).mask() == relation) {
        return facts.of(column).origin();
      }
    }
    throw new IllegalArgumentException("the relation is not in the class");
  }

  double rows(long set) {
    return known.computeIfAbsent(set, this::compute);
  }

  private double compute(long set) {
    double product = 1;
    for (Relation relation : graph.relations()) {
      if ((set & relation.mask()) != 0) {
        product *= rows[relation.index()];
      }
    }
    for (KeyColumns key : classes) {
      boolean first = true;
      for (int i = 0; i < key.members().length; i++) {
        if ((set & key.members()[i]) != 0) {
          product *= first ? 1 : key.overlaps()[i] / key.values();
          first = false;
        }
      }
    }
    // Each of several relations on the same keys counts once.
    long corrected = 0;
    for (SharedKeys keys : sharedKeys) {
      if ((keys.mask() & ~set) == 0 && (keys.mask() & ~corrected) != 0) {
        product *= keys.factor();
        corrected |= keys.mask();
      }
    }
    for (Condition condition : graph.conditions()) {
      if ((condition.mask() & ~set) == 0) {
        product *= condition.selectivity();
      }
    }
    // Bounds of NaN and infinity may make the product no number.
    return product >= 1 ? Math.min(product, MAX_ROWS) : 1;
  }

  /// Rows of one relation by itself, of an attached one too.
  static double own(Relation relation, Cardinality cardinality) {
    return Math.max(1, cardinality.rows(relation.rel()));
  }
}
