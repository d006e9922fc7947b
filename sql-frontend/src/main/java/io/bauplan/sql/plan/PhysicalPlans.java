package io.bauplan.sql.plan;

import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.PhysicalPlan.Aggregate;
import io.bauplan.sql.plan.PhysicalPlan.Correlate;
import io.bauplan.sql.plan.PhysicalPlan.FileScan;
import io.bauplan.sql.plan.PhysicalPlan.FileWrite;
import io.bauplan.sql.plan.PhysicalPlan.Filter;
import io.bauplan.sql.plan.PhysicalPlan.Generate;
import io.bauplan.sql.plan.PhysicalPlan.HashJoin;
import io.bauplan.sql.plan.PhysicalPlan.IntermediateScan;
import io.bauplan.sql.plan.PhysicalPlan.Limit;
import io.bauplan.sql.plan.PhysicalPlan.NestedLoopJoin;
import io.bauplan.sql.plan.PhysicalPlan.Project;
import io.bauplan.sql.plan.PhysicalPlan.RecursiveScan;
import io.bauplan.sql.plan.PhysicalPlan.RecursiveUnion;
import io.bauplan.sql.plan.PhysicalPlan.RowChange;
import io.bauplan.sql.plan.PhysicalPlan.Sample;
import io.bauplan.sql.plan.PhysicalPlan.SetOperation;
import io.bauplan.sql.plan.PhysicalPlan.Sort;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction;
import io.bauplan.sql.plan.PhysicalPlan.TableScan;
import io.bauplan.sql.plan.PhysicalPlan.TableWrite;
import io.bauplan.sql.plan.PhysicalPlan.UnionAll;
import io.bauplan.sql.plan.PhysicalPlan.Unnest;
import io.bauplan.sql.plan.PhysicalPlan.Values;
import io.bauplan.sql.plan.PhysicalPlan.Window;
import java.util.List;
import java.util.function.UnaryOperator;

/// Rebuilding plans: the one place that knows which parts of each node are inputs and expressions.
public final class PhysicalPlans {
  private PhysicalPlans() {}

  /// The plan with every `?` replaced by its literal.
  ///
  /// @param literals one per parameter, of the parameter's type
  public static PhysicalPlan bind(PhysicalPlan plan, List<Literal> literals) {
    UnaryOperator<Expression> replace =
        expression ->
            Expressions.rewrite(
                expression,
                e -> e instanceof Expression.DynamicParameter p ? literals.get(p.index()) : e);
    return rewrite(plan, node -> mapExpressions(node, replace));
  }

  /// Rebuilds bottom-up: `change` sees each node with its inputs already changed.
  public static PhysicalPlan rewrite(PhysicalPlan plan, UnaryOperator<PhysicalPlan> change) {
    List<PhysicalPlan> inputs = plan.inputs();
    List<PhysicalPlan> changed = inputs.stream().map(input -> rewrite(input, change)).toList();
    boolean same = true;
    for (int i = 0; i < inputs.size(); i++) {
      same &= inputs.get(i) == changed.get(i);
    }
    return change.apply(same ? plan : withInputs(plan, changed));
  }

  /// The node over other inputs of the same types.
  public static PhysicalPlan withInputs(PhysicalPlan plan, List<PhysicalPlan> in) {
    return switch (plan) {
      case TableScan p -> p;
      case FileScan p -> p;
      case IntermediateScan p -> p;
      case Generate p -> p;
      case Values p -> p;
      case RecursiveScan p -> p;
      case PhysicalPlan.SharedScan p -> p;
      case Filter p -> new Filter(in.get(0), p.predicate(), p.estimatedRows());
      case Project p -> new Project(in.get(0), p.expressions(), p.output());
      case Aggregate p ->
          new Aggregate(
              in.get(0),
              p.groupKeys(),
              p.groupingSets(),
              p.calls(),
              p.output(),
              p.estimatedGroups());
      case HashJoin p ->
          new HashJoin(
              in.get(0),
              in.get(1),
              p.kind(),
              p.leftKeys(),
              p.rightKeys(),
              p.nullSafe(),
              p.residual(),
              p.output(),
              p.estimatedRows());
      case NestedLoopJoin p ->
          new NestedLoopJoin(
              in.get(0), in.get(1), p.kind(), p.condition(), p.output(), p.estimatedRows());
      case Sort p -> new Sort(in.get(0), p.keys(), p.offset(), p.fetch());
      case Limit p -> new Limit(in.get(0), p.offset(), p.fetch());
      case UnionAll p -> new UnionAll(in, p.output());
      case SetOperation p -> new SetOperation(p.kind(), p.all(), in, p.output());
      case Window p -> new Window(in.get(0), p.groups(), p.output());
      case Unnest p -> new Unnest(in.get(0), p.kept(), p.withOrdinality(), p.outer(), p.output());
      case Correlate p ->
          new Correlate(in.get(0), in.get(1), p.correlationId(), p.kind(), p.output());
      case RecursiveUnion p ->
          new RecursiveUnion(p.name(), p.all(), in.get(0), in.get(1), p.output());
      case PhysicalPlan.Shared p -> new PhysicalPlan.Shared(p.id(), in.get(0));
      case Sample p -> new Sample(in.get(0), p.bernoulli(), p.fraction(), p.seed());
      case TableFunction p -> new TableFunction(p.function(), p.arguments(), in, p.output());
      case TableWrite p -> new TableWrite(in.get(0), p.target());
      case RowChange p -> new RowChange(in.get(0), p.target(), p.files(), p.deletes());
      case FileWrite p -> new FileWrite(in.get(0), p.format(), p.location(), p.options());
    };
  }

  /// The node with each of its own expressions changed.
  public static PhysicalPlan mapExpressions(PhysicalPlan plan, UnaryOperator<Expression> change) {
    return switch (plan) {
      case TableScan p ->
          p.filter().isEmpty()
              ? p
              : new TableScan(
                  p.table(),
                  p.snapshotId(),
                  p.columns(),
                  p.filterColumns(),
                  p.filter().map(change),
                  p.files(),
                  p.limit(),
                  p.estimatedRows());
      case FileScan p ->
          new FileScan(
              p.format(),
              p.files(),
              p.options(),
              p.fileColumns(),
              p.projection(),
              p.filter().map(change));
      case Filter p -> new Filter(p.input(), change.apply(p.predicate()), p.estimatedRows());
      case Project p ->
          new Project(p.input(), p.expressions().stream().map(change).toList(), p.output());
      case HashJoin p ->
          new HashJoin(
              p.left(),
              p.right(),
              p.kind(),
              p.leftKeys(),
              p.rightKeys(),
              p.nullSafe(),
              p.residual().map(change),
              p.output(),
              p.estimatedRows());
      case NestedLoopJoin p ->
          new NestedLoopJoin(
              p.left(),
              p.right(),
              p.kind(),
              p.condition().map(change),
              p.output(),
              p.estimatedRows());
      case Window p ->
          new Window(
              p.input(), p.groups().stream().map(g -> mapGroup(g, change)).toList(), p.output());
      case IntermediateScan p -> p;
      case Generate p -> p;
      case Values p -> p;
      case RecursiveScan p -> p;
      case PhysicalPlan.SharedScan p -> p;
      case Aggregate p -> p;
      case Sort p -> p;
      case Limit p -> p;
      case UnionAll p -> p;
      case SetOperation p -> p;
      case Unnest p -> p;
      case Correlate p -> p;
      case RecursiveUnion p -> p;
      case PhysicalPlan.Shared p -> p;
      case Sample p -> p;
      case TableFunction p -> p;
      case TableWrite p -> p;
      case RowChange p -> p;
      case FileWrite p -> p;
    };
  }

  private static Window.Group mapGroup(Window.Group group, UnaryOperator<Expression> change) {
    return new Window.Group(
        group.partitionBy(),
        group.orderBy(),
        new Window.Frame(
            group.frame().rows(),
            mapBound(group.frame().lower(), change),
            mapBound(group.frame().upper(), change),
            group.frame().exclusion()),
        group.calls().stream()
            .map(
                call ->
                    new Window.WindowCall(
                        call.function(),
                        call.distinct(),
                        call.ignoreNulls(),
                        call.arguments().stream().map(change).toList(),
                        call.output()))
            .toList());
  }

  private static Window.Bound mapBound(Window.Bound bound, UnaryOperator<Expression> change) {
    return new Window.Bound(bound.kind(), bound.offset().map(change));
  }
}
