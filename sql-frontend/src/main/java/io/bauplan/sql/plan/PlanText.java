package io.bauplan.sql.plan;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A plan as text: one line per node, inputs indented below it.
public final class PlanText {
  private PlanText() {}

  public static List<String> lines(PhysicalPlan plan) {
    List<String> lines = new ArrayList<>();
    append(plan, 0, lines);
    return lines;
  }

  public static String of(PhysicalPlan plan) {
    return String.join("\n", lines(plan)) + "\n";
  }

  private static void append(PhysicalPlan plan, int depth, List<String> lines) {
    lines.add("  ".repeat(depth) + line(plan));
    for (PhysicalPlan input : plan.inputs()) {
      append(input, depth + 1, lines);
    }
  }

  /// One node without its inputs.
  public static String line(PhysicalPlan plan) {
    return switch (plan) {
      case TableScan p -> tableScan(p);
      case FileScan p ->
          "FileScan "
              + p.format().name().toLowerCase(Locale.ROOT)
              + " "
              + p.files().size()
              + (p.files().size() == 1 ? " file " : " files ")
              + names(p.output())
              + p.filter()
                  .map(
                      f ->
                          " filter: " + ExpressionText.of(f, i -> p.fileColumns().column(i).name()))
                  .orElse("");
      case IntermediateScan p -> "IntermediateScan " + p.id() + " " + names(p.output());
      case Generate p ->
          "Generate " + p.generator() + " " + p.arguments() + rows(p.estimatedRows());
      case Values p -> "Values " + names(p.output()) + " rows: " + p.rows().size();
      case Filter p ->
          "Filter " + ExpressionText.of(p.predicate(), in(p.input())) + rows(p.estimatedRows());
      case Project p -> "Project " + projections(p);
      case Aggregate p -> aggregate(p);
      case HashJoin p -> hashJoin(p);
      case NestedLoopJoin p ->
          "NestedLoopJoin "
              + p.kind().name().toLowerCase(Locale.ROOT)
              + p.condition()
                  .map(c -> " on " + ExpressionText.of(c, both(p.left(), p.right())))
                  .orElse("")
              + rows(p.estimatedRows());
      case Sort p ->
          (p.fetch().isPresent() ? "TopN " + p.fetch().getAsLong() + " by " : "Sort by ")
              + keys(p.keys(), in(p.input()))
              + (p.offset() > 0 ? " offset " + p.offset() : "");
      case Limit p ->
          "Limit"
              + (p.fetch().isPresent() ? " " + p.fetch().getAsLong() : "")
              + (p.offset() > 0 ? " offset " + p.offset() : "");
      case UnionAll p -> "UnionAll";
      case SetOperation p ->
          (p.kind() == SetOperation.Kind.INTERSECT ? "Intersect" : "Except")
              + (p.all() ? " all" : "");
      case Window p -> window(p);
      case Unnest p -> "Unnest " + names(p.output());
      case Correlate p ->
          "Correlate " + p.kind().name().toLowerCase(Locale.ROOT) + " $outer" + p.correlationId();
      case RecursiveUnion p -> "RecursiveUnion " + p.name() + (p.all() ? " all" : "");
      case RecursiveScan p -> "RecursiveScan " + p.name();
      case Sample p -> "Sample " + p.fraction() * 100 + "%" + (p.bernoulli() ? " bernoulli" : "");
      case TableFunction p -> tableFunction(p);
      case TableWrite p -> "TableWrite " + p.target().table();
      case FileWrite p ->
          "FileWrite " + p.format().name().toLowerCase(Locale.ROOT) + " " + p.location();
    };
  }

  private static String tableScan(TableScan p) {
    List<ScanColumn> all = new ArrayList<>(p.columns());
    all.addAll(p.filterColumns());
    return "TableScan "
        + p.table()
        + " "
        + names(p.output())
        + (p.limit().isPresent() ? " limit: " + p.limit().getAsLong() : "")
        + p.filter()
            .map(f -> " filter: " + ExpressionText.of(f, i -> all.get(i).column().name()))
            .orElse("")
        + rows(p.estimatedRows());
  }

  private static String projections(Project p) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < p.expressions().size(); i++) {
      String text = ExpressionText.of(p.expressions().get(i), in(p.input()));
      String name = p.output().column(i).name();
      parts.add(text.equals(name) ? name : name + " := " + text);
    }
    return "[" + String.join(", ", parts) + "]";
  }

  private static String aggregate(Aggregate p) {
    IntFunction<String> in = in(p.input());
    StringBuilder text = new StringBuilder("Aggregate");
    if (!p.groupKeys().isEmpty()) {
      text.append(" by ").append(columns(p.groupKeys(), in));
    }
    if (p.groupingSets().size() > 1) {
      text.append(" sets ")
          .append(
              p.groupingSets().stream()
                  .map(s -> columns(s.stream().map(p.groupKeys()::get).toList(), in))
                  .collect(Collectors.joining(", ")));
    }
    if (!p.calls().isEmpty()) {
      text.append(
          p.calls().stream()
              .map(call -> call(call, in))
              .collect(Collectors.joining(", ", " computing [", "]")));
    }
    return text + rows(p.estimatedGroups());
  }

  private static String call(AggregateCall call, IntFunction<String> in) {
    String arguments =
        call.arguments().isEmpty() && call.function().equals("count")
            ? "*"
            : call.arguments().stream().map(in::apply).collect(Collectors.joining(", "));
    return call.output().name()
        + " := "
        + call.function()
        + "("
        + (call.distinct() ? "distinct " : "")
        + arguments
        + ")"
        + (call.order().isEmpty() ? "" : " within group (order by " + keys(call.order(), in) + ")")
        + (call.filter().isPresent() ? " filter " + in.apply(call.filter().getAsInt()) : "");
  }

  private static String hashJoin(HashJoin p) {
    IntFunction<String> left = in(p.left());
    IntFunction<String> right = in(p.right());
    String keys =
        IntStream.range(0, p.leftKeys().size())
            .mapToObj(
                i ->
                    left.apply(p.leftKeys().get(i))
                        + (p.nullSafe().get(i) ? " <=> " : " = ")
                        + right.apply(p.rightKeys().get(i)))
            .collect(Collectors.joining(" and "));
    return "HashJoin "
        + p.kind().name().toLowerCase(Locale.ROOT)
        + " on "
        + keys
        + p.residual()
            .map(r -> " residual: " + ExpressionText.of(r, both(p.left(), p.right())))
            .orElse("")
        + rows(p.estimatedRows());
  }

  private static String window(Window p) {
    IntFunction<String> in = in(p.input());
    return "Window "
        + p.groups().stream()
            .map(
                g ->
                    g.calls().stream()
                            .map(
                                c ->
                                    c.output().name()
                                        + " := "
                                        + c.function()
                                        + c.arguments().stream()
                                            .map(a -> ExpressionText.of(a, in))
                                            .collect(
                                                Collectors.joining(
                                                    ", ", c.distinct() ? "(distinct " : "(", ")")))
                            .collect(Collectors.joining(", ", "[", "]"))
                        + (g.partitionBy().isEmpty()
                            ? ""
                            : " partition by " + columns(g.partitionBy(), in))
                        + (g.orderBy().isEmpty() ? "" : " order by " + keys(g.orderBy(), in))
                        + frame(g.frame(), in))
            .collect(Collectors.joining("; "));
  }

  private static String frame(Window.Frame frame, IntFunction<String> in) {
    return (frame.rows() ? " rows " : " range ")
        + bound(frame.lower(), in)
        + " to "
        + bound(frame.upper(), in)
        + (frame.exclusion() == Window.Exclusion.NO_OTHERS
            ? ""
            : " exclude " + frame.exclusion().name().toLowerCase(Locale.ROOT));
  }

  private static String bound(Window.Bound bound, IntFunction<String> in) {
    return bound.offset().map(o -> ExpressionText.of(o, in) + " ").orElse("")
        + bound.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String tableFunction(TableFunction p) {
    return "TableFunction "
        + p.function().name()
        + p.arguments().stream()
            .map(
                a ->
                    switch (a) {
                      case TableFunction.Argument.TableArgument t -> {
                        IntFunction<String> in = in(p.inputs().get(t.input()));
                        yield "table "
                            + t.input()
                            + (t.partitionBy().isEmpty()
                                ? ""
                                : " partition by " + columns(t.partitionBy(), in))
                            + (t.orderBy().isEmpty() ? "" : " order by " + keys(t.orderBy(), in));
                      }
                      case TableFunction.Argument.ScalarArgument s ->
                          ExpressionText.literal(s.value());
                    })
            .collect(Collectors.joining(", ", "(", ") "))
        + names(p.output());
  }

  private static String names(RowType row) {
    return row.columns().stream().map(Column::name).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String columns(List<Integer> columns, IntFunction<String> in) {
    return columns.stream().map(in::apply).collect(Collectors.joining(", ", "(", ")"));
  }

  private static String keys(List<SortKey> keys, IntFunction<String> in) {
    return keys.stream()
        .map(
            k ->
                in.apply(k.column())
                    + (k.ascending() ? "" : " desc")
                    + (k.nullsFirst() == !k.ascending()
                        ? ""
                        : k.nullsFirst() ? " nulls first" : " nulls last"))
        .collect(Collectors.joining(", "));
  }

  private static IntFunction<String> in(PhysicalPlan input) {
    return i -> input.output().column(i).name();
  }

  private static IntFunction<String> both(PhysicalPlan left, PhysicalPlan right) {
    int size = left.output().size();
    return i -> i < size ? left.output().column(i).name() : right.output().column(i - size).name();
  }

  private static String rows(double estimate) {
    return " rows: " + Math.round(estimate);
  }
}
