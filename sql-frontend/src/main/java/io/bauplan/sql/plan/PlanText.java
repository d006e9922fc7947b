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
import io.bauplan.udf.api.FunctionReturn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
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
    Line line = parts(plan);
    return line.operator()
        + (line.description().isEmpty() ? "" : " " + line.description())
        + line.filter().map(filter -> " filter: " + filter).orElse("")
        + (line.rows().isPresent() ? " rows: " + Math.round(line.rows().getAsDouble()) : "");
  }

  /// What a line says.
  ///
  /// @param filter of a scan
  /// @param rows the plan's own estimate
  public record Line(
      String operator, String description, Optional<String> filter, OptionalDouble rows) {
    Line(String operator, String description) {
      this(operator, description, Optional.empty(), OptionalDouble.empty());
    }

    Line(String operator, String description, double rows) {
      this(operator, description, Optional.empty(), OptionalDouble.of(rows));
    }

    /// Names that nobody can write begin with NUL.
    public Line {
      description = description.replace('\0', '$');
    }
  }

  /// The line of a node in its parts.
  public static Line parts(PhysicalPlan plan) {
    return switch (plan) {
      case TableScan p -> tableScan(p);
      case FileScan p ->
          new Line(
              "FileScan",
              lower(p.format())
                  + " "
                  + p.files().size()
                  + (p.files().size() == 1 ? " file " : " files ")
                  + names(p.output()),
              p.filter().map(f -> ExpressionText.of(f, i -> p.output().column(i).name())),
              OptionalDouble.empty());
      case IntermediateScan p -> new Line("IntermediateScan", p.id() + " " + names(p.output()));
      case Generate p ->
          new Line("Generate", p.generator() + " " + p.arguments(), p.estimatedRows());
      case Values p -> new Line("Values", names(p.output()), p.rows().size());
      case Filter p ->
          new Line("Filter", ExpressionText.of(p.predicate(), in(p.input())), p.estimatedRows());
      case Project p -> new Line("Project", projections(p));
      case Aggregate p -> new Line("Aggregate", aggregate(p), p.estimatedGroups());
      case HashJoin p -> new Line("HashJoin", hashJoin(p), p.estimatedRows());
      case NestedLoopJoin p ->
          new Line(
              "NestedLoopJoin",
              lower(p.kind())
                  + p.condition()
                      .map(c -> " on " + ExpressionText.of(c, both(p.left(), p.right())))
                      .orElse(""),
              p.estimatedRows());
      case Sort p ->
          new Line(
              p.fetch().isPresent() ? "TopN" : "Sort",
              (p.fetch().isPresent() ? p.fetch().getAsLong() + " by " : "by ")
                  + keys(p.keys(), in(p.input()))
                  + (p.offset() > 0 ? " offset " + p.offset() : ""));
      case Limit p ->
          new Line(
              "Limit",
              ((p.fetch().isPresent() ? p.fetch().getAsLong() + " " : "")
                      + (p.offset() > 0 ? "offset " + p.offset() : ""))
                  .strip());
      case UnionAll p -> new Line("UnionAll", "");
      case SetOperation p ->
          new Line(
              p.kind() == SetOperation.Kind.INTERSECT ? "Intersect" : "Except",
              p.all() ? "all" : "");
      case Window p -> new Line("Window", window(p));
      case Unnest p -> new Line("Unnest", (p.outer() ? "left " : "") + names(p.output()));
      case Correlate p -> new Line("Correlate", lower(p.kind()) + " $outer" + p.correlationId());
      case RecursiveUnion p -> new Line("RecursiveUnion", p.name() + (p.all() ? " all" : ""));
      case RecursiveScan p -> new Line("RecursiveScan", p.name());
      case PhysicalPlan.Shared p -> new Line("Shared", "#" + p.id());
      case PhysicalPlan.SharedScan p ->
          new Line("SharedScan", "#" + p.id() + " " + names(p.output()), p.estimatedRows());
      case Sample p ->
          new Line("Sample", p.fraction() * 100 + "%" + (p.bernoulli() ? " bernoulli" : ""));
      case TableFunction p when p.function().returns() instanceof FunctionReturn.Scalar ->
          new Line("ScalarFunction", scalarFunction(p));
      case TableFunction p when p.function().returns() instanceof FunctionReturn.Aggregate ->
          new Line("AggregateFunction", scalarFunction(p));
      case TableFunction p -> new Line("TableFunction", tableFunction(p));
      case TableWrite p -> new Line("TableWrite", p.target().table().toString());
      case RowChange p ->
          new Line("RowChange", p.target().table() + " by " + lower(p.deletes()).replace('_', ' '));
      case FileWrite p -> new Line("FileWrite", lower(p.format()) + " " + p.location());
    };
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static Line tableScan(TableScan p) {
    List<ScanColumn> all = new ArrayList<>(p.columns());
    all.addAll(p.filterColumns());
    return new Line(
        "TableScan",
        p.table()
            + " "
            + names(p.output())
            + (p.limit().isPresent() ? " limit: " + p.limit().getAsLong() : ""),
        p.filter().map(f -> ExpressionText.of(f, i -> all.get(i).column().name())),
        OptionalDouble.of(p.estimatedRows()));
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
    StringBuilder text = new StringBuilder();
    if (!p.groupKeys().isEmpty()) {
      text.append("by ").append(columns(p.groupKeys(), in));
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
    return text.toString().strip();
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
    return lower(p.kind())
        + " on "
        + keys
        + p.residual()
            .map(r -> " residual: " + ExpressionText.of(r, both(p.left(), p.right())))
            .orElse("");
  }

  private static String window(Window p) {
    IntFunction<String> in = in(p.input());
    return p.groups().stream()
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

  /// Its arguments are the last columns of its input.
  private static String scalarFunction(TableFunction p) {
    RowType input = p.inputs().getFirst().output();
    int parameters = p.function().parameters().size();
    return p.function().name()
        + names(new RowType(input.columns().subList(input.size() - parameters, input.size())))
        + (p.function().deterministic() ? "" : " volatile");
  }

  private static String tableFunction(TableFunction p) {
    return p.function().name()
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
}
