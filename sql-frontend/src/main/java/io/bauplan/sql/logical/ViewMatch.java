package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.RelOptPredicateList;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSimplify;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.util.ImmutableBitSet;

/// A view as something that sub-trees of queries can be computed from. What it claims holds for
/// bags of rows:
///
/// - a block over the same leaves whose conditions imply the view's is the view's rows under the
///   query's further conditions, if these and the outputs can be computed from the view's columns;
/// - an aggregation of such a block is computed from an aggregation of finer groups, if the further
///   conditions and the keys are functions of the finer keys and each call can be put together.
final class ViewMatch {
  private final RelNode scan;
  private final QueryBlock block;
  private final Optional<Aggregate> aggregate;

  /// What each column of the view is: over the block's leaves, or for an aggregate's call its text.
  private final Map<String, Integer> columns = new HashMap<>();

  private final Set<String> conditions = new HashSet<>();
  private final RexBuilder rex;

  private ViewMatch(
      RelNode scan, QueryBlock block, Optional<Aggregate> aggregate, List<String> columnTexts) {
    this.scan = scan;
    this.block = block;
    this.aggregate = aggregate;
    this.rex = scan.getCluster().getRexBuilder();
    for (int i = columnTexts.size() - 1; i >= 0; i--) {
      columns.put(columnTexts.get(i), i);
    }
    block.conditions().forEach(condition -> conditions.add(text(condition)));
  }

  /// @param query the view's rewritten tree
  /// @param scan of its rows, with the same columns
  static Optional<ViewMatch> of(RelNode query, RelNode scan) {
    List<Integer> projected = null;
    RelNode top = query;
    if (query instanceof Project project
        && project.getInput() instanceof Aggregate
        && project.getProjects().stream().allMatch(RexInputRef.class::isInstance)) {
      projected = project.getProjects().stream().map(e -> ((RexInputRef) e).getIndex()).toList();
      top = project.getInput();
    }
    if (!(top instanceof Aggregate aggregate)
        || aggregate.getGroupType() != Aggregate.Group.SIMPLE) {
      return QueryBlock.of(query)
          .map(b -> new ViewMatch(scan, b, Optional.empty(), texts(b.outputs())));
    }
    Optional<QueryBlock> input = QueryBlock.of(aggregate.getInput());
    if (input.isEmpty()) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (int key : aggregate.getGroupSet()) {
      texts.add(text(input.get().outputs().get(key)));
    }
    for (AggregateCall call : aggregate.getAggCallList()) {
      texts.add(text(call, input.get().outputs(), call.getAggregation()));
    }
    List<String> inOrder = projected == null ? texts : projected.stream().map(texts::get).toList();
    return Optional.of(new ViewMatch(scan, input.get(), Optional.of(aggregate), inOrder));
  }

  private static List<String> texts(List<RexNode> expressions) {
    return expressions.stream().map(ViewMatch::text).toList();
  }

  private static String text(RexNode expression) {
    return expression + ":" + expression.getType().getFullTypeString();
  }

  private static String text(AggregateCall call, List<RexNode> inputs, SqlAggFunction function) {
    StringBuilder text = new StringBuilder("call ").append(function.getName());
    text.append(call.isDistinct() ? " distinct" : "").append(call.ignoreNulls() ? " skip" : "");
    call.getArgList().forEach(arg -> text.append(' ').append(text(inputs.get(arg))));
    call.rexList.forEach(e -> text.append(" const ").append(e));
    text.append(call.filterArg < 0 ? "" : " filter " + text(inputs.get(call.filterArg)));
    call.collation
        .getFieldCollations()
        .forEach(
            field ->
                text.append(" by ")
                    .append(text(inputs.get(field.getFieldIndex())))
                    .append(field.shortString()));
    if (call.distinctKeys != null) {
      text.append(" keys");
      call.distinctKeys.forEach(key -> text.append(' ').append(text(inputs.get(key))));
    }
    return text.toString();
  }

  double rows() {
    return scan.getCluster().getMetadataQuery().getRowCount(scan);
  }

  /// A tree with the rows and columns of `query`, from the view.
  Optional<RelNode> apply(RelNode query) {
    if (aggregate.isEmpty()) {
      return QueryBlock.of(query).flatMap(this::fromRows);
    }
    return query instanceof Aggregate wanted && wanted.getGroupType() == Aggregate.Group.SIMPLE
        ? QueryBlock.of(wanted.getInput()).flatMap(input -> fromGroups(wanted, input))
        : Optional.empty();
  }

  private Optional<RelNode> fromRows(QueryBlock wanted) {
    Computation over = new Computation();
    Optional<List<RexNode>> rest = remaining(wanted, over);
    Optional<List<RexNode>> outputs = over.all(wanted.outputs());
    if (rest.isEmpty() || outputs.isEmpty()) {
      return Optional.empty();
    }
    RelBuilder builder = builder().push(scan).filter(rest.get());
    return Optional.of(builder.project(outputs.get(), List.of(), true).build());
  }

  private RelBuilder builder() {
    return RelFactories.LOGICAL_BUILDER.create(scan.getCluster(), null);
  }

  /// The query's conditions that the view has not applied, over the view's columns; empty where the
  /// view leaves out rows that the query wants, or where a condition cannot be computed.
  private Optional<List<RexNode>> remaining(QueryBlock wanted, Computation over) {
    if (!wanted.digests().equals(block.digests())) {
      return Optional.empty();
    }
    Set<String> texts = new HashSet<>(texts(wanted.conditions()));
    RexSimplify simplify =
        new RexSimplify(rex, RelOptPredicateList.of(rex, wanted.conditions()), RexUtil.EXECUTOR);
    for (RexNode condition : block.conditions()) {
      if (!texts.contains(text(condition))
          && !simplify.simplifyUnknownAsFalse(condition).isAlwaysTrue()) {
        return Optional.empty();
      }
    }
    return over.all(
        wanted.conditions().stream().filter(c -> !conditions.contains(text(c))).toList());
  }

  private Optional<RelNode> fromGroups(Aggregate wanted, QueryBlock input) {
    Computation over = new Computation();
    Optional<List<RexNode>> rest = remaining(input, over);
    List<RexNode> keys =
        wanted.getGroupSet().asList().stream().map(key -> input.outputs().get(key)).toList();
    Optional<List<RexNode>> viewKeys = over.all(keys);
    if (rest.isEmpty() || viewKeys.isEmpty()) {
      return Optional.empty();
    }
    boolean sameGroups = new HashSet<>(texts(keys)).equals(keyTexts());
    if (sameGroups && (!keys.isEmpty() || rest.get().isEmpty())) {
      Optional<RelNode> same = sameGroups(wanted, input, rest.get(), viewKeys.get());
      if (same.isPresent()) {
        return same;
      }
    }
    return rolledUp(wanted, input, rest.get(), viewKeys.get(), over);
  }

  private Set<String> keyTexts() {
    Set<String> keys = new HashSet<>();
    aggregate.orElseThrow().getGroupSet().forEach(key -> keys.add(text(block.outputs().get(key))));
    return keys;
  }

  /// A row of the view is a row of the query.
  private Optional<RelNode> sameGroups(
      Aggregate wanted, QueryBlock input, List<RexNode> rest, List<RexNode> keys) {
    List<RexNode> outputs = new ArrayList<>(keys);
    for (AggregateCall call : wanted.getAggCallList()) {
      Integer column = columns.get(text(call, input.outputs(), call.getAggregation()));
      if (column == null) {
        return Optional.empty();
      }
      outputs.add(rex.makeInputRef(scan, column));
    }
    RelBuilder builder = builder().push(scan).filter(rest);
    return Optional.of(typed(builder.project(outputs, List.of(), true).build(), wanted));
  }

  private static RelNode typed(RelNode rel, RelNode wanted) {
    return RelOptUtil.createCastRel(rel, wanted.getRowType(), true);
  }

  private Optional<RelNode> rolledUp(
      Aggregate wanted,
      QueryBlock input,
      List<RexNode> rest,
      List<RexNode> keys,
      Computation over) {
    List<RexNode> projected = new ArrayList<>(keys);
    List<AggregateCall> calls = new ArrayList<>();
    for (AggregateCall call : wanted.getAggCallList()) {
      Optional<SqlAggFunction> function = put(call, input, projected, over);
      if (function.isEmpty()) {
        return Optional.empty();
      }
      int argument = projected.size() - 1;
      int filter = -1;
      if (call.filterArg >= 0) {
        Optional<RexNode> condition = over.one(input.outputs().get(call.filterArg));
        if (condition.isEmpty()) {
          return Optional.empty();
        }
        projected.add(condition.get());
        filter = projected.size() - 1;
      }
      calls.add(call(call, function.get(), argument, filter));
    }
    RelNode rows = builder().push(scan).filter(rest).project(projected, List.of(), true).build();
    List<AggregateCall> typed = new ArrayList<>();
    for (AggregateCall call : calls) {
      // With the type that the function has over the view's columns.
      typed.add(
          AggregateCall.create(
              call.getAggregation(),
              call.isDistinct(),
              false,
              false,
              List.of(),
              call.getArgList(),
              call.filterArg,
              null,
              call.collation,
              keys.isEmpty(),
              rows,
              null,
              call.name));
    }
    Aggregate rolled =
        wanted.copy(
            wanted.getTraitSet(),
            rows,
            ImmutableBitSet.range(keys.size()),
            List.of(ImmutableBitSet.range(keys.size())),
            typed);
    return Optional.of(typed(rolled, wanted));
  }

  private static AggregateCall call(
      AggregateCall wanted, SqlAggFunction function, int argument, int filter) {
    return AggregateCall.create(
        function,
        wanted.isDistinct(),
        false,
        false,
        List.of(),
        List.of(argument),
        filter,
        null,
        wanted.collation,
        wanted.getType(),
        wanted.name);
  }

  /// Adds the column from which a call is put together; returns the function that does it.
  private Optional<SqlAggFunction> put(
      AggregateCall call, QueryBlock input, List<RexNode> projected, Computation over) {
    SqlKind kind = call.getAggregation().getKind();
    boolean extreme = kind == SqlKind.MIN || kind == SqlKind.MAX;
    if (!call.collation.getFieldCollations().isEmpty()
        || call.distinctKeys != null
        || !call.rexList.isEmpty()) {
      return Optional.empty();
    }
    boolean ofKeys = extreme || call.isDistinct() && ROLLS.contains(kind);
    if (ofKeys && call.getArgList().size() == 1) {
      // Each value of a key is there, if not as often.
      Optional<RexNode> argument = over.one(input.outputs().get(call.getArgList().getFirst()));
      if (argument.isPresent()) {
        projected.add(argument.get());
        return Optional.of(call.getAggregation());
      }
    }
    AggregateCall unfiltered =
        call.filterArg < 0
            ? call
            : AggregateCall.create(
                call.getAggregation(),
                call.isDistinct(),
                false,
                call.ignoreNulls(),
                List.of(),
                call.getArgList(),
                -1,
                null,
                call.collation,
                call.getType(),
                call.name);
    Integer column = columns.get(text(unfiltered, input.outputs(), call.getAggregation()));
    if (column == null || call.isDistinct() || !ROLLS.contains(kind)) {
      return Optional.empty();
    }
    projected.add(rex.makeInputRef(scan, column));
    return Optional.of(kind == SqlKind.COUNT ? SqlStdOperatorTable.SUM0 : call.getAggregation());
  }

  private static final Set<SqlKind> ROLLS =
      Set.of(SqlKind.SUM, SqlKind.SUM0, SqlKind.COUNT, SqlKind.MIN, SqlKind.MAX);

  /// Expressions over the leaves as expressions over the view's columns.
  private final class Computation {
    private final Map<String, RexNode> equal = new HashMap<>();

    /// Columns that are equal in every row of the view stand for each other.
    Computation() {
      for (RexNode condition : block.conditions()) {
        if (condition instanceof RexCall call
            && call.getKind() == SqlKind.EQUALS
            && call.operands.get(0) instanceof RexInputRef left
            && call.operands.get(1) instanceof RexInputRef right
            && left.getType().equals(right.getType())) {
          equal.putIfAbsent(text(left), right);
          equal.putIfAbsent(text(right), left);
        }
      }
    }

    Optional<List<RexNode>> all(List<RexNode> expressions) {
      List<RexNode> computed = new ArrayList<>();
      for (RexNode expression : expressions) {
        Optional<RexNode> one = one(expression);
        if (one.isEmpty()) {
          return Optional.empty();
        }
        computed.add(one.get());
      }
      return Optional.of(computed);
    }

    Optional<RexNode> one(RexNode expression) {
      boolean[] missing = {false};
      RexNode computed =
          expression.accept(
              new RexShuttle() {
                @Override
                public RexNode visitCall(RexCall call) {
                  Integer column = columns.get(text(call));
                  return column != null ? column(column, call) : super.visitCall(call);
                }

                @Override
                public RexNode visitInputRef(RexInputRef ref) {
                  Integer column = columns.get(text(ref));
                  RexNode other = equal.get(text(ref));
                  if (column == null && other != null) {
                    column = columns.get(text(other));
                  }
                  missing[0] |= column == null;
                  return column == null ? ref : column(column, ref);
                }
              });
      return missing[0] ? Optional.empty() : Optional.of(computed);
    }

    private RexNode column(int index, RexNode as) {
      return rex.ensureType(as.getType(), rex.makeInputRef(scan, index), true);
    }
  }
}
