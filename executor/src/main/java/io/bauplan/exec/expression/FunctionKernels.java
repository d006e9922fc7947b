package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.exec.expression.value.ValueFunction;
import io.bauplan.exec.expression.value.ValueFunctions;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The kernels of [Expression.Call], by function id.
final class FunctionKernels {
  private static final Set<String> JSON_MAKERS =
      Set.of("json_object_of", "json_array_of", "to_json_text");

  /// Functions whose text is JSON.
  private static final Set<String> JSON =
      Set.of(
          "json_object_of",
          "json_array_of",
          "to_json_text",
          "json_parse",
          "try_json_parse",
          "json_extract",
          "json_array_get");

  private FunctionKernels() {}

  /// The node of a call; null where there is no kernel for the function or its argument types.
  static @Nullable Node find(
      ExpressionCompiler compiler, Expression.Call call, boolean conditional) {
    Expression.Literal now = now(call, compiler.context());
    if (now != null) {
      return new LiteralNode(now, compiler.context().allocator());
    }
    switch (call.function()) {
      case "list_transform", "list_filter", "list_reduce" -> {
        return LambdaNodes.of(compiler, call, conditional);
      }
      case "try" -> {
        return new TryNode(
            compiler.compile(call.arguments().getFirst(), true), compiler.context().allocator());
      }
      case "lambda_element", "lambda_index", "lambda_state" -> throw LambdaNodes.loose();
      default -> {}
    }
    List<DataType> types = call.arguments().stream().map(Expression::type).toList();
    if (types.stream().anyMatch(DataType.NullType.class::isInstance)) {
      return valueWise(compiler, call, types, conditional);
    }
    switch (call.function()) {
      case "greatest", "least" -> {
        return extreme(compiler, call, conditional);
      }
      case "mod" -> {
        return new CastTo(compiler, conditional)
            .arithmetic(Expression.Arithmetic.Operator.MODULO, call);
      }
      case "struct_field",
          "item",
          "cardinality",
          "array",
          "array_value_constructor",
          "row",
          "size",
          "array_length" -> {
        return NestedNodes.find(compiler, call, conditional);
      }
      default -> {}
    }
    Kernel kernel = kernel(call, types, compiler.context());
    if (kernel == null) {
      return valueWise(compiler, call, types, conditional);
    }
    return new StrictNode(
        compileAll(compiler, call, conditional),
        call.type(),
        kernel,
        compiler.context().allocator());
  }

  /// What is JSON already goes into a document as it is, not as a text in quotes; NULL's type marks
  /// it, which no value has.
  private static List<DataType> argumentTypes(Expression.Call call, List<DataType> types) {
    if (!JSON_MAKERS.contains(call.function())) {
      return types;
    }
    List<DataType> marked = new ArrayList<>(types);
    for (int i = 0; i < marked.size(); i++) {
      if (call.arguments().get(i) instanceof Expression.Call made
          && JSON.contains(made.function())) {
        marked.set(i, new DataType.NullType());
      }
    }
    return marked;
  }

  /// Without the number that tells operators of one name apart: kernels look at the types.
  private static String name(Expression.Call call) {
    int number = call.function().indexOf('#');
    return number < 0 ? call.function() : call.function().substring(0, number);
  }

  private static @Nullable Node valueWise(
      ExpressionCompiler compiler,
      Expression.Call call,
      List<DataType> types,
      boolean conditional) {
    ValueFunction function =
        ValueFunctions.find(name(call), argumentTypes(call, types), call.type());
    if (function == null) {
      return null;
    }
    compiler.context().fallbackUsed().accept(call.function());
    return new ValueNode(
        compileAll(compiler, call, conditional),
        call.type(),
        name(call),
        function,
        compiler.context().allocator());
  }

  static List<Node> compileAll(
      ExpressionCompiler compiler, Expression.Call call, boolean conditional) {
    List<Node> arguments = new ArrayList<>();
    for (Expression argument : call.arguments()) {
      arguments.add(compiler.compile(argument, conditional));
    }
    return arguments;
  }

  private static @Nullable Kernel kernel(
      Expression.Call call, List<DataType> types, ExpressionContext context) {
    Kernel number = NumberKernels.find(call.function(), types, call.type());
    if (number != null) {
      return number;
    }
    Kernel time = TimeKernels.find(call.function(), types, call.type(), context.zone());
    if (time != null) {
      return time;
    }
    Kernel calendar = CalendarKernels.find(call.function(), types, context.zone());
    if (calendar != null) {
      return calendar;
    }
    Kernel other = other(call, types, context);
    if (other != null) {
      return other;
    }
    boolean text =
        !types.isEmpty()
            && types.stream()
                .allMatch(
                    t -> t instanceof DataType.VarcharType || t instanceof DataType.IntegerType)
            && types.stream().anyMatch(DataType.VarcharType.class::isInstance)
            && (call.type() instanceof DataType.VarcharType
                || call.type() instanceof DataType.IntegerType
                || call.type() instanceof DataType.BooleanType);
    boolean onlyText = types.stream().allMatch(DataType.VarcharType.class::isInstance);
    return text && (onlyText || !call.function().equals("concat"))
        ? TextKernels.find(call.function(), types.size())
        : null;
  }

  private static @Nullable Kernel other(
      Expression.Call call, List<DataType> types, ExpressionContext context) {
    String function = name(call);
    Kernel found = BitKernels.find(function, types);
    found = found != null ? found : PatternKernels.find(function, types);
    found = found != null ? found : WordKernels.find(function, types);
    found = found != null ? found : CodecKernels.find(function, types, call.type());
    found = found != null ? found : NumberTextKernels.find(function, types);
    return found != null
        ? found
        : ReadTimeKernels.find(function, types, call.type(), context.zone());
  }

  private static Expression.@Nullable Literal now(Expression.Call call, ExpressionContext context) {
    Instant now = context.now();
    long micros = now.getEpochSecond() * Dates.MICROS_PER_SECOND + now.getNano() / 1000;
    long local = Dates.toLocal(micros, context.zone());
    return switch (call.function()) {
      case "current_timestamp", "localtimestamp", "now", "current_datetime" ->
          switch (call.type()) {
            case DataType.TimestampType(boolean withZone) ->
                new Expression.Literal(withZone ? micros : local, call.type());
            default -> null;
          };
      case "current_date" ->
          call.type() instanceof DataType.DateType
              ? new Expression.Literal(Math.floorDiv(local, Dates.MICROS_PER_DAY), call.type())
              : null;
      case "current_time", "localtime" ->
          call.type() instanceof DataType.TimeType
              ? new Expression.Literal(Math.floorMod(local, Dates.MICROS_PER_DAY), call.type())
              : null;
      default -> null;
    };
  }

  /// GREATEST and LEAST, NULL where an argument is: as a CASE over comparisons.
  private static @Nullable Node extreme(
      ExpressionCompiler compiler, Expression.Call call, boolean conditional) {
    Expression.Comparison.Operator operator =
        call.function().equals("greatest")
            ? Expression.Comparison.Operator.GREATER_OR_EQUAL
            : Expression.Comparison.Operator.LESS_OR_EQUAL;
    Expression best = cast(call.arguments().getFirst(), call.type());
    for (Expression argument : call.arguments().subList(1, call.arguments().size())) {
      Expression next = cast(argument, call.type());
      Expression wins = new Expression.Comparison(operator, best, next);
      Expression none = new Expression.Literal(null, call.type());
      best =
          new Expression.Case(
              List.of(
                  new Expression.Case.Branch(wins, best),
                  new Expression.Case.Branch(new Expression.Not(wins), next)),
              none,
              call.type(),
              true);
    }
    return compiler.compile(best, conditional);
  }

  private static Expression cast(Expression expression, DataType type) {
    return expression.type().equals(type)
        ? expression
        : new Expression.Cast(expression, type, false);
  }

  /// Calls that are arithmetic by another name.
  private record CastTo(ExpressionCompiler compiler, boolean conditional) {
    @Nullable Node arithmetic(Expression.Arithmetic.Operator operator, Expression.Call call) {
      if (!Types.isNumeric(call.type())) {
        return null;
      }
      Expression left = call.arguments().get(0);
      Expression right = call.arguments().get(1);
      boolean decimal = call.type() instanceof DataType.DecimalType;
      return compiler.compile(
          new Expression.Arithmetic(
              operator,
              decimal ? left : cast(left, call.type()),
              decimal ? right : cast(right, call.type()),
              call.type()),
          conditional);
    }
  }
}
