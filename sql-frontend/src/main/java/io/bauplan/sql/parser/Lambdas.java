package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLambda;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/// Functions over lists and maps that take a lambda, written out while they are read.
///
/// `transform(l, x -> x + a)` is `LIST_TRANSFORM(l, LAMBDA_ELEMENT(l, 'x') + a, 'x')`: a parameter
/// is a call with the list as its operand, which gives it its type, and the lambda's text as its
/// name. So to the validator and the planner a lambda is an expression like others, outer columns
/// included; what `LAMBDA_ELEMENT` is at each element is known to the kernels of the three
/// functions `LIST_TRANSFORM`, `LIST_FILTER` and `LIST_REDUCE` alone.
public final class Lambdas {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("list_transform", "transform"),
          Map.entry("array_transform", "transform"),
          Map.entry("list_apply", "transform"),
          Map.entry("array_apply", "transform"),
          Map.entry("apply", "transform"),
          Map.entry("list_filter", "filter"),
          Map.entry("array_filter", "filter"),
          Map.entry("list_reduce", "reduce"),
          Map.entry("array_reduce", "reduce"),
          Map.entry("aggregate", "reduce"),
          Map.entry("array_any_match", "any_match"),
          Map.entry("array_all_match", "all_match"),
          Map.entry("map_transform_values", "transform_values"),
          Map.entry("map_transform_keys", "transform_keys"));

  private Lambdas() {}

  /// The call without its lambda; empty where it has none.
  static Optional<SqlNode> replace(SqlCall call) {
    List<SqlNode> operands = call.getOperandList();
    if (operands.stream().noneMatch(SqlLambda.class::isInstance)) {
      return Optional.empty();
    }
    String written = call.getOperator().getName().toLowerCase(Locale.ROOT);
    String name = NAMES.getOrDefault(written, written);
    SqlParserPos position = call.getParserPosition();
    SqlNode first = operands.getFirst();
    int count = operands.size();
    SqlNode second = count > 1 ? operands.get(1) : first;
    SqlNode last = operands.getLast();
    if (name.equals("columns") && last instanceof SqlLambda lambda) {
      return Optional.of(columns(lambda, position));
    }
    if (count == 2 && second instanceof SqlLambda lambda) {
      switch (name) {
        case "transform" -> {
          return Optional.of(each("LIST_TRANSFORM", first, lambda, position));
        }
        case "filter" -> {
          return Optional.of(each("LIST_FILTER", first, lambda, position));
        }
        case "any_match" -> {
          return Optional.of(matches("LIST_ANY", first, lambda, position));
        }
        case "all_match" -> {
          return Optional.of(matches("LIST_ALL", first, lambda, position));
        }
        case "none_match" -> {
          return Optional.of(
              SqlStdOperatorTable.NOT.createCall(
                  position, matches("LIST_ANY", first, lambda, position)));
        }
        case "transform_values", "transform_keys", "map_filter" -> {
          return Optional.of(ofMap(name, first, lambda, position));
        }
        default -> {}
      }
    }
    if (name.equals("zip_with") && count == 3 && last instanceof SqlLambda lambda) {
      SqlCall pairs = FunctionNames.named("LIST_ZIP", position, first, second);
      return Optional.of(ofRows("LIST_TRANSFORM", pairs, List.of("1", "2"), lambda, position));
    }
    if (name.equals("reduce")) {
      return Optional.of(reduce(call, written));
    }
    throw new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "the function " + written + " takes no lambda here",
        Positions.of(position),
        "Lambdas are for transform, filter, reduce, any_match, all_match, none_match, zip_with,"
            + " transform_values, transform_keys and map_filter.",
        null);
  }

  /// `[e FOR x IN list IF condition]`.
  public static SqlNode comprehension(
      SqlNodeList elements,
      SqlIdentifier name,
      SqlNode list,
      @Nullable SqlNode condition,
      SqlParserPos position) {
    if (elements.size() != 1) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "a list comprehension has one expression before FOR",
          Positions.of(position),
          "Write [expression FOR x IN list].",
          null);
    }
    SqlNodeList names = SqlNodeList.of(name);
    SqlNode source =
        condition == null
            ? list
            : each("LIST_FILTER", list, new SqlLambda(position, names, condition), position);
    return each(
        "LIST_TRANSFORM", source, new SqlLambda(position, names, elements.get(0)), position);
  }

  private static SqlCall each(
      String function, SqlNode list, SqlLambda lambda, SqlParserPos position) {
    List<String> names = names(lambda, 1, 2);
    SqlNode body =
        bound(lambda.getExpression(), names.getFirst(), element(list, names.getFirst(), position));
    if (names.size() == 1) {
      return FunctionNames.named(function, position, list, body, text(names.getFirst(), position));
    }
    SqlNode index = FunctionNames.named("LAMBDA_INDEX", position, text(names.getLast(), position));
    return FunctionNames.named(
        function,
        position,
        list,
        bound(body, names.getLast(), index),
        text(names.getFirst(), position),
        text(names.getLast(), position));
  }

  private static SqlCall matches(
      String function, SqlNode list, SqlLambda lambda, SqlParserPos position) {
    return FunctionNames.named(function, position, each("LIST_TRANSFORM", list, lambda, position));
  }

  /// Over a list of rows, whose fields are the parameters.
  private static SqlCall ofRows(
      String function, SqlNode rows, List<String> fields, SqlLambda lambda, SqlParserPos position) {
    List<String> names = names(lambda, fields.size(), fields.size());
    String name = String.join(",", names);
    SqlNode body = lambda.getExpression();
    for (int i = 0; i < names.size(); i++) {
      SqlNode field =
          SqlStdOperatorTable.ITEM.createCall(
              position,
              element(rows, name, position),
              Character.isDigit(fields.get(i).charAt(0))
                  ? SqlLiteral.createExactNumeric(fields.get(i), position)
                  : text(fields.get(i), position));
      body = bound(body, names.get(i), field);
    }
    return FunctionNames.named(function, position, rows, body, text(name, position));
  }

  private static SqlNode ofMap(
      String function, SqlNode map, SqlLambda lambda, SqlParserPos position) {
    SqlCall entries = FunctionNames.named("MAP_ENTRIES", position, map);
    List<String> fields = List.of("key", "value");
    if (function.equals("map_filter")) {
      return FunctionNames.named(
          "MAP_FROM_ENTRIES", position, ofRows("LIST_FILTER", entries, fields, lambda, position));
    }
    SqlCall changed = ofRows("LIST_TRANSFORM", entries, fields, lambda, position);
    boolean values = function.equals("transform_values");
    SqlCall kept = FunctionNames.named(values ? "MAP_KEYS" : "MAP_VALUES", position, map);
    return FunctionNames.named(
        "MAP_OF_LISTS", position, values ? kept : changed, values ? changed : kept);
  }

  /// `reduce(list, init, (s, x) -> e, s -> result)`; DuckDB's `list_reduce(list, (s, x) -> e,
  /// init)` begins with the first element where there is no `init`.
  private static SqlNode reduce(SqlCall call, String written) {
    List<SqlNode> operands = call.getOperandList();
    SqlParserPos position = call.getParserPosition();
    SqlNode list = operands.getFirst();
    SqlNode init;
    SqlLambda step;
    SqlLambda finish = null;
    if (operands.get(1) instanceof SqlLambda second) {
      step = second;
      init = operands.size() == 3 ? operands.get(2) : null;
    } else if (operands.size() >= 3 && operands.get(2) instanceof SqlLambda third) {
      init = operands.get(1);
      step = third;
      finish = operands.size() == 4 && operands.get(3) instanceof SqlLambda last ? last : null;
    } else {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          written + " takes a list, a first state and a lambda of state and element",
          Positions.of(position),
          "Write reduce(list, 0, (s, x) -> s + x).",
          null);
    }
    if (init == null) {
      SqlNode one = SqlLiteral.createExactNumeric("1", position);
      SqlNode two = SqlLiteral.createExactNumeric("2", position);
      init = FunctionNames.named("LIST_ELEMENT", position, list, one);
      list =
          FunctionNames.named(
              "LIST_SLICE_OPEN", position, list, two, SqlLiteral.createNull(position));
    }
    List<String> names = names(step, 2, 2);
    SqlNode state =
        FunctionNames.named("LAMBDA_STATE", position, list, init, text(names.getFirst(), position));
    SqlNode body = bound(step.getExpression(), names.getFirst(), state);
    body = bound(body, names.getLast(), element(list, names.getLast(), position));
    SqlCall reduced =
        FunctionNames.named(
            "LIST_REDUCE",
            position,
            list,
            init,
            body,
            text(names.getFirst(), position),
            text(names.getLast(), position));
    return finish == null
        ? reduced
        : bound(finish.getExpression(), names(finish, 1, 1).getFirst(), reduced);
  }

  /// `COLUMNS(c -> c LIKE 'a%')`.
  private static SqlNode columns(SqlLambda lambda, SqlParserPos position) {
    if (lambda.getExpression() instanceof SqlCall like
        && like.getKind() == SqlKind.LIKE
        && like.operandCount() == 2
        && like.operand(0) instanceof SqlIdentifier
        && like.operand(1) instanceof SqlLiteral pattern) {
      SqlNode star =
          StarOperator.create(
              SqlIdentifier.star(position),
              SqlNodeList.EMPTY,
              SqlNodeList.EMPTY,
              SqlNodeList.EMPTY,
              pattern,
              position);
      return QueryShorthands.columns(star, position);
    }
    throw new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "the lambda of COLUMNS can only be c -> c LIKE 'pattern'",
        Positions.of(position),
        "Give a regular expression instead: COLUMNS('^a').",
        null);
  }

  private static SqlNode element(SqlNode list, String name, SqlParserPos position) {
    return FunctionNames.named("LAMBDA_ELEMENT", position, list, text(name, position));
  }

  private static SqlNode text(String text, SqlParserPos position) {
    return SqlLiteral.createCharString(text, position);
  }

  private static List<String> names(SqlLambda lambda, int least, int most) {
    List<String> names = new ArrayList<>();
    for (SqlNode parameter : lambda.getParameters()) {
      names.add(((SqlIdentifier) parameter).getSimple());
    }
    if (names.size() < least || names.size() > most) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "the lambda has "
              + names.size()
              + (names.size() == 1 ? " parameter" : " parameters")
              + ", not "
              + least,
          Positions.of(lambda.getParserPosition()),
          least == 1 ? "Write x -> expression." : "Write (a, b) -> expression.",
          null);
    }
    return names;
  }

  /// The body with a value in a parameter's place; `x.a` is the value's field. Every place gets a
  /// copy: the validator keeps what it learns by node.
  private static SqlNode bound(SqlNode body, String name, SqlNode value) {
    return Objects.requireNonNull(
        body.accept(
            new SqlShuttle() {
              @Override
              public SqlNode visit(SqlIdentifier id) {
                if (id.isStar() || !id.names.getFirst().equalsIgnoreCase(name)) {
                  return id;
                }
                SqlNode copy = Objects.requireNonNull(value.accept(new Copier()));
                for (int i = 1; i < id.names.size(); i++) {
                  copy =
                      SqlStdOperatorTable.ITEM.createCall(
                          id.getParserPosition(),
                          copy,
                          text(id.names.get(i), id.getParserPosition()));
                }
                return copy;
              }
            }));
  }

  private static final class Copier extends SqlShuttle {
    @Override
    public SqlNode visit(SqlCall call) {
      CallCopyingArgHandler handler = new CallCopyingArgHandler(call, true);
      call.getOperator().acceptCall(this, call, false, handler);
      return handler.result();
    }

    @Override
    public SqlNode visit(SqlIdentifier id) {
      return id.clone(id.getParserPosition());
    }
  }
}
