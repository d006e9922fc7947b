package io.bauplan.sql.logical;

import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Shared;
import io.bauplan.sql.plan.PhysicalPlan.SharedScan;
import io.bauplan.sql.plan.PhysicalPlans;
import io.bauplan.sql.validator.FunctionRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// What a plan would compute several times in the same way (a `WITH` query or view used twice, a
/// sub-query that repeats what is around it) is computed once: the first becomes [Shared], the
/// others read its rows.
final class SharedSubplans {
  /// More rows than this are not held in memory to save computing them again.
  private static final double MAX_ROWS = 5_000_000;

  private final Set<PhysicalPlan> repeated;
  private final Map<PhysicalPlan, Integer> ids = new HashMap<>();

  private SharedSubplans(Set<PhysicalPlan> repeated) {
    this.repeated = repeated;
  }

  static PhysicalPlan share(PhysicalPlan original) {
    if (!readsAnythingTwice(original)) {
      return original;
    }
    PhysicalPlan plan = WiderSubplans.reuse(original);
    Map<PhysicalPlan, Integer> counts = new HashMap<>();
    visit(
        plan,
        node -> {
          if (isWorthIt(node)) {
            counts.merge(node, 1, Integer::sum);
          }
        });
    counts.values().removeIf(count -> count < 2);
    return counts.isEmpty()
        ? plan
        : withoutReaders(new SharedSubplans(counts.keySet()).replace(plan));
  }

  /// What occurred twice only because what is around it did needs no sharing of its own.
  private static PhysicalPlan withoutReaders(PhysicalPlan plan) {
    Set<Integer> read = new HashSet<>();
    visit(
        plan,
        node -> {
          if (node instanceof SharedScan scan) {
            read.add(scan.id());
          }
        });
    return PhysicalPlans.rewrite(
        plan, node -> node instanceof Shared s && !read.contains(s.id()) ? s.input() : node);
  }

  /// Saves looking closer at nearly all plans.
  private static boolean readsAnythingTwice(PhysicalPlan plan) {
    Set<Object> seen = new HashSet<>();
    boolean[] twice = {false};
    visit(
        plan,
        node -> {
          switch (node) {
            case PhysicalPlan.TableScan scan -> twice[0] |= !seen.add(scan.table());
            case PhysicalPlan.FileScan scan -> twice[0] |= !seen.add(scan.files());
            case PhysicalPlan.IntermediateScan scan -> twice[0] |= !seen.add(scan.id());
            case PhysicalPlan.TableFunction call -> twice[0] |= !seen.add(call.function());
            default -> {}
          }
        });
    return twice[0];
  }

  private PhysicalPlan replace(PhysicalPlan node) {
    Integer known = ids.get(node);
    if (known != null) {
      return new SharedScan(known, node.output(), rows(node));
    }
    int id = 0;
    if (repeated.contains(node)) {
      id = ids.size() + 1;
      ids.put(node, id);
    }
    PhysicalPlan rebuilt = withRunOnce(node, this::replace);
    return id > 0 ? new Shared(id, rebuilt) : rebuilt;
  }

  /// The node with its inputs changed, but for those that run several times; itself if none is.
  static PhysicalPlan withRunOnce(PhysicalPlan node, UnaryOperator<PhysicalPlan> change) {
    List<PhysicalPlan> inputs = new ArrayList<>();
    boolean changed = false;
    List<PhysicalPlan> once = runOnce(node);
    for (PhysicalPlan input : node.inputs()) {
      PhysicalPlan replaced = once.contains(input) ? change.apply(input) : input;
      changed |= replaced != input;
      inputs.add(replaced);
    }
    return changed ? PhysicalPlans.withInputs(node, inputs) : node;
  }

  static void visit(PhysicalPlan node, java.util.function.Consumer<PhysicalPlan> visitor) {
    visitor.accept(node);
    runOnce(node).forEach(input -> visit(input, visitor));
  }

  /// Inputs that run once, and not per row of another or per round.
  private static List<PhysicalPlan> runOnce(PhysicalPlan node) {
    return switch (node) {
      case PhysicalPlan.Correlate correlate -> List.of(correlate.left());
      case PhysicalPlan.RecursiveUnion union -> List.of(union.seed());
      default -> node.inputs();
    };
  }

  /// Whether the node does more than read, has rows that can be held, and gives the same each time.
  static boolean isWorthIt(PhysicalPlan node) {
    boolean kind =
        switch (node) {
          case PhysicalPlan.TableWrite write -> false;
          case PhysicalPlan.FileWrite write -> false;
          case Shared shared -> false;
          default -> true;
        };
    return kind && works(node) && rows(node) <= MAX_ROWS && isRepeatable(node);
  }

  private static boolean works(PhysicalPlan node) {
    return switch (node) {
      case PhysicalPlan.Aggregate p -> true;
      case PhysicalPlan.HashJoin p -> true;
      case PhysicalPlan.NestedLoopJoin p -> true;
      case PhysicalPlan.Window p -> true;
      case PhysicalPlan.SetOperation p -> true;
      case PhysicalPlan.Sort p -> true;
      case PhysicalPlan.TableFunction p -> true;
      case PhysicalPlan.RecursiveUnion p -> true;
      default -> node.inputs().stream().anyMatch(SharedSubplans::works);
    };
  }

  static double rows(PhysicalPlan node) {
    return switch (node) {
      case PhysicalPlan.TableScan p -> p.estimatedRows();
      case PhysicalPlan.Generate p -> p.estimatedRows();
      case PhysicalPlan.Values p -> p.rows().size();
      case PhysicalPlan.Aggregate p -> p.estimatedGroups();
      case PhysicalPlan.HashJoin p -> p.estimatedRows();
      case PhysicalPlan.NestedLoopJoin p -> p.estimatedRows();
      case PhysicalPlan.Filter p -> p.estimatedRows();
      case SharedScan p -> p.estimatedRows();
      case PhysicalPlan.Limit p when p.fetch().isPresent() -> p.fetch().getAsLong();
      case PhysicalPlan.Sort p when p.fetch().isPresent() -> p.fetch().getAsLong();
      default -> node.inputs().stream().mapToDouble(SharedSubplans::rows).sum();
    };
  }

  private static boolean isRepeatable(PhysicalPlan node) {
    boolean[] repeatable = {true};
    PhysicalPlans.mapExpressions(
        node,
        expression -> {
          Expressions.visit(expression, e -> repeatable[0] &= isRepeatable(e));
          return expression;
        });
    boolean itself =
        switch (node) {
          case PhysicalPlan.Sample sample -> sample.seed().isPresent();
          case PhysicalPlan.RecursiveScan scan -> false;
          case PhysicalPlan.TableFunction call -> call.function().deterministic();
          default -> true;
        };
    return itself && repeatable[0] && node.inputs().stream().allMatch(SharedSubplans::isRepeatable);
  }

  private static boolean isRepeatable(Expression expression) {
    return switch (expression) {
      case Expression.CorrelatedRef ref -> false;
      case Expression.Call call -> FunctionRegistry.instance().isDeterministic(call.function());
      default -> true;
    };
  }
}
