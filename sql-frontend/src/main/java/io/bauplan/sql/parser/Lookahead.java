package io.bauplan.sql.parser;

import io.bauplan.sql.parser.generated.BauplanParser;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.Token;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;

/// What the grammar asks about the tokens ahead, where a fixed number of them does not decide.
public final class Lookahead {
  /// How far an ORDER BY inside of a call is looked for.
  private static final int MAX_ARGUMENT_TOKENS = 60;

  private Lookahead() {}

  private static int kind(BauplanParser parser, int n) {
    return parser.getToken(n).kind;
  }

  private static boolean isWord(BauplanParser parser, int n, String word) {
    return parser.getToken(n).image.equalsIgnoreCase(word);
  }

  public static boolean isWord(BauplanParser parser, String word) {
    return isWord(parser, 1, word);
  }

  /// An operator that is ours alone.
  public static boolean isOtherOperator(BauplanParser parser) {
    return switch (kind(parser, 1)) {
      case BauplanParserConstants.VERTICAL_BAR,
          BauplanParserConstants.DOUBLE_STAR,
          BauplanParserConstants.STARTS_WITH_SIGN,
          BauplanParserConstants.JSON_TEXT_ARROW ->
          true;
      case BauplanParserConstants.GT -> isShiftRight(parser);
      case BauplanParserConstants.LAMBDA -> isJsonStep(parser);
      default -> false;
    };
  }

  /// `>>`: two tokens without a blank, since types end so too.
  private static boolean isShiftRight(BauplanParser parser) {
    Token first = parser.getToken(1);
    Token second = parser.getToken(2);
    return second.kind == BauplanParserConstants.GT
        && first.endLine == second.beginLine
        && first.endColumn + 1 == second.beginColumn;
  }

  /// `-> 'name'`, which no lambda is.
  private static boolean isJsonStep(BauplanParser parser) {
    return kind(parser, 2) == BauplanParserConstants.QUOTED_STRING;
  }

  /// A name and a JSON step after it.
  public static boolean isNameAndJsonStep(BauplanParser parser) {
    int n = 1;
    while (kind(parser, n + 1) == BauplanParserConstants.DOT) {
      n += 2;
    }
    return kind(parser, n + 1) == BauplanParserConstants.LAMBDA
        && kind(parser, n + 2) == BauplanParserConstants.QUOTED_STRING;
  }

  public static boolean isTimeUnit(BauplanParser parser) {
    return switch (kind(parser, 1)) {
      case BauplanParserConstants.YEAR,
          BauplanParserConstants.YEARS,
          BauplanParserConstants.QUARTER,
          BauplanParserConstants.QUARTERS,
          BauplanParserConstants.MONTH,
          BauplanParserConstants.MONTHS,
          BauplanParserConstants.WEEK,
          BauplanParserConstants.WEEKS,
          BauplanParserConstants.DAY,
          BauplanParserConstants.DAYS,
          BauplanParserConstants.HOUR,
          BauplanParserConstants.HOURS,
          BauplanParserConstants.MINUTE,
          BauplanParserConstants.MINUTES,
          BauplanParserConstants.SECOND,
          BauplanParserConstants.SECONDS ->
          true;
      default -> false;
    };
  }

  /// After a star: EXCLUDE, REPLACE, RENAME or ILIKE.
  public static boolean isStarOption(BauplanParser parser, SqlNode item) {
    if (!(item instanceof SqlIdentifier name) || !name.isStar()) {
      return false;
    }
    return switch (kind(parser, 1)) {
      case BauplanParserConstants.EXCLUDE,
          BauplanParserConstants.REPLACE,
          BauplanParserConstants.LIKE,
          BauplanParserConstants.ILIKE ->
          true;
      case BauplanParserConstants.EXCEPT ->
          // EXCEPT (SELECT ...) takes rows away, not columns.
          kind(parser, 2) == BauplanParserConstants.LPAREN
              && kind(parser, 3) != BauplanParserConstants.SELECT
              && kind(parser, 3) != BauplanParserConstants.LPAREN;
      default ->
          isWord(parser, 1, "RENAME") && kind(parser, 1) == BauplanParserConstants.IDENTIFIER;
    };
  }

  /// `TOP 3` or `TOP (3)`, not a column of that name.
  public static boolean isTop(BauplanParser parser) {
    if (!isWord(parser, 1, "TOP") || kind(parser, 1) != BauplanParserConstants.IDENTIFIER) {
      return false;
    }
    return kind(parser, 2) == BauplanParserConstants.UNSIGNED_INTEGER_LITERAL
        || kind(parser, 2) == BauplanParserConstants.LPAREN
            && kind(parser, 3) == BauplanParserConstants.UNSIGNED_INTEGER_LITERAL
            && kind(parser, 4) == BauplanParserConstants.RPAREN
            && kind(parser, 5) != BauplanParserConstants.COMMA
            && kind(parser, 5) != BauplanParserConstants.FROM;
  }

  /// A word after a table that begins a join or a sample.
  public static boolean isNoAlias(BauplanParser parser) {
    boolean join = kind(parser, 2) == BauplanParserConstants.JOIN;
    boolean asof =
        kind(parser, 1) == BauplanParserConstants.ASOF
            && (join || kind(parser, 2) == BauplanParserConstants.LEFT);
    return asof
        || join
            && (isWord(parser, 1, "SEMI")
                || isWord(parser, 1, "ANTI")
                || isWord(parser, 1, "POSITIONAL"))
        || isSample(parser);
  }

  /// `SAMPLE (10)` or `TABLESAMPLE (10 PERCENT)`.
  public static boolean isSample(BauplanParser parser) {
    if (kind(parser, 1) == BauplanParserConstants.TABLESAMPLE) {
      return kind(parser, 2) == BauplanParserConstants.LPAREN;
    }
    if (!isWord(parser, 1, "SAMPLE")) {
      return false;
    }
    int number = kind(parser, 2) == BauplanParserConstants.LPAREN ? 3 : 4;
    return kind(parser, number - 1) == BauplanParserConstants.LPAREN
        && (kind(parser, number) == BauplanParserConstants.UNSIGNED_INTEGER_LITERAL
            || kind(parser, number) == BauplanParserConstants.DECIMAL_NUMERIC_LITERAL);
  }

  /// `[LEFT] SEMI JOIN` or `[LEFT] ANTI JOIN`.
  public static boolean isKind(BauplanParser parser, String kind) {
    int at = kind(parser, 1) == BauplanParserConstants.LEFT ? 2 : 1;
    return isWord(parser, at, kind) && kind(parser, at + 1) == BauplanParserConstants.JOIN;
  }

  public static boolean isLateralFunction(BauplanParser parser) {
    return kind(parser, 1) == BauplanParserConstants.LATERAL
        && kind(parser, 2) == BauplanParserConstants.IDENTIFIER
        && kind(parser, 3) == BauplanParserConstants.LPAREN;
  }

  /// Arguments of a call that end in ORDER BY, at no deeper level.
  public static boolean isOrderedArgument(BauplanParser parser) {
    return isOrderedArgument(parser, 1);
  }

  private static boolean isOrderedArgument(BauplanParser parser, int first) {
    if (kind(parser, first) != BauplanParserConstants.LPAREN) {
      return false;
    }
    int depth = 0;
    for (int n = first; n < MAX_ARGUMENT_TOKENS; n++) {
      switch (kind(parser, n)) {
        case BauplanParserConstants.LPAREN, BauplanParserConstants.LBRACKET -> depth++;
        case BauplanParserConstants.RPAREN, BauplanParserConstants.RBRACKET -> {
          depth--;
          if (depth == 0) {
            return false;
          }
        }
        case BauplanParserConstants.ORDER -> {
          if (depth == 1) {
            return kind(parser, n + 1) == BauplanParserConstants.BY;
          }
        }
        case BauplanParserConstants.SELECT,
            BauplanParserConstants.PARTITION,
            BauplanParserConstants.EOF -> {
          if (depth == 1 || kind(parser, n) == BauplanParserConstants.EOF) {
            return false;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  /// ARRAY, MULTISET or `[]` after a type; `[1]` after one is an element of what was cast.
  public static boolean isCollectionType(BauplanParser parser) {
    return switch (kind(parser, 1)) {
      case BauplanParserConstants.ARRAY, BauplanParserConstants.MULTISET -> true;
      case BauplanParserConstants.LBRACKET -> kind(parser, 2) == BauplanParserConstants.RBRACKET;
      default -> false;
    };
  }

  /// `[NOT] LIKE ANY (`, also with ILIKE, SOME and ALL.
  public static boolean isLikeAny(BauplanParser parser) {
    int n = kind(parser, 1) == BauplanParserConstants.NOT ? 2 : 1;
    boolean like =
        kind(parser, n) == BauplanParserConstants.LIKE
            || kind(parser, n) == BauplanParserConstants.ILIKE;
    return like
        && switch (kind(parser, n + 1)) {
          case BauplanParserConstants.ANY,
              BauplanParserConstants.SOME,
              BauplanParserConstants.ALL ->
              kind(parser, n + 2) == BauplanParserConstants.LPAREN;
          default -> false;
        };
  }

  public static boolean isJsonLiteral(BauplanParser parser) {
    return kind(parser, 1) == BauplanParserConstants.JSON
        && kind(parser, 2) == BauplanParserConstants.QUOTED_STRING;
  }

  /// A text that is a source of rows, not the beginning of an expression.
  public static boolean isFile(BauplanParser parser) {
    return kind(parser, 1) == BauplanParserConstants.QUOTED_STRING
        && kind(parser, 2) != BauplanParserConstants.INFIX_CAST
        && kind(parser, 2) != BauplanParserConstants.CONCAT;
  }

  /// What may follow PIVOT's aggregates but no alias can be.
  public static boolean isClauseEnd(BauplanParser parser) {
    return switch (kind(parser, 1)) {
      case BauplanParserConstants.EOF,
          BauplanParserConstants.RPAREN,
          BauplanParserConstants.GROUP,
          BauplanParserConstants.ORDER,
          BauplanParserConstants.LIMIT,
          BauplanParserConstants.UNION,
          BauplanParserConstants.SEMICOLON ->
          true;
      default -> false;
    };
  }

  /// `FIRST(x ORDER BY y)`, `LAST(...)`.
  public static boolean isOrderedFirst(BauplanParser parser) {
    return (kind(parser, 1) == BauplanParserConstants.FIRST
            || kind(parser, 1) == BauplanParserConstants.LAST)
        && isOrderedArgument(parser, 2);
  }

  public static boolean isTimestampLiteral(BauplanParser parser) {
    return kind(parser, 1) == BauplanParserConstants.TIMESTAMP
        && kind(parser, 2) == BauplanParserConstants.QUOTED_STRING;
  }

  /// `COLUMNS(* EXCLUDE`.
  public static boolean isColumnsOfStar(BauplanParser parser) {
    if (!isWord(parser, 1, "COLUMNS")
        || kind(parser, 2) != BauplanParserConstants.LPAREN
        || kind(parser, 3) != BauplanParserConstants.STAR) {
      return false;
    }
    return switch (kind(parser, 4)) {
      case BauplanParserConstants.EXCLUDE,
          BauplanParserConstants.EXCEPT,
          BauplanParserConstants.REPLACE,
          BauplanParserConstants.LIKE,
          BauplanParserConstants.ILIKE ->
          true;
      default -> isWord(parser, 4, "RENAME");
    };
  }

  /// `lambda x : ...`, or `x INTEGER -> ...` with a type of one word.
  public static boolean isWrittenLambda(BauplanParser parser) {
    if (kind(parser, 1) != BauplanParserConstants.IDENTIFIER) {
      return false;
    }
    return isWord(parser, 1, "LAMBDA") && isName(parser, 2)
        || isName(parser, 2) && kind(parser, 3) == BauplanParserConstants.LAMBDA;
  }

  private static boolean isName(BauplanParser parser, int n) {
    String image = parser.getToken(n).image;
    return !image.isEmpty() && Character.isLetter(image.charAt(0));
  }

  /// `USING SAMPLE 10%` after a table.
  public static boolean isUsingSample(BauplanParser parser) {
    return kind(parser, 1) == BauplanParserConstants.USING && isWord(parser, 2, "SAMPLE");
  }

  /// A query, perhaps in parentheses.
  public static boolean isQuery(BauplanParser parser) {
    int n = 1;
    while (kind(parser, n) == BauplanParserConstants.LPAREN) {
      n++;
    }
    return switch (kind(parser, n)) {
      case BauplanParserConstants.SELECT,
          BauplanParserConstants.WITH,
          BauplanParserConstants.VALUES,
          BauplanParserConstants.FROM,
          BauplanParserConstants.PIVOT,
          BauplanParserConstants.UNPIVOT,
          BauplanParserConstants.TABLE ->
          true;
      default -> false;
    };
  }
}
