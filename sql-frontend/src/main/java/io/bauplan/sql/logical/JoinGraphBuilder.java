package io.bauplan.sql.logical;

import io.bauplan.sql.logical.JoinGraph.Attached;
import io.bauplan.sql.logical.JoinGraph.Condition;
import io.bauplan.sql.logical.JoinGraph.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/// Finds the region of joins below a node: joins with the filters and plain projections between
/// them.
final class JoinGraphBuilder {
  private final UnaryOperator<RelNode> leaves;
  private final RexBuilder rex;
  private final List<Relation> relations = new ArrayList<>();
  private final List<RexNode> conditions = new ArrayList<>();
  private int columns;

  private JoinGraphBuilder(RexBuilder rex, UnaryOperator<RelNode> leaves) {
    this.rex = rex;
    this.leaves = leaves;
  }

  /// Whether joins are under the node that could be done in another order.
  static boolean isRegion(RelNode rel) {
    return switch (rel) {
      case Join join -> isOrderable(join);
      case Filter filter -> isMovable(filter) && isRegion(filter.getInput());
      case Project project -> isPlain(project) && isRegion(project.getInput());
      default -> false;
    };
  }

  private static boolean isOrderable(Join join) {
    boolean kind =
        switch (join.getJoinType()) {
          case INNER, LEFT, RIGHT, SEMI, ANTI, LEFT_MARK -> true;
          case FULL, ASOF, LEFT_ASOF -> false;
        };
    return kind && join.getVariablesSet().isEmpty() && RexUtil.isDeterministic(join.getCondition());
  }

  private static boolean isMovable(Filter filter) {
    return filter.getVariablesSet().isEmpty() && RexUtil.isDeterministic(filter.getCondition());
  }

  private static boolean isPlain(Project project) {
    return project.getProjects().stream().allMatch(RexInputRef.class::isInstance);
  }

  /// @param leaves what becomes of a relation's tree before it is looked at
  /// @return null where there are too many relations
  static @Nullable JoinGraph build(
      RelNode rel, Cardinality cardinality, UnaryOperator<RelNode> leaves) {
    JoinGraphBuilder builder = new JoinGraphBuilder(rel.getCluster().getRexBuilder(), leaves);
    List<Integer> output = builder.collect(rel);
    return builder.relations.size() > JoinGraph.MAX_RELATIONS
        ? null
        : builder.finish(output, cardinality);
  }

  /// The node's columns by number.
  private List<Integer> collect(RelNode rel) {
    if (rel instanceof Join join && isOrderable(join)) {
      return join(join);
    }
    if (rel instanceof Filter filter && isMovable(filter) && isRegion(filter.getInput())) {
      List<Integer> input = collect(filter.getInput());
      addConditions(filter.getCondition(), input);
      return input;
    }
    if (rel instanceof Project project && isPlain(project) && isRegion(project.getInput())) {
      List<Integer> input = collect(project.getInput());
      return project.getProjects().stream()
          .map(ref -> input.get(((RexInputRef) ref).getIndex()))
          .toList();
    }
    return add(leaves.apply(rel), rel.getRowType().getFieldCount(), null);
  }

  private List<Integer> join(Join join) {
    JoinRelType type = join.getJoinType();
    if (type == JoinRelType.INNER) {
      List<Integer> both = new ArrayList<>(collect(join.getLeft()));
      both.addAll(collect(join.getRight()));
      addConditions(join.getCondition(), both);
      return both;
    }
    boolean flipped = type == JoinRelType.RIGHT;
    List<Integer> kept = collect(flipped ? join.getRight() : join.getLeft());
    long before = allRelations();
    RelNode other = flipped ? join.getLeft() : join.getRight();
    int width = other.getRowType().getFieldCount();
    List<Integer> added = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      added.add(columns + i);
    }
    List<Integer> both = new ArrayList<>(flipped ? added : kept);
    both.addAll(flipped ? kept : added);
    List<RexNode> on =
        RelOptUtil.conjunctions(join.getCondition()).stream().map(c -> renumber(c, both)).toList();
    long requires = 0;
    JoinGraph soFar = graph(List.of());
    for (RexNode conjunct : on) {
      for (int column : RelOptUtil.InputFinder.bits(conjunct)) {
        if (column < columns) {
          requires |= soFar.mask(rex.makeInputRef(conjunct.getType(), column));
        }
      }
    }
    requires = requires == 0 ? before : requires;
    boolean mark = type == JoinRelType.LEFT_MARK;
    add(leaves.apply(other), width + (mark ? 1 : 0), new Attached(join, requires, on));
    if (type == JoinRelType.SEMI || type == JoinRelType.ANTI) {
      return kept;
    }
    if (mark) {
      both.subList(kept.size(), both.size()).clear();
      both.add(columns - 1);
    }
    return both;
  }

  private long allRelations() {
    return relations.size() >= Long.SIZE ? -1 : (1L << relations.size()) - 1;
  }

  private List<Integer> add(RelNode rel, int width, @Nullable Attached attached) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      numbers.add(columns + i);
    }
    relations.add(new Relation(relations.size(), rel, columns, width, attached));
    columns += width;
    return numbers;
  }

  private void addConditions(RexNode condition, List<Integer> numbers) {
    for (RexNode conjunct : RelOptUtil.conjunctions(condition)) {
      conditions.add(renumber(conjunct, numbers));
    }
  }

  private static RexNode renumber(RexNode node, List<Integer> numbers) {
    return node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitInputRef(RexInputRef ref) {
            return new RexInputRef(numbers.get(ref.getIndex()), ref.getType());
          }
        });
  }

  private JoinGraph graph(List<Integer> output) {
    return new JoinGraph(
        List.copyOf(relations), List.of(), List.of(), List.of(), List.copyOf(output));
  }

  private JoinGraph finish(List<Integer> output, Cardinality cardinality) {
    KeyClasses classes = new KeyClasses();
    List<RexNode> always = new ArrayList<>();
    List<RexNode> several = new ArrayList<>();
    JoinGraph graph = graph(output);
    for (RexNode condition : conditions) {
      long mask = graph.mask(condition);
      if (mask == 0) {
        always.add(condition);
      } else if (Long.bitCount(mask) == 1) {
        filter(Long.numberOfTrailingZeros(mask), condition);
      } else if (!classes.add(condition, graph)) {
        several.add(condition);
      }
    }
    new TransitivePredicates(classes, rex).derive(graph(output)).forEach(this::filter);
    for (RexNode condition : several) {
      OneSidedAlternatives.infer(condition, graph(output), rex).forEach(this::filter);
    }
    JoinGraph filtered = graph(output);
    RelationFacts facts = new RelationFacts(filtered, cardinality);
    return new JoinGraph(
        filtered.relations(),
        classes.all(),
        several.stream().map(c -> condition(c, filtered, facts)).toList(),
        always,
        filtered.output());
  }

  /// Puts a condition, over column numbers, on a relation.
  private void filter(int index, RexNode condition) {
    Relation relation = relations.get(index);
    RexNode own = RexUtil.shift(condition, -relation.first());
    RelNode filtered = Optimizer.pushDown(LogicalFilter.create(relation.rel(), own));
    relations.set(
        index,
        new Relation(index, filtered, relation.first(), relation.columns(), relation.attached()));
  }

  private Condition condition(RexNode node, JoinGraph graph, RelationFacts facts) {
    long mask = graph.mask(node);
    long left = 0;
    long right = 0;
    if (node instanceof RexCall call && call.getKind() == SqlKind.EQUALS) {
      long first = graph.mask(call.operands.get(0));
      long second = graph.mask(call.operands.get(1));
      if (first != 0 && second != 0 && (first & second) == 0) {
        left = first;
        right = second;
      }
    }
    double selectivity = Selectivity.of(facts::of, node);
    for (RexNode inferred : OneSidedAlternatives.infer(node, graph, rex).values()) {
      selectivity /= Selectivity.of(facts::before, inferred);
    }
    return new Condition(node, mask, left, right, Math.min(1, selectivity));
  }
}
