package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlans;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import io.bauplan.sql.validator.TypeMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.calcite.rel.RelCollation;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Collect;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Intersect;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Match;
import org.apache.calcite.rel.core.Minus;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.core.Sample;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.TableSpool;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.core.Window;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/// An optimized tree as a physical plan, node by node; whatever has no counterpart is an error,
/// never dropped. Joins, aggregates, scans and windows have translators of their own.
public final class PhysicalTranslator {
  private final RelMetadataQuery metadata;

  private PhysicalTranslator(RelMetadataQuery metadata) {
    this.metadata = metadata;
  }

  /// Translates the tree, evaluates its constants and lists the files of its scans.
  ///
  /// @param finish what to put on top before columns are pruned
  /// @param optimized whether what occurs twice is computed once, and figures are taken from
  ///     manifests instead of files
  static PhysicalPlan translate(
      RelNode rel, ConstantFolder folder, UnaryOperator<PhysicalPlan> finish, boolean optimized) {
    PhysicalPlan plan =
        finish.apply(new PhysicalTranslator(rel.getCluster().getMetadataQuery()).node(rel));
    PhysicalPlan pruned = ColumnPruner.prune(plan);
    PhysicalPlan folded =
        PhysicalPlans.rewrite(
            pruned, n -> ConstantRows.fold(PhysicalPlans.mapExpressions(n, folder::fold), folder));
    PhysicalPlan shared = optimized ? SharedSubplans.share(folded) : folded;
    return ScanTranslator.planFiles(shared, rel, optimized);
  }

  RelMetadataQuery metadata() {
    return metadata;
  }

  PhysicalPlan node(RelNode rel) {
    return switch (rel) {
      case TableScan scan -> ScanTranslator.scan(scan);
      case Filter filter ->
          ScanTranslator.filter(
              node(filter.getInput()),
              ExpressionTranslator.translate(filter.getCondition()),
              metadata.getRowCount(filter));
      case Project project ->
          Projections.project(
              node(project.getInput()),
              ExpressionTranslator.translateAll(project.getProjects()),
              row(project));
      case Join join -> new JoinTranslator(this).join(join);
      case Aggregate aggregate -> AggregateTranslator.aggregate(aggregate, this);
      case Collect collect -> CollectTranslator.collect(collect, this);
      case Sort sort -> sort(sort);
      case Union union -> union(union);
      case Intersect intersect -> setOperation(PhysicalPlan.SetOperation.Kind.INTERSECT, intersect);
      case Minus minus -> setOperation(PhysicalPlan.SetOperation.Kind.EXCEPT, minus);
      case Values values -> values(values);
      case Window window -> WindowTranslator.window(window, this);
      case Uncollect uncollect ->
          new PhysicalPlan.Unnest(
              node(uncollect.getInput()), 0, uncollect.withOrdinality, false, row(rel));
      case Correlate correlate ->
          LateralUnnest.simplify(
              new PhysicalPlan.Correlate(
                  node(correlate.getLeft()),
                  node(correlate.getRight()),
                  correlate.getCorrelationId().getId(),
                  JoinTranslator.kind(correlate.getJoinType()),
                  row(rel)));
      case RepeatUnion repeat -> repeatUnion(repeat);
      case Sample sample -> sample(sample);
      case TableFunctionCall call -> call.plan(call.getInputs().stream().map(this::node).toList());
      case Match ignored ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "MATCH_RECOGNIZE is not supported yet",
              null,
              "Compare rows with lag() and lead() OVER (ORDER BY ...).",
              null);
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "this query needs the operation \""
                  + rel.getRelTypeName().replaceFirst("^Logical", "")
                  + "\", which the engine does not have",
              null,
              rel instanceof org.apache.calcite.rel.core.Match
                  ? "Say it with LAG, LEAD and QUALIFY instead of MATCH_RECOGNIZE."
                  : "Say the same with joins, windows or sub-queries.",
              null);
    };
  }

  static RowType row(RelNode rel) {
    return TypeMapping.rowType(rel.getRowType());
  }

  private PhysicalPlan sort(Sort sort) {
    PhysicalPlan input = node(sort.getInput());
    long offset = sort.offset == null ? 0 : count(sort.offset, "OFFSET");
    OptionalLong fetch =
        sort.fetch == null ? OptionalLong.empty() : OptionalLong.of(count(sort.fetch, "LIMIT"));
    List<SortKey> keys = sortKeys(sort.getCollation());
    if (!keys.isEmpty()) {
      return new PhysicalPlan.Sort(input, keys, offset, fetch);
    }
    if (offset == 0 && fetch.isEmpty()) {
      return input;
    }
    if (fetch.isPresent()) {
      input = ScanTranslator.limit(input, Math.addExact(offset, fetch.getAsLong()));
    }
    return new PhysicalPlan.Limit(input, offset, fetch);
  }

  private static long count(RexNode node, String clause) {
    if (node instanceof RexLiteral literal) {
      return Literals.count(Literals.literal(literal).value());
    }
    throw new EngineException(
        ErrorCode.NOT_SUPPORTED,
        clause + " takes a constant number, not an expression or parameter");
  }

  static List<SortKey> sortKeys(RelCollation collation) {
    List<SortKey> keys = new ArrayList<>();
    for (RelFieldCollation field : collation.getFieldCollations()) {
      boolean ascending = !field.getDirection().isDescending();
      boolean nullsFirst =
          switch (field.nullDirection) {
            case FIRST -> true;
            case LAST -> false;
            // NULLs sort high.
            case UNSPECIFIED -> !ascending;
          };
      keys.add(new SortKey(field.getFieldIndex(), ascending, nullsFirst));
    }
    return keys;
  }

  private PhysicalPlan union(Union union) {
    RowType output = row(union);
    PhysicalPlan all = new PhysicalPlan.UnionAll(inputs(union, output), output);
    if (union.all) {
      return all;
    }
    List<Integer> keys = IntStream.range(0, output.size()).boxed().toList();
    return new PhysicalPlan.Aggregate(
        all, keys, List.of(keys), List.of(), output, metadata.getRowCount(union));
  }

  private PhysicalPlan setOperation(PhysicalPlan.SetOperation.Kind kind, SetOp setOp) {
    RowType output = row(setOp);
    return new PhysicalPlan.SetOperation(kind, setOp.all, inputs(setOp, output), output);
  }

  /// The inputs, cast to the output's types where they differ.
  private List<PhysicalPlan> inputs(SetOp setOp, RowType output) {
    return setOp.getInputs().stream()
        .map(input -> Projections.castTo(node(input), output))
        .toList();
  }

  private static PhysicalPlan values(Values values) {
    RowType output = row(values);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (List<RexLiteral> tuple : values.getTuples()) {
      List<@Nullable Object> row = new ArrayList<>();
      for (int i = 0; i < tuple.size(); i++) {
        Expression value = TypeRules.cast(Literals.literal(tuple.get(i)), output.type(i));
        if (!(value instanceof Expression.Literal literal)) {
          throw new EngineException(
              ErrorCode.TYPE_MISMATCH,
              "a value of VALUES is "
                  + value.type().sql()
                  + " where column "
                  + output.column(i).name()
                  + " is "
                  + output.type(i).sql());
        }
        row.add(literal.value());
      }
      rows.add(row);
    }
    return new PhysicalPlan.Values(output, rows);
  }

  private PhysicalPlan repeatUnion(RepeatUnion repeat) {
    RowType output = row(repeat);
    return new PhysicalPlan.RecursiveUnion(
        ScanTranslator.transientName(java.util.Objects.requireNonNull(repeat.getTransientTable())),
        repeat.all,
        Projections.castTo(node(spooled(repeat.getSeedRel())), output),
        Projections.castTo(node(spooled(repeat.getIterativeRel())), output),
        output);
  }

  private static RelNode spooled(RelNode rel) {
    return rel instanceof TableSpool spool ? spool.getInput() : rel;
  }

  private PhysicalPlan sample(Sample sample) {
    var parameters = sample.getSamplingParameters();
    return new PhysicalPlan.Sample(
        node(sample.getInput()),
        parameters.isBernoulli(),
        parameters.sampleRate.doubleValue(),
        parameters.isRepeatable()
            ? OptionalLong.of(parameters.getRepeatableSeed())
            : OptionalLong.empty());
  }
}
