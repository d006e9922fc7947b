package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.parser.SqlParserUtil;
import org.checkerframework.checker.nullness.qual.Nullable;

/// Operators of other engines, which become functions as soon as their operands are read: nothing
/// after the parser knows them.
public final class Operators {
  /// Below `+` and above comparisons, as PostgreSQL has its other operators.
  private static final int OTHER_PRECEDENCE = 36;

  private static final int POWER_PRECEDENCE = 70;

  /// As tight as `::`, so that `json ->> 'a'::INT` converts what was found.
  private static final int PATH_PRECEDENCE = 94;

  public static final SqlBinaryOperator BIT_AND = bits("&", "BITAND");
  public static final SqlBinaryOperator BIT_OR = bits("|", "BITOR");
  public static final SqlBinaryOperator SHIFT_LEFT = bits("<<", "SHIFT_LEFT");
  public static final SqlBinaryOperator SHIFT_RIGHT = bits(">>", "SHIFT_RIGHT");

  /// `a ^ b` and `a ** b`.
  public static final SqlBinaryOperator POWER =
      new Rewritten(
          "^",
          POWER_PRECEDENCE,
          (left, right) ->
              SqlStdOperatorTable.POWER.createCall(left.getParserPosition(), left, right));

  /// `value::type`.
  public static final SqlBinaryOperator INFIX_CAST =
      new Rewritten(
          "::",
          PATH_PRECEDENCE,
          (value, type) ->
              SqlStdOperatorTable.CAST.createCall(
                  value.getParserPosition().plus(type.getParserPosition()), value, type));

  /// `text ^@ prefix`.
  public static final SqlBinaryOperator STARTS_WITH =
      new Rewritten("^@", OTHER_PRECEDENCE, (l, r) -> named("STARTS_WITH", l, r));

  /// `json -> path`: JSON.
  public static final SqlBinaryOperator JSON_AT =
      new Rewritten("->", PATH_PRECEDENCE, (l, r) -> named("JSON_EXTRACT", l, r));

  /// `json ->> path`: text.
  public static final SqlBinaryOperator JSON_TEXT_AT =
      new Rewritten("->>", PATH_PRECEDENCE, (l, r) -> named("JSON_EXTRACT_STRING", l, r));

  /// `json:a.b`, Snowflake's.
  public static final SqlBinaryOperator PATH_AT =
      new Rewritten(":", PATH_PRECEDENCE + 2, (l, r) -> named("JSON_EXTRACT_STRING", l, r));

  /// `list[from:to]` and `text[from:to]`; the right operand is the list of the two.
  public static final SqlSpecialOperator SLICE =
      new SqlSpecialOperator("SLICE", SqlKind.OTHER, 100, true, null, null, null) {
        @Override
        public ReduceResult reduceExpr(int ordinal, TokenSequence list) {
          SqlNode value = list.node(ordinal - 1);
          SqlNodeList ends = (SqlNodeList) list.node(ordinal + 1);
          return new ReduceResult(
              ordinal - 1,
              ordinal + 2,
              FunctionNames.named(
                  "LIST_SLICE_OPEN",
                  value.getParserPosition().plus(ends.getParserPosition()),
                  value,
                  ends.get(0),
                  ends.get(1)));
        }
      };

  private static final int LIKE_PRECEDENCE = 32;

  private Operators() {}

  /// `x LIKE ANY (a, b)` is `x LIKE a OR x LIKE b`.
  public static SqlBinaryOperator like(boolean not, boolean caseSensitive, boolean any) {
    SqlBinaryOperator between = any ? SqlStdOperatorTable.OR : SqlStdOperatorTable.AND;
    SqlOperator like =
        caseSensitive
            ? not ? SqlStdOperatorTable.NOT_LIKE : SqlStdOperatorTable.LIKE
            : not ? SqlLibraryOperators.NOT_ILIKE : SqlLibraryOperators.ILIKE;
    return new Rewritten(
        like.getName() + (any ? " ANY" : " ALL"),
        LIKE_PRECEDENCE,
        (left, right) -> {
          SqlParserPos position = left.getParserPosition().plus(right.getParserPosition());
          List<SqlNode> patterns =
              right instanceof SqlNodeList list ? list.getList() : List.of(right);
          SqlNode all = like.createCall(position, left, patterns.getFirst());
          for (SqlNode pattern : patterns.subList(1, patterns.size())) {
            all = between.createCall(position, all, like.createCall(position, left, pattern));
          }
          return all;
        });
  }

  /// The missing end of a slice.
  public static SqlNode open(SqlParserPos position) {
    return SqlLiteral.createNull(position);
  }

  public static SqlNode bitNot(SqlNode operand, SqlParserPos position) {
    return FunctionNames.named("BITNOT", position, operand);
  }

  /// `TRY_CAST`-less: `{'a': 1}` and `struct_pack(a := 1)`.
  public static SqlNode struct(List<String> names, List<SqlNode> values, SqlParserPos position) {
    if (names.isEmpty()) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "a struct has at least one field",
          Positions.of(position),
          "Write {'name': value}.",
          null);
    }
    return new StructOperator(names).createCall(position, values);
  }

  public static SqlNode map(List<SqlNode> keysAndValues, SqlParserPos position) {
    return SqlStdOperatorTable.MAP_VALUE_CONSTRUCTOR.createCall(position, keysAndValues);
  }

  /// `a.b[0]` after a colon, as text.
  public static SqlNode path(List<Object> steps, SqlParserPos position) {
    StringBuilder path = new StringBuilder("$");
    for (Object step : steps) {
      if (step instanceof Integer index) {
        path.append('[').append(index).append(']');
      } else {
        path.append("['").append(step).append("']");
      }
    }
    return SqlLiteral.createCharString(path.toString(), position);
  }

  /// `struct_pack(a := 1, b)`, `named_struct('a', 1)`: fields by name.
  static SqlNode structPack(SqlCall call) {
    List<String> names = new ArrayList<>();
    List<SqlNode> values = new ArrayList<>();
    if (call.getOperator().getName().equalsIgnoreCase("NAMED_STRUCT")) {
      return namedStruct(call);
    }
    for (SqlNode operand : call.getOperandList()) {
      if (operand.getKind() == SqlKind.ARGUMENT_ASSIGNMENT) {
        names.add(((SqlIdentifier) ((SqlCall) operand).operand(1)).getSimple());
        values.add(((SqlCall) operand).operand(0));
      } else if (operand instanceof SqlIdentifier name) {
        names.add(name.names.getLast());
        values.add(name);
      } else {
        throw new EngineException(
            ErrorCode.SYNTAX_ERROR,
            "a field of STRUCT_PACK has no name",
            Positions.of(operand.getParserPosition()),
            "Write name := value, or {'name': value}.",
            null);
      }
    }
    return struct(names, values, call.getParserPosition());
  }

  private static SqlNode namedStruct(SqlCall call) {
    List<String> names = new ArrayList<>();
    List<SqlNode> values = new ArrayList<>();
    for (int i = 0; i + 1 < call.operandCount(); i += 2) {
      if (!(call.operand(i) instanceof SqlCharStringLiteral name)) {
        throw new EngineException(
            ErrorCode.SYNTAX_ERROR,
            "a name of a field in NAMED_STRUCT is a text",
            Positions.of(call.operand(i).getParserPosition()),
            "Write named_struct('a', 1, 'b', 2).",
            null);
      }
      names.add(String.valueOf(name.toValue()));
      values.add(call.operand(i + 1));
    }
    return struct(names, values, call.getParserPosition());
  }

  private static SqlBinaryOperator bits(String symbol, String function) {
    return new Rewritten(symbol, OTHER_PRECEDENCE, (l, r) -> named(function, l, r));
  }

  private static SqlCall named(String function, SqlNode left, SqlNode right) {
    return FunctionNames.named(
        function, left.getParserPosition().plus(right.getParserPosition()), left, right);
  }

  private static final class Rewritten extends SqlBinaryOperator {
    private final BinaryOperator<SqlNode> rewriting;

    Rewritten(String symbol, int precedence, BinaryOperator<SqlNode> rewriting) {
      super(symbol, SqlKind.OTHER, precedence, true, null, null, null);
      this.rewriting = rewriting;
    }

    @Override
    public SqlCall createCall(
        @Nullable SqlLiteral quantifier, SqlParserPos position, @Nullable SqlNode... operands) {
      return (SqlCall) rewriting.apply(operands[0], operands[1]);
    }
  }

  /// Kept for the generated parser: an operator with its position.
  public static SqlParserUtil.ToTreeListItem item(
      org.apache.calcite.sql.SqlOperator operator, SqlParserPos position) {
    return new SqlParserUtil.ToTreeListItem(operator, position);
  }
}
