package io.bauplan.sql.validator;

import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Calcite's sentences in our words, with what to do about them.
record Wording(ErrorCode code, String message, Optional<String> hint) {
  /// @param message may refer to groups of the pattern: `$1`
  private record Sentence(Pattern pattern, ErrorCode code, String message, String hint) {}

  private static final List<Sentence> SENTENCES =
      List.of(
          sentence(
              "Column '(.*)' is ambiguous",
              ErrorCode.AMBIGUOUS_NAME,
              "column \"$1\" is in more than one table",
              "Write the table's name before it: t.$1."),
          sentence(
              "Expression '(.*)' is not being grouped",
              ErrorCode.INVALID_STATEMENT,
              "\"$1\" must appear in GROUP BY or inside an aggregate function",
              "Add it to GROUP BY, or take any_value($1)."),
          sentence(
              "Cast function cannot convert value of type (.*) to type (.*)",
              ErrorCode.TYPE_MISMATCH,
              "a value of type $1 cannot be cast to $2",
              ""),
          sentence(
              "Unknown field '(.*)'",
              ErrorCode.COLUMN_NOT_FOUND,
              "there is no field \"$1\"",
              "DESCRIBE shows the fields of a column."),
          sentence(
              "(WHERE|HAVING|ON|FILTER|QUALIFY) clause must be a condition",
              ErrorCode.TYPE_MISMATCH,
              "$1 needs a condition, a value of type BOOLEAN",
              "Compare the value with another: $1 x = 1."),
          sentence(
              "Aggregate expression is illegal in WHERE clause",
              ErrorCode.INVALID_STATEMENT,
              "an aggregate function cannot stand in WHERE",
              "WHERE sees single rows: put the condition into HAVING."),
          sentence(
              "Aggregate expression is illegal in (.*) clause",
              ErrorCode.INVALID_STATEMENT,
              "an aggregate function cannot stand in $1",
              "Compute it in a sub-query first."),
          sentence(
              "Windowed aggregate expression is illegal in (.*) clause",
              ErrorCode.INVALID_STATEMENT,
              "a window function cannot stand in $1",
              "Put the condition into QUALIFY, or compute it in a sub-query first."),
          sentence(
              "Aggregate expressions cannot be nested",
              ErrorCode.INVALID_STATEMENT,
              "an aggregate function cannot stand within another",
              "Compute the inner one in a sub-query first."),
          sentence(
              "Ordinal out of range",
              ErrorCode.INVALID_STATEMENT,
              "SELECT has no item of this number",
              "Items are counted from 1."),
          sentence(
              "Expression '(.*)' is not in the select clause",
              ErrorCode.INVALID_STATEMENT,
              "\"$1\" is not an item of SELECT DISTINCT",
              "Order by an item of SELECT, or add it there."),
          sentence(
              "Duplicate relation name '(.*)' in FROM clause",
              ErrorCode.DUPLICATE_NAME,
              "two tables of FROM are called \"$1\"",
              "Give one of them another alias: ... AS other."),
          sentence(
              "OVER clause is necessary for window functions",
              ErrorCode.INVALID_STATEMENT,
              "a window function needs OVER",
              "Write it as f() OVER (PARTITION BY a ORDER BY b)."),
          sentence(
              "RANK or DENSE_RANK functions require ORDER BY clause in window specification",
              ErrorCode.INVALID_STATEMENT,
              "this window function needs an order",
              "Write OVER (ORDER BY b)."),
          sentence(
              "Window '(.*)' not found",
              ErrorCode.INVALID_STATEMENT,
              "there is no window \"$1\"",
              "Define it: WINDOW $1 AS (PARTITION BY a ORDER BY b)."),
          sentence(
              "Data [Tt]ype of ORDER BY prohibits use of RANGE clause",
              ErrorCode.TYPE_MISMATCH,
              "RANGE with an offset needs a number, date or time to order by",
              "Count rows instead: ROWS BETWEEN ..."),
          sentence(
              "INNER, LEFT, RIGHT, FULL, or ASOF join requires a condition .*",
              ErrorCode.INVALID_STATEMENT,
              "this JOIN needs a condition",
              "Write ON a.x = b.x or USING (x); CROSS JOIN joins every row with every row."),
          sentence(
              "Column count mismatch in (.*)",
              ErrorCode.INVALID_STATEMENT,
              "the two sides of $1 have different numbers of columns",
              "Both need the same columns in the same order."),
          sentence(
              "Type mismatch in column (\\d+) of (.*)",
              ErrorCode.TYPE_MISMATCH,
              "column $1 has different types on the two sides of $2",
              "Cast one side to the other's type."),
          sentence(
              "Values passed to (.*) operator must have compatible types",
              ErrorCode.TYPE_MISMATCH,
              "the values of $1 have no common type",
              "All need the same number of columns, of like types; cast what differs."),
          sentence(
              "Illegal mixing of types in CASE or COALESCE statement",
              ErrorCode.TYPE_MISMATCH,
              "the values of this CASE or COALESCE have no common type",
              "Cast them to one type."),
          sentence(
              "Parameters must be of the same type",
              ErrorCode.TYPE_MISMATCH,
              "the arguments have no common type",
              "Cast them to one type."),
          sentence(
              "(.*) is not comparable to (.*)",
              ErrorCode.TYPE_MISMATCH,
              "$1 cannot be compared with $2",
              "Cast one side to the other's type."),
          sentence(
              "Invalid number of arguments to function '(.*)'\\. Was expecting (\\d+) arguments",
              ErrorCode.INVALID_STATEMENT,
              "function $1 takes another number of arguments: $2",
              ""),
          sentence(
              "Illegal (DATE|TIME|TIMESTAMP) literal '(.*)': not in format '.*'",
              ErrorCode.INVALID_DATETIME,
              "'$2' is no $1",
              "Write it as DATE '2024-01-31', TIME '12:34:56' or TIMESTAMP '2024-01-31 12:34:56'."),
          sentence(
              "Illegal interval literal format '(.*)' for (.*)",
              ErrorCode.INVALID_DATETIME,
              "'$1' is no $2",
              "Write INTERVAL '3' DAY or INTERVAL '1 hour 30 minutes'."),
          sentence(
              "Numeric literal '(.*)' out of range",
              ErrorCode.NUMERIC_OVERFLOW,
              "the number $1 is out of range",
              "Numbers have up to 38 digits, or 1e308 as DOUBLE."),
          sentence(
              "Binary literal string must contain .*",
              ErrorCode.SYNTAX_ERROR,
              "a binary literal has pairs of hexadecimal digits",
              "Write X'00FF'."),
          sentence(
              "'(.*)' is not a valid time frame.*",
              ErrorCode.INVALID_ARGUMENT,
              "there is no part \"$1\" of a date or time",
              "There are YEAR, QUARTER, MONTH, WEEK, DAY, DOW, DOY, HOUR, MINUTE, SECOND, EPOCH."),
          sentence(
              "Number of columns must match number of query columns",
              ErrorCode.INVALID_STATEMENT,
              "the list of column names has another length than the query",
              "Name every column of the query."),
          sentence(
              "Argument to GROUPING operator must be a grouped expression",
              ErrorCode.INVALID_STATEMENT,
              "GROUPING takes what GROUP BY groups by",
              ""),
          sentence(
              "TABLESAMPLE percentage must be between 0 and 100, inclusive",
              ErrorCode.INVALID_ARGUMENT,
              "TABLESAMPLE takes a percentage from 0 to 100",
              ""),
          sentence(
              "Upper frame boundary cannot be (.*) when lower boundary is (.*)",
              ErrorCode.INVALID_STATEMENT,
              "a window's frame cannot begin $2 and end $1",
              "Swap the two bounds."),
          sentence(
              "Argument to function '(.*)' must be (.*)",
              ErrorCode.INVALID_ARGUMENT,
              "the argument of $1 must be $2",
              ""));

  /// Columns that other engines have everywhere.
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "rownum", "Write LIMIT, or row_number() OVER (ORDER BY ...).",
          "rowid", "Rows have no id; name columns that identify a row.",
          "sysdate", "Write current_date or current_timestamp.",
          "systimestamp", "Write current_timestamp.",
          "today", "Write current_date.",
          "$1", "A parameter is written ?.");

  private static Sentence sentence(String pattern, ErrorCode code, String message, String hint) {
    return new Sentence(Pattern.compile(pattern, Pattern.DOTALL), code, message, hint);
  }

  static Optional<Wording> of(String message) {
    for (Sentence sentence : SENTENCES) {
      Matcher matcher = sentence.pattern.matcher(message);
      if (matcher.matches()) {
        return Optional.of(
            new Wording(
                sentence.code,
                matcher.replaceFirst(sentence.message),
                sentence.hint.isEmpty()
                    ? Optional.empty()
                    : Optional.of(matcher.replaceFirst(sentence.hint))));
      }
    }
    return Optional.empty();
  }

  /// @param position as wide as the name and its quotes
  static Optional<String> ofUnknownColumn(String name, @Nullable SourcePosition position) {
    String elsewhere = ELSEWHERE.get(name.toLowerCase(Locale.ROOT));
    if (elsewhere != null) {
      return Optional.of(elsewhere);
    }
    boolean quoted =
        position != null
            && position.line() == position.endLine()
            && position.endColumn() - position.column() + 1 == name.length() + 2;
    return quoted
        ? Optional.of("Text is written in single quotes: '" + name + "'.")
        : Optional.empty();
  }
}
