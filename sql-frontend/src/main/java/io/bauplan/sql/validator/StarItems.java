package io.bauplan.sql.validator;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.parser.StarOperator;
import io.bauplan.sql.parser.StarOperator.Star;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.validate.SqlValidator;

/// Puts columns in the place of `* EXCLUDE ... REPLACE ... RENAME ... ILIKE ...` and of items with
/// `COLUMNS(*)` or `COLUMNS('regex')` in them, which stand for one item a column.
final class StarItems {
  private final SqlValidator validator;
  private final SqlSelect select;

  private StarItems(SqlValidator validator, SqlSelect select) {
    this.validator = validator;
    this.select = select;
  }

  /// The items with columns in their place; the same list where there are no such items.
  static SqlNodeList expand(SqlValidator validator, SqlSelect select, SqlNodeList items) {
    StarItems stars = new StarItems(validator, select);
    List<SqlNode> expanded = new ArrayList<>();
    boolean any = false;
    for (SqlNode item : items) {
      Optional<Star> star = StarOperator.of(item);
      Optional<SqlCall> columns = star.isPresent() ? Optional.empty() : columns(item);
      if (star.isPresent()) {
        expanded.addAll(stars.apply(star.get()));
      } else if (columns.isPresent()) {
        expanded.addAll(stars.each(item, columns.get()));
      } else {
        SqlNode column = stars.numbered(item);
        expanded.add(column);
        any |= column != item;
        continue;
      }
      any = true;
    }
    return any ? new SqlNodeList(expanded, items.getParserPosition()) : items;
  }

  /// `$1`, Snowflake's first column.
  private static final Pattern POSITION = Pattern.compile("\\$(\\d{1,4})");

  private SqlNode numbered(SqlNode item) {
    SqlNode bare = value(item);
    if (!(bare instanceof SqlIdentifier name) || !name.isSimple()) {
      return item;
    }
    java.util.regex.Matcher position = POSITION.matcher(name.getSimple());
    if (select.getFrom() == null || !position.matches()) {
      return item;
    }
    List<SqlNode> columns = all(SqlIdentifier.star(item.getParserPosition()));
    int index = Integer.parseInt(position.group(1));
    if (index < 1
        || index > columns.size()
        || columns.stream().anyMatch(column -> name(column).equals(name.getSimple()))) {
      return item;
    }
    SqlNode alias =
        item.getKind() == SqlKind.AS
            ? ((SqlCall) item).operand(1)
            : new SqlIdentifier(name(columns.get(index - 1)), item.getParserPosition());
    return SqlStdOperatorTable.AS.createCall(
        item.getParserPosition(), column(columns.get(index - 1)), alias);
  }

  private List<SqlNode> all(SqlIdentifier star) {
    return validator.expandStar(SqlNodeList.of(star), select, false).getList();
  }

  private static SqlIdentifier column(SqlNode item) {
    SqlNode bare = item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(0) : item;
    return (SqlIdentifier) bare;
  }

  private static SqlNode value(SqlNode item) {
    return item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(0) : item;
  }

  private static String name(SqlNode item) {
    SqlNode named = item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(1) : item;
    return ((SqlIdentifier) named).names.getLast();
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private List<SqlNode> apply(Star star) {
    List<SqlNode> columns = all(star.star());
    List<String> names = columns.stream().map(StarItems::name).toList();
    Map<String, SqlNode> replaced = new HashMap<>();
    Map<String, SqlIdentifier> renamed = new HashMap<>();
    for (SqlNode pair : star.replaced()) {
      SqlIdentifier name = ((SqlCall) pair).operand(1);
      replaced.put(known(name, names, "REPLACE"), ((SqlCall) pair).operand(0));
    }
    for (SqlNode pair : star.renamed()) {
      SqlIdentifier name = ((SqlCall) pair).operand(0);
      renamed.put(known(name, names, "RENAME"), ((SqlCall) pair).operand(1));
    }
    List<String> excluded =
        star.excluded().stream()
            .map(node -> known((SqlIdentifier) node, names, "EXCLUDE"))
            .toList();
    Optional<Pattern> pattern = star.pattern().map(StarItems::like);
    List<SqlNode> kept = new ArrayList<>();
    for (SqlNode column : columns) {
      String name = lower(name(column));
      if (excluded.contains(name)
          || pattern.isPresent() && !pattern.get().matcher(name).matches()) {
        continue;
      }
      SqlNode value = replaced.getOrDefault(name, column(column));
      SqlIdentifier alias =
          renamed.getOrDefault(name, new SqlIdentifier(name(column), column.getParserPosition()));
      kept.add(SqlStdOperatorTable.AS.createCall(value.getParserPosition(), value, alias));
    }
    if (kept.isEmpty()) {
      throw none(star.star());
    }
    return kept;
  }

  private static EngineException none(SqlNode at) {
    return new EngineException(
        ErrorCode.INVALID_STATEMENT,
        "no column is left of the star",
        Positions.of(at.getParserPosition()),
        "Exclude fewer columns, or another pattern.",
        null);
  }

  private static String known(SqlIdentifier name, List<String> names, String clause) {
    String wanted = name.names.getLast();
    if (names.stream().noneMatch(wanted::equalsIgnoreCase)) {
      throw new EngineException(
          ErrorCode.COLUMN_NOT_FOUND,
          clause + ": there is no column \"" + wanted + "\"",
          Positions.of(name.getParserPosition()),
          NearestName.hint(wanted, names).orElse("There are " + String.join(", ", names) + "."),
          null);
    }
    return lower(wanted);
  }

  private static Pattern like(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (char c : pattern.toCharArray()) {
      regex.append(
          switch (c) {
            case '%' -> ".*";
            case '_' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  }

  /// The first `COLUMNS(...)` in it.
  private static Optional<SqlCall> columns(SqlNode node) {
    return switch (node) {
      case SqlSelect ignored -> Optional.empty();
      case SqlNodeList list -> columns(list.getList());
      case SqlCall call ->
          call.getOperator().getName().equalsIgnoreCase("COLUMNS") && call.operandCount() == 1
              ? Optional.of(call)
              : columns(call.getOperandList());
      default -> Optional.empty();
    };
  }

  private static Optional<SqlCall> columns(List<SqlNode> nodes) {
    for (SqlNode node : nodes) {
      Optional<SqlCall> found = node == null ? Optional.empty() : columns(node);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private List<SqlNode> each(SqlNode item, SqlCall columns) {
    SqlNode which = columns.operand(0);
    Optional<Pattern> pattern =
        which instanceof SqlLiteral literal ? Optional.of(regex(literal)) : Optional.empty();
    SqlIdentifier star =
        which instanceof SqlIdentifier name && name.isStar()
            ? name
            : SqlIdentifier.star(columns.getParserPosition());
    List<SqlNode> items = new ArrayList<>();
    Optional<Star> options = StarOperator.of(which);
    for (SqlNode column : options.isPresent() ? apply(options.get()) : all(star)) {
      if (pattern.isEmpty() || pattern.get().matcher(name(column)).find()) {
        SqlNode made =
            item.accept(
                new SqlShuttle() {
                  @Override
                  public SqlNode visit(SqlCall call) {
                    return call.getOperator().getName().equalsIgnoreCase("COLUMNS")
                        ? value(column)
                        : super.visit(call);
                  }
                });
        items.add(
            made.getKind() == SqlKind.AS
                ? made
                : SqlStdOperatorTable.AS.createCall(
                    item.getParserPosition(),
                    made,
                    new SqlIdentifier(name(column), item.getParserPosition())));
      }
    }
    if (items.isEmpty()) {
      throw none(columns);
    }
    return items;
  }

  private static Pattern regex(SqlLiteral literal) {
    String text = String.valueOf(literal.getValueAs(String.class));
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "'" + text + "' is no regular expression: " + e.getDescription(),
          Positions.of(literal.getParserPosition()));
    }
  }
}
