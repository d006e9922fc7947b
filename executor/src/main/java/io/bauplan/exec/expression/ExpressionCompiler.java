package io.bauplan.exec.expression;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns expressions into nodes. Equal expressions that are evaluated for every row become one
/// node; those in a branch or behind an AND, which see some of the rows only, are compiled apart,
/// and take the values of that one where it has been computed.
final class ExpressionCompiler {
  private static final Set<String> VOLATILE =
      Set.of("gen_random_uuid", "rand", "random", "rand_integer", "shuffle");

  private final ExpressionContext context;
  private final Map<Expression, Node> unconditional = new HashMap<>();
  private final List<Node> made = new ArrayList<>();

  ExpressionCompiler(ExpressionContext context) {
    this.context = context;
  }

  /// The node belongs to this compiler until `close`; nodes close their operands, so closing is
  /// idempotent.
  Node compile(Expression expression) {
    return compile(expression, false);
  }

  Node compile(Expression expression, boolean conditional) {
    if (!isDeterministic(expression)) {
      // Two of it differ, also where the call is deep within.
      return track(make(expression, true));
    }
    Node known = unconditional.get(expression);
    if (conditional) {
      Node apart = track(make(expression, true));
      return known == null || apart instanceof LiteralNode
          ? apart
          : track(new SharedNode(known, apart));
    }
    if (known == null) {
      known = track(make(expression, false));
      unconditional.put(expression, known);
    }
    return known;
  }

  /// Two calls of it differ.
  private static boolean isVolatile(Expression expression) {
    return expression instanceof Expression.Call(String function, var ignored, var type, var n)
        && VOLATILE.contains(function);
  }

  static boolean isDeterministic(Expression expression) {
    boolean[] found = {true};
    Expressions.visit(expression, part -> found[0] &= !isVolatile(part));
    return found[0];
  }

  private Node track(Node node) {
    made.add(node);
    return node;
  }

  List<Node> made() {
    return made;
  }

  ExpressionContext context() {
    return context;
  }

  private Node make(Expression expression, boolean conditional) {
    return switch (expression) {
      case Expression.InputRef ref -> new ColumnNode(ref.index(), ref.type(), context.allocator());
      case Expression.Literal literal -> new LiteralNode(literal, context.allocator());
      case Expression.Arithmetic arithmetic ->
          ArithmeticNodes.of(
              arithmetic.operator(),
              compile(operand(arithmetic.left(), arithmetic.type()), conditional),
              compile(operand(arithmetic.right(), arithmetic.type()), conditional),
              arithmetic.type());
      case Expression.Comparison comparison -> comparison(comparison, conditional);
      case Expression.And and -> conjunction(and, conditional);
      case Expression.Or or -> new LogicNodes.Junction(junction(or.operands(), conditional), false);
      case Expression.Not not -> new LogicNodes.Not(compile(not.operand(), conditional));
      case Expression.Is is -> new LogicNodes.Is(is.test(), compile(is.operand(), conditional));
      case Expression.InList in -> inList(in, conditional);
      case Expression.Like like ->
          dictionary(
              like,
              new LikeNode(
                  compile(like.operand(), true),
                  compile(like.pattern(), true),
                  like.escape().orElse(""),
                  like.caseSensitive(),
                  like.negated(),
                  context.allocator()));
      case Expression.Case choice -> caseOf(choice, conditional);
      case Expression.Cast cast -> CastNodes.of(this, cast, conditional);
      case Expression.Extract extract ->
          new ExtractNode(extract.unit(), compile(extract.operand(), conditional), context.zone());
      case Expression.Call call -> call(call, conditional);
      case Expression.DynamicParameter parameter ->
          throw new EngineException(
              ErrorCode.INVALID_STATEMENT,
              "parameter " + (parameter.index() + 1) + " of the statement has no value");
      case Expression.CorrelatedRef ref -> correlated(ref);
    };
  }

  private Node correlated(Expression.CorrelatedRef ref) {
    List<Expression.Literal> row = context.correlations().get(ref.correlationId());
    if (row == null) {
      throw new IllegalStateException("a correlated column outside of its Correlate");
    }
    return new LiteralNode(
        new Expression.Literal(row.get(ref.index()).value(), ref.type()), context.allocator());
  }

  /// Operands of float and integer arithmetic have the result's kind; a plan that left a cast out
  /// gets it.
  private static Expression operand(Expression operand, DataType type) {
    if (Register.kind(operand.type()) == Register.kind(type)) {
      return operand;
    }
    if (Register.kind(type) == Register.Kind.DECIMAL
        && operand.type() instanceof DataType.IntegerType) {
      return new Expression.Cast(operand, new DataType.DecimalType(19, 0), false);
    }
    return new Expression.Cast(operand, type, false);
  }

  private Node comparison(Expression.Comparison comparison, boolean conditional) {
    Expression left = comparison.left();
    Expression right = comparison.right();
    if (!left.type().equals(right.type())) {
      DataType common = Types.common(left.type(), right.type());
      left = left.type().equals(common) ? left : new Expression.Cast(left, common, false);
      right = right.type().equals(common) ? right : new Expression.Cast(right, common, false);
    }
    boolean apart = conditional || Columns.only(comparison) >= 0;
    Node node =
        new ComparisonNode(comparison.operator(), compile(left, apart), compile(right, apart));
    boolean strict =
        comparison.operator() != Expression.Comparison.Operator.DISTINCT_FROM
            && comparison.operator() != Expression.Comparison.Operator.NOT_DISTINCT_FROM;
    if (strict && left.type() instanceof DataType.VarcharType) {
      return dictionary(comparison, node);
    }
    RangeNode range = RangeNode.of(comparison, node);
    return range == null ? node : range;
  }

  /// Ranges of one column become one.
  private Node conjunction(Expression.And and, boolean conditional) {
    List<Node> nodes = new ArrayList<>();
    for (Node node : junction(and.operands(), conditional)) {
      RangeNode both = null;
      for (int i = 0; i < nodes.size() && both == null; i++) {
        Node conjunction = new LogicNodes.Junction(List.of(nodes.get(i), node), true);
        both = RangeNode.both(nodes.get(i), node, conjunction);
        if (both != null) {
          nodes.set(i, both);
        }
      }
      if (both == null) {
        nodes.add(node);
      }
    }
    return nodes.size() == 1 ? nodes.getFirst() : new LogicNodes.Junction(nodes, true);
  }

  private List<Node> junction(List<Expression> operands, boolean conditional) {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      nodes.add(compile(operands.get(i), conditional || i > 0));
    }
    return nodes;
  }

  private Node inList(Expression.InList in, boolean conditional) {
    List<LiteralNode> values = new ArrayList<>();
    for (Expression.Literal literal : in.values()) {
      LiteralNode value = new LiteralNode(literal, context.allocator());
      track(value);
      values.add(value);
    }
    return dictionary(in, new InListNode(compile(in.operand(), true), values, in.negated()));
  }

  private Node caseOf(Expression.Case choice, boolean conditional) {
    List<Node> conditions = new ArrayList<>();
    List<Node> results = new ArrayList<>();
    for (Expression.Case.Branch branch : choice.branches()) {
      conditions.add(compile(branch.condition(), conditional || !conditions.isEmpty()));
      results.add(compile(result(branch.result(), choice.type()), true));
    }
    results.add(compile(result(choice.otherwise(), choice.type()), true));
    return new CaseNode(conditions, results, choice.type(), context.allocator());
  }

  private static Expression result(Expression expression, DataType type) {
    return expression.type().equals(type)
        ? expression
        : new Expression.Cast(expression, type, false);
  }

  private Node call(Expression.Call call, boolean conditional) {
    Node kernel = FunctionKernels.find(this, call, conditional);
    return kernel != null ? kernel : fallback(call, conditional);
  }

  /// Runs one function, over arguments computed here, through the fallback.
  Node fallback(Expression.Call call, boolean conditional) {
    List<Node> arguments = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    List<Expression> refs = new ArrayList<>();
    for (Expression argument : call.arguments()) {
      if (argument instanceof Expression.Literal) {
        // The fallback sees constants as such: it may need them to compile (a regex, a unit).
        refs.add(argument);
        continue;
      }
      refs.add(new Expression.InputRef(columns.size(), argument.type(), argument.nullable()));
      columns.add(new Column("a" + columns.size(), argument.type(), argument.nullable()));
      arguments.add(compile(argument, conditional));
    }
    context.fallbackUsed().accept(call.function());
    Expression bare = new Expression.Call(call.function(), refs, call.type(), call.nullable());
    return new FallbackNode(
        arguments,
        context
            .fallback()
            .compile(
                List.of(bare),
                new RowType(columns),
                new io.bauplan.exec.fallback.FallbackContext(context.allocator(), context.zone())),
        call.type(),
        context.allocator());
  }

  /// Its operands are compiled apart: their registers hold the dictionary's entries at times, which
  /// nobody else must see.
  ///
  /// Wraps a strict BOOLEAN function of one column, so that dictionaries are evaluated entry by
  /// entry.
  private Node dictionary(Expression expression, Node node) {
    int column = Columns.only(expression);
    return column < 0 ? node : new DictionaryPredicateNode(column, node);
  }

  static @Nullable Object literalValue(Expression expression) {
    return expression instanceof Expression.Literal literal ? literal.value() : null;
  }
}
