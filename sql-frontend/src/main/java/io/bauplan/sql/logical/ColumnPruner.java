package io.bauplan.sql.logical;

import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Aggregate;
import io.bauplan.sql.plan.PhysicalPlan.FileScan;
import io.bauplan.sql.plan.PhysicalPlan.Filter;
import io.bauplan.sql.plan.PhysicalPlan.HashJoin;
import io.bauplan.sql.plan.PhysicalPlan.IntermediateScan;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.PhysicalPlan.Limit;
import io.bauplan.sql.plan.PhysicalPlan.NestedLoopJoin;
import io.bauplan.sql.plan.PhysicalPlan.Project;
import io.bauplan.sql.plan.PhysicalPlan.Sample;
import io.bauplan.sql.plan.PhysicalPlan.Sort;
import io.bauplan.sql.plan.PhysicalPlan.TableScan;
import io.bauplan.sql.plan.PhysicalPlan.UnionAll;
import io.bauplan.sql.plan.PhysicalPlan.Unnest;
import io.bauplan.sql.plan.PhysicalPlan.Values;
import io.bauplan.sql.plan.PhysicalPlan.Window;
import io.bauplan.sql.plan.PhysicalPlans;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/// Leaves out every column that nobody above needs, and every projection that only reorders
/// columns: who uses the columns takes them from where they are.
final class ColumnPruner {
  private ColumnPruner() {}

  /// The plan with the same output, its inside pruned.
  static PhysicalPlan prune(PhysicalPlan plan) {
    return exact(plan, Names.KEEP);
  }

  private enum Names {
    KEEP,
    ANY
  }

  /// @param column where each of the original's columns is now; -1 = gone
  private record Pruned(PhysicalPlan plan, int[] column) {
    int at(int original) {
      return column[original];
    }
  }

  private static PhysicalPlan exact(PhysicalPlan plan, Names names) {
    return exact(plan, all(plan.output().size()), plan.output(), names);
  }

  /// The columns `needed` of the plan, in order, as `output`.
  private static PhysicalPlan exact(PhysicalPlan plan, BitSet needed, RowType output, Names names) {
    Pruned pruned = prune(plan, needed);
    RowType now = pruned.plan().output();
    int[] order = needed.stream().map(pruned::at).toArray();
    boolean same = order.length == now.size();
    for (int i = 0; same && i < order.length; i++) {
      same =
          order[i] == i
              && (names == Names.ANY || now.column(i).name().equals(output.column(i).name()));
    }
    if (same) {
      return pruned.plan();
    }
    List<Expression> references = new ArrayList<>();
    for (int index : order) {
      references.add(Projections.reference(now, index));
    }
    return new Project(pruned.plan(), references, output);
  }

  private static Pruned prune(PhysicalPlan plan, BitSet needed) {
    return switch (plan) {
      case TableScan p -> scan(p, needed);
      case FileScan p when ScanTranslator.canNarrow(p) -> scan(p, needed);
      case IntermediateScan p -> scan(p, needed);
      case Values p -> values(p, needed);
      case Filter p -> {
        Pruned input = prune(p.input(), union(needed, Expressions.inputColumns(p.predicate())));
        yield new Pruned(
            new Filter(
                input.plan(), Expressions.remap(p.predicate(), input::at), p.estimatedRows()),
            input.column());
      }
      case Project p -> project(p, needed);
      case Aggregate p -> aggregate(p, needed);
      case HashJoin p -> hashJoin(p, needed);
      case NestedLoopJoin p -> nestedLoopJoin(p, needed);
      case Sort p -> {
        BitSet wanted = union(needed, new BitSet());
        p.keys().forEach(key -> wanted.set(key.column()));
        Pruned input = prune(p.input(), wanted);
        yield new Pruned(
            new Sort(input.plan(), keys(p.keys(), input::at), p.offset(), p.fetch()),
            input.column());
      }
      case Limit p -> {
        Pruned input = prune(p.input(), needed);
        yield new Pruned(new Limit(input.plan(), p.offset(), p.fetch()), input.column());
      }
      case Sample p -> {
        Pruned input = prune(p.input(), needed);
        yield new Pruned(
            new Sample(input.plan(), p.bernoulli(), p.fraction(), p.seed()), input.column());
      }
      case UnionAll p -> union(p, needed);
      case Window p -> window(p, needed);
      case Unnest p -> unnest(p, needed);
      default -> {
        List<PhysicalPlan> inputs =
            plan.inputs().stream().map(input -> exact(input, Names.KEEP)).toList();
        yield identity(PhysicalPlans.withInputs(plan, inputs));
      }
    };
  }

  private static Pruned identity(PhysicalPlan plan) {
    return new Pruned(plan, IntStream.range(0, plan.output().size()).toArray());
  }

  private static Pruned scan(PhysicalPlan scan, BitSet needed) {
    List<Expression> columns =
        needed.stream().mapToObj(i -> Projections.reference(scan.output(), i)).toList();
    return new Pruned(
        ScanTranslator.narrow(scan, columns).scan(), compact(needed, scan.output().size()));
  }

  private static Pruned values(Values values, BitSet needed) {
    List<Column> columns = needed.stream().mapToObj(values.output()::column).toList();
    var rows =
        values.rows().stream()
            .map(
                row -> {
                  List<@org.jspecify.annotations.Nullable Object> kept = new ArrayList<>();
                  needed.stream().forEach(i -> kept.add(row.get(i)));
                  return kept;
                })
            .map(row -> (List<@org.jspecify.annotations.Nullable Object>) row)
            .toList();
    return new Pruned(
        new Values(new RowType(columns), rows), compact(needed, values.output().size()));
  }

  private static Pruned project(Project project, BitSet needed) {
    List<Expression> kept = needed.stream().mapToObj(project.expressions()::get).toList();
    BitSet inputs = new BitSet();
    kept.forEach(e -> inputs.or(Expressions.inputColumns(e)));
    Pruned input = prune(project.input(), inputs);
    int[] column = new int[project.expressions().size()];
    java.util.Arrays.fill(column, -1);
    if (kept.stream().allMatch(InputRef.class::isInstance)) {
      needed.stream()
          .forEach(i -> column[i] = input.at(((InputRef) project.expressions().get(i)).index()));
      return new Pruned(input.plan(), column);
    }
    List<Expression> expressions = kept.stream().map(e -> Expressions.remap(e, input::at)).toList();
    RowType output = new RowType(needed.stream().mapToObj(project.output()::column).toList());
    return new Pruned(
        new Project(input.plan(), expressions, output),
        compact(needed, project.expressions().size()));
  }

  private static Pruned aggregate(Aggregate aggregate, BitSet needed) {
    int keys = aggregate.groupKeys().size();
    List<AggregateCall> calls = new ArrayList<>();
    int[] column = new int[aggregate.output().size()];
    for (int i = 0; i < column.length; i++) {
      // Something has to be left where there is no key: the row itself is the result.
      boolean kept = i < keys || needed.get(i) || keys == 0 && i == 0;
      column[i] = kept ? keys + calls.size() : -1;
      if (i < keys) {
        column[i] = i;
      } else if (kept) {
        calls.add(aggregate.calls().get(i - keys));
      }
    }
    BitSet inputs = new BitSet();
    aggregate.groupKeys().forEach(inputs::set);
    for (AggregateCall call : calls) {
      call.arguments().forEach(inputs::set);
      call.filter().ifPresent(inputs::set);
      call.order().forEach(key -> inputs.set(key.column()));
    }
    Pruned input = prune(aggregate.input(), inputs);
    List<Column> output = new ArrayList<>(aggregate.output().columns().subList(0, keys));
    calls.forEach(call -> output.add(call.output()));
    return new Pruned(
        new Aggregate(
            input.plan(),
            aggregate.groupKeys().stream().map(input::at).toList(),
            aggregate.groupingSets(),
            calls.stream().map(call -> call(call, input)).toList(),
            new RowType(output),
            aggregate.estimatedGroups()),
        column);
  }

  private static AggregateCall call(AggregateCall call, Pruned input) {
    return new AggregateCall(
        call.function(),
        call.distinct(),
        call.arguments().stream().map(input::at).toList(),
        call.filter().isPresent()
            ? java.util.OptionalInt.of(input.at(call.filter().getAsInt()))
            : call.filter(),
        keys(call.order(), input::at),
        call.output());
  }

  private static List<SortKey> keys(List<SortKey> keys, IntUnaryOperator column) {
    return keys.stream()
        .map(k -> new SortKey(column.applyAsInt(k.column()), k.ascending(), k.nullsFirst()))
        .toList();
  }

  /// Both sides of a join, pruned, and where the join's columns are now.
  private record Sides(
      Pruned left, Pruned right, RowType output, int[] column, IntUnaryOperator both) {}

  private static Sides sides(
      PhysicalPlan join,
      PhysicalPlan left,
      PhysicalPlan right,
      JoinKind kind,
      BitSet needed,
      BitSet used) {
    int leftSize = left.output().size();
    int rightSize = right.output().size();
    BitSet leftNeeded = new BitSet();
    BitSet rightNeeded = new BitSet();
    used.stream()
        .forEach(
            i -> {
              if (i < leftSize) {
                leftNeeded.set(i);
              } else {
                rightNeeded.set(i - leftSize);
              }
            });
    boolean projectsRight =
        switch (kind) {
          case INNER, LEFT, RIGHT, FULL, RIGHT_SEMI, RIGHT_ANTI -> true;
          case SEMI, ANTI, MARK -> false;
        };
    // What the output's columns begin with among the columns of both sides.
    int first = projectsRightOnly(kind) ? leftSize : 0;
    needed.stream()
        .map(i -> i + first)
        .forEach(
            i -> {
              if (i < leftSize) {
                leftNeeded.set(i);
              } else if (projectsRight) {
                rightNeeded.set(i - leftSize);
              }
            });
    Pruned newLeft = prune(left, leftNeeded);
    Pruned newRight = prune(right, rightNeeded);
    int newLeftSize = newLeft.plan().output().size();
    int before = projectsRightOnly(kind) ? 0 : newLeftSize;
    int[] column = new int[join.output().size()];
    for (int i = 0; i < column.length; i++) {
      int at = i + first;
      column[i] =
          at < leftSize
              ? newLeft.at(at)
              : projectsRight ? shifted(newRight.at(at - leftSize), before) : newLeftSize;
    }
    List<Column> output = new ArrayList<>();
    if (!projectsRightOnly(kind)) {
      nullable(newLeft.plan().output(), kind == JoinKind.RIGHT || kind == JoinKind.FULL, output);
    }
    if (projectsRight) {
      nullable(newRight.plan().output(), kind == JoinKind.LEFT || kind == JoinKind.FULL, output);
    } else if (kind == JoinKind.MARK) {
      output.add(join.output().column(leftSize));
    }
    IntUnaryOperator both =
        i -> i < leftSize ? newLeft.at(i) : newRight.at(i - leftSize) + newLeftSize;
    return new Sides(newLeft, newRight, new RowType(output), column, both);
  }

  private static boolean projectsRightOnly(JoinKind kind) {
    return kind == JoinKind.RIGHT_SEMI || kind == JoinKind.RIGHT_ANTI;
  }

  private static int shifted(int index, int by) {
    return index < 0 ? -1 : index + by;
  }

  private static void nullable(RowType row, boolean outer, List<Column> into) {
    for (Column column : row.columns()) {
      into.add(new Column(column.name(), column.type(), outer || column.nullable()));
    }
  }

  private static Pruned hashJoin(HashJoin join, BitSet needed) {
    int leftSize = join.left().output().size();
    BitSet used = new BitSet();
    join.leftKeys().forEach(used::set);
    join.rightKeys().forEach(key -> used.set(leftSize + key));
    join.residual().ifPresent(e -> used.or(Expressions.inputColumns(e)));
    Sides sides = sides(join, join.left(), join.right(), join.kind(), needed, used);
    return new Pruned(
        new HashJoin(
            sides.left().plan(),
            sides.right().plan(),
            join.kind(),
            join.leftKeys().stream().map(sides.left()::at).toList(),
            join.rightKeys().stream().map(sides.right()::at).toList(),
            join.nullSafe(),
            join.residual().map(e -> Expressions.remap(e, sides.both())),
            sides.output(),
            join.estimatedRows()),
        sides.column());
  }

  private static Pruned nestedLoopJoin(NestedLoopJoin join, BitSet needed) {
    BitSet used = join.condition().map(Expressions::inputColumns).orElseGet(BitSet::new);
    Sides sides = sides(join, join.left(), join.right(), join.kind(), needed, used);
    Optional<Expression> condition = join.condition().map(e -> Expressions.remap(e, sides.both()));
    return new Pruned(
        new NestedLoopJoin(
            sides.left().plan(),
            sides.right().plan(),
            join.kind(),
            condition,
            sides.output(),
            join.estimatedRows()),
        sides.column());
  }

  private static Pruned union(UnionAll union, BitSet needed) {
    RowType output = new RowType(needed.stream().mapToObj(union.output()::column).toList());
    List<PhysicalPlan> inputs =
        union.inputs().stream().map(input -> exact(input, needed, output, Names.ANY)).toList();
    return new Pruned(new UnionAll(inputs, output), compact(needed, union.output().size()));
  }

  private static Pruned window(Window window, BitSet needed) {
    int inputSize = window.input().output().size();
    BitSet used = new BitSet();
    needed.stream().filter(i -> i < inputSize).forEach(used::set);
    for (Window.Group group : window.groups()) {
      group.partitionBy().forEach(used::set);
      group.orderBy().forEach(key -> used.set(key.column()));
      group.frame().lower().offset().ifPresent(e -> used.or(Expressions.inputColumns(e)));
      group.frame().upper().offset().ifPresent(e -> used.or(Expressions.inputColumns(e)));
      group.calls().stream()
          .flatMap(call -> call.arguments().stream())
          .forEach(e -> used.or(Expressions.inputColumns(e)));
    }
    Pruned input = prune(window.input(), used);
    int newSize = input.plan().output().size();
    int[] column = new int[window.output().size()];
    for (int i = 0; i < column.length; i++) {
      column[i] = i < inputSize ? input.at(i) : newSize + i - inputSize;
    }
    List<Column> output = new ArrayList<>(input.plan().output().columns());
    output.addAll(window.output().columns().subList(inputSize, column.length));
    Window moved =
        (Window) PhysicalPlans.mapExpressions(window, e -> Expressions.remap(e, input::at));
    List<Window.Group> groups =
        moved.groups().stream()
            .map(
                g ->
                    new Window.Group(
                        g.partitionBy().stream().map(input::at).toList(),
                        keys(g.orderBy(), input::at),
                        g.frame(),
                        g.calls()))
            .toList();
    return new Pruned(new Window(input.plan(), groups, new RowType(output)), column);
  }

  /// The columns of elements stay.
  private static Pruned unnest(Unnest unnest, BitSet needed) {
    RowType before = unnest.input().output();
    BitSet used = all(before.size());
    for (int i = 0; i < unnest.kept(); i++) {
      used.set(i, needed.get(i));
    }
    RowType input = new RowType(used.stream().mapToObj(before::column).toList());
    BitSet columns = all(unnest.output().size());
    columns.and(used);
    columns.set(unnest.kept(), unnest.output().size());
    int kept = (int) used.stream().filter(i -> i < unnest.kept()).count();
    return new Pruned(
        new Unnest(
            exact(unnest.input(), used, input, Names.ANY),
            kept,
            unnest.withOrdinality(),
            unnest.outer(),
            new RowType(columns.stream().mapToObj(unnest.output()::column).toList())),
        compact(columns, unnest.output().size()));
  }

  private static BitSet all(int size) {
    BitSet all = new BitSet();
    all.set(0, size);
    return all;
  }

  private static BitSet union(BitSet first, BitSet second) {
    BitSet both = (BitSet) first.clone();
    both.or(second);
    return both;
  }

  /// Positions of the kept columns when all others are gone.
  private static int[] compact(BitSet kept, int size) {
    int[] column = new int[size];
    int next = 0;
    for (int i = 0; i < size; i++) {
      column[i] = kept.get(i) ? next++ : -1;
    }
    return column;
  }
}
