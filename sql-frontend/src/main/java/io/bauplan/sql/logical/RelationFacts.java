package io.bauplan.sql.logical;

import io.bauplan.sql.logical.JoinGraph.Relation;
import java.util.HashMap;
import java.util.Map;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;

/// What is known of a region's columns, by number.
final class RelationFacts {
  private final JoinGraph graph;
  private final Cardinality cardinality;
  private final Map<Integer, Facts> known = new HashMap<>();

  RelationFacts(JoinGraph graph, Cardinality cardinality) {
    this.graph = graph;
    this.cardinality = cardinality;
  }

  Facts of(int column) {
    Facts facts = known.get(column);
    if (facts == null) {
      Relation relation = graph.relationOf(column);
      facts = facts(relation, relation.rel(), column);
      known.put(column, facts);
    }
    return facts;
  }

  /// Before the filters that are on top of the relation.
  Facts before(int column) {
    Relation relation = graph.relationOf(column);
    RelNode rel = relation.rel();
    while (rel instanceof Filter filter) {
      rel = filter.getInput();
    }
    return facts(relation, rel, column);
  }

  double rows(Relation relation) {
    return Math.max(1, cardinality.rows(relation.rel()));
  }

  private Facts facts(Relation relation, RelNode rel, int column) {
    int index = column - relation.first();
    return index < rel.getRowType().getFieldCount()
        ? cardinality.facts(rel, index)
        : Facts.of(2, rows(relation), Facts.Source.COUNTED);
  }
}
