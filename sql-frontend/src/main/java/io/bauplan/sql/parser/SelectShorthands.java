package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.parser.generated.Token;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlAsofJoin;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnnestOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.jspecify.annotations.Nullable;

/// Shorthands around SELECT's items, ORDER BY and joins.
public final class SelectShorthands {
  /// Longer names are cut.
  private static final int MAX_NAME_CHARS = 120;

  private SelectShorthands() {}

  /// An item without a name gets its own text, as it was written.
  public static SqlNode named(SqlNode item, Token first, Token last) {
    boolean named =
        item instanceof SqlIdentifier && !(item instanceof QueryShorthands.ContextVariable)
            || StarOperator.of(item).isPresent()
            || item.getKind() == SqlKind.AS
            || item instanceof org.apache.calcite.sql.SqlStarExclude
            || hasStarSet(item)
            || item instanceof SqlLiteral literal && literal.getValue() == null
            || item instanceof SqlCall call && isField(call);
    if (named) {
      return item;
    }
    return SqlStdOperatorTable.AS.createCall(
        item.getParserPosition(),
        item,
        new SqlIdentifier(text(first, last), item.getParserPosition().withQuoting(true)));
  }

  /// `x.a`, `x['a']`: named by the field elsewhere too.
  private static boolean isField(SqlCall call) {
    return call.getKind() == SqlKind.DOT;
  }

  /// Whether `COLUMNS(...)` is in it.
  private static boolean hasStarSet(SqlNode node) {
    return switch (node) {
      case SqlNodeList list -> list.stream().anyMatch(n -> n != null && hasStarSet(n));
      case SqlCall call ->
          call.getOperator().getName().equalsIgnoreCase("COLUMNS")
              || call.getOperandList().stream().anyMatch(n -> n != null && hasStarSet(n));
      default -> false;
    };
  }

  private static String text(Token first, Token last) {
    StringBuilder text = new StringBuilder();
    Token previous = first;
    for (Token token = first; token != null; token = token.next) {
      boolean apart =
          token != first
              && (token.beginLine != previous.endLine
                  || token.beginColumn != previous.endColumn + 1);
      text.append(apart ? " " : "").append(token.image);
      previous = token;
      if (token == last || text.length() > MAX_NAME_CHARS) {
        break;
      }
    }
    return text.length() > MAX_NAME_CHARS
        ? text.substring(0, MAX_NAME_CHARS - 3) + "..."
        : text.toString();
  }

  /// `SELECT unnest(x), y FROM t` is `SELECT u, y FROM t CROSS JOIN UNNEST(x) AS u`.
  static @Nullable SqlNode unnested(SqlNodeList items, @Nullable SqlNode from) {
    @Nullable SqlNode source = from;
    for (int i = 0; i < items.size(); i++) {
      SqlNode item = items.get(i);
      SqlNode bare = item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(0) : item;
      if (!(bare instanceof SqlCall rows) || !isUnnest(rows)) {
        continue;
      }
      SqlParserPos position = rows.getParserPosition().withQuoting(true);
      SqlCall call = SqlStdOperatorTable.UNNEST.createCall(position, rows.getOperandList());
      SqlIdentifier table = new SqlIdentifier("unnest " + i, position);
      SqlNode list =
          SqlStdOperatorTable.AS.createCall(
              position, call, table, new SqlIdentifier("unnest", position));
      source =
          source == null
              ? list
              : new SqlJoin(
                  position,
                  source,
                  SqlLiteral.createBoolean(false, position),
                  JoinType.CROSS.symbol(position),
                  list,
                  JoinConditionType.NONE.symbol(position),
                  null);
      SqlNode column = name(List.of("unnest " + i, "unnest"), position);
      items.set(
          i,
          item.getKind() == SqlKind.AS
              ? SqlStdOperatorTable.AS.createCall(
                  item.getParserPosition(), column, ((SqlCall) item).operand(1))
              : column);
    }
    return source;
  }

  /// A name whose parts are printed in quotes.
  private static SqlIdentifier name(List<String> parts, SqlParserPos position) {
    return new SqlIdentifier(
        parts, null, position, java.util.Collections.nCopies(parts.size(), position));
  }

  /// `ORDER BY ALL [DESC]`: by every item from the left.
  public static SqlNodeList orderByAll(SqlNodeList order, SqlNode query) {
    if (order.size() != 1 || !isAll(order.get(0))) {
      return order;
    }
    if (!(query instanceof SqlSelect select)
        || select.getSelectList().stream().anyMatch(SelectShorthands::isStar)) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "ORDER BY ALL needs a SELECT that names its columns",
          Positions.of(order.getParserPosition()),
          "Name the columns, or order by their numbers: ORDER BY 1, 2.",
          null);
    }
    List<SqlNode> keys = new ArrayList<>();
    for (int i = 1; i <= select.getSelectList().size(); i++) {
      keys.add(ordinal(order.get(0), i));
    }
    return new SqlNodeList(keys, order.getParserPosition());
  }

  private static boolean isAll(SqlNode node) {
    return node instanceof SqlIdentifier name
        ? name.getParserPosition() instanceof AllPosition
        : node instanceof SqlCall call && call.operandCount() == 1 && isAll(call.operand(0));
  }

  private static SqlNode ordinal(SqlNode all, int number) {
    return all instanceof SqlCall call
        ? call.getOperator().createCall(call.getParserPosition(), ordinal(call.operand(0), number))
        : SqlLiteral.createExactNumeric(Integer.toString(number), all.getParserPosition());
  }

  private static boolean isStar(SqlNode item) {
    return item instanceof SqlIdentifier name && name.isStar()
        || StarOperator.of(item).isPresent()
        || item instanceof org.apache.calcite.sql.SqlStarExclude;
  }

  /// Marks the ALL of ORDER BY ALL, which no name can be.
  private static final class AllPosition extends SqlParserPos {
    AllPosition(SqlParserPos at) {
      super(at.getLineNum(), at.getColumnNum(), at.getEndLineNum(), at.getEndColumnNum());
    }
  }

  public static SqlNode all(SqlParserPos position) {
    return new SqlIdentifier("ALL", new AllPosition(position));
  }

  /// `a UNION BY NAME b`: b's columns in a's order.
  public static SqlNode byName(SqlNode left, SqlNode right, SqlParserPos position) {
    List<String> wanted = names(left, position);
    if (!(right instanceof SqlSelect select)) {
      throw unnamed(position);
    }
    List<String> found = names(right, position);
    List<SqlNode> items = new ArrayList<>();
    for (String name : wanted) {
      int at = found.indexOf(name);
      items.add(
          at >= 0
              ? select.getSelectList().get(at)
              : SqlStdOperatorTable.AS.createCall(
                  position, SqlLiteral.createNull(position), new SqlIdentifier(name, position)));
    }
    for (int i = 0; i < found.size(); i++) {
      if (!wanted.contains(found.get(i))) {
        items.add(select.getSelectList().get(i));
        addNull(left, found.get(i), position);
      }
    }
    select.setSelectList(new SqlNodeList(items, select.getSelectList().getParserPosition()));
    return right;
  }

  /// A column that the first query does not have is NULL there.
  private static void addNull(SqlNode query, String name, SqlParserPos position) {
    if (query instanceof SqlSelect select) {
      List<SqlNode> items = new ArrayList<>(select.getSelectList().getList());
      items.add(
          SqlStdOperatorTable.AS.createCall(
              position, SqlLiteral.createNull(position), new SqlIdentifier(name, position)));
      select.setSelectList(new SqlNodeList(items, select.getSelectList().getParserPosition()));
    } else if (query instanceof SqlCall call) {
      call.getOperandList().forEach(operand -> addNull(operand, name, position));
    }
  }

  private static List<String> names(SqlNode query, SqlParserPos position) {
    SqlNode first = query;
    while (first instanceof SqlCall call && call.isA(SqlKind.SET_QUERY)) {
      first = call.operand(0);
    }
    if (!(first instanceof SqlSelect select)) {
      throw unnamed(position);
    }
    List<String> names = new ArrayList<>();
    for (SqlNode item : select.getSelectList()) {
      SqlNode name = item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(1) : item;
      if (!(name instanceof SqlIdentifier identifier) || identifier.isStar()) {
        throw unnamed(position);
      }
      names.add(identifier.names.getLast().toLowerCase(java.util.Locale.ROOT));
    }
    return names;
  }

  private static EngineException unnamed(SqlParserPos position) {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "UNION BY NAME needs two SELECTs that name their columns",
        Positions.of(position),
        "Write the columns instead of *.",
        null);
  }

  /// `a ASOF JOIN b ON a.k = b.k AND a.t >= b.t`: its one inequality is the match.
  public static SqlNode asof(
      SqlParserPos position,
      SqlNode left,
      SqlLiteral natural,
      SqlLiteral type,
      SqlNode right,
      @Nullable SqlNode match,
      @Nullable SqlNode condition) {
    List<SqlNode> equal = new ArrayList<>();
    List<SqlNode> unequal = new ArrayList<>();
    if (match != null) {
      unequal.add(match);
    }
    if (condition != null) {
      split(condition, equal, unequal);
    }
    if (unequal.size() != 1) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "ASOF JOIN needs one comparison with <, <=, > or >=, and has " + unequal.size(),
          Positions.of(position),
          "Write ON a.key = b.key AND a.time >= b.time, or MATCH_CONDITION(a.time >= b.time) ON"
              + " a.key = b.key.",
          null);
    }
    SqlNode keys = SqlLiteral.createBoolean(true, position);
    for (int i = 0; i < equal.size(); i++) {
      keys =
          i == 0 ? equal.get(0) : SqlStdOperatorTable.AND.createCall(position, keys, equal.get(i));
    }
    return new SqlAsofJoin(
        position,
        left,
        natural,
        type,
        right,
        JoinConditionType.ON.symbol(position),
        keys,
        unequal.getFirst());
  }

  private static void split(SqlNode node, List<SqlNode> equal, List<SqlNode> unequal) {
    if (node instanceof SqlCall call && call.getKind() == SqlKind.AND) {
      call.getOperandList().forEach(operand -> split(operand, equal, unequal));
      return;
    }
    boolean inequality =
        switch (node.getKind()) {
          case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL -> true;
          default -> false;
        };
    (inequality ? unequal : equal).add(node);
  }

  /// `t SAMPLE (10 ROWS)` is `(SELECT * FROM t ORDER BY RANDOM() LIMIT 10) AS t`.
  public static SqlNode sampleOfRows(SqlNode table, SqlNode rows, SqlParserPos position) {
    SqlNode order = FunctionNames.named("RANDOM", position);
    SqlNode sample =
        new SqlOrderBy(position, QueryShorthands.allOf(table), SqlNodeList.of(order), null, rows);
    String alias = SqlValidatorUtil.alias(table);
    return alias == null
        ? sample
        : SqlStdOperatorTable.AS.createCall(position, sample, new SqlIdentifier(alias, position));
  }

  public static EngineException positional(SqlParserPos position) {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "POSITIONAL JOIN is not supported",
        Positions.of(position),
        "Number the rows of both sides with ROW_NUMBER() OVER (ORDER BY ...) and join on the"
            + " numbers.",
        null);
  }

  public static void checkUsing(SqlLiteral type) {
    JoinType join = type.getValueAs(JoinType.class);
    if (join == JoinType.ASOF || join == JoinType.LEFT_ASOF) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "ASOF JOIN with USING is not supported",
          Positions.of(type.getParserPosition()),
          "Write ON a.key = b.key AND a.time >= b.time.",
          null);
    }
  }

  /// `unnest(list)`, or Spark's `explode(list)`.
  private static boolean isUnnest(SqlCall call) {
    return call.getOperator() instanceof SqlUnnestOperator
        || call.operandCount() == 1 && call.getOperator().getName().equalsIgnoreCase("EXPLODE");
  }
}
