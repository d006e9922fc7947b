package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.generated.BauplanParser;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.parser.SqlParserUtil;

/// Reads references. A name such as `feature/x-1`, `v1.0` or `main@1a2b~2` is many tokens to the
/// grammar: whatever stands together without a space is one reference; one with other signs is
/// quoted.
public final class ReferenceText {
  private ReferenceText() {}

  /// After a table's name: `AT [BRANCH|TAG|...] x`, `FOR SYSTEM_TIME|VERSION|TIMESTAMP AS OF x`.
  public static SqlNode readTableVersion(BauplanParser parser, SqlNode table)
      throws ParseException {
    SqlIdentifier name = (SqlIdentifier) table;
    Token first = parser.getNextToken();
    Version.Kind kind;
    if (first.kind == BauplanParserConstants.AT) {
      kind = readKind(parser);
    } else {
      String word = parser.getNextToken().image;
      kind = word.equalsIgnoreCase("VERSION") ? Version.Kind.REFERENCE : Version.Kind.TIMESTAMP;
      parser.getNextToken();
      if (!parser.getToken(1).image.equalsIgnoreCase("OF")) {
        throw TokenReader.unexpected(parser, "OF");
      }
      parser.getNextToken();
    }
    SqlNode value;
    if (kind == Version.Kind.TIMESTAMP) {
      value = parser.VersionExpression();
    } else {
      boolean number = parser.getToken(1).kind == BauplanParserConstants.UNSIGNED_INTEGER_LITERAL;
      Version version = readName(parser, kind);
      SqlParserPos position = TokenReader.position(version.position());
      if (number && kind == Version.Kind.REFERENCE && version.text().matches("\\d+")) {
        kind = Version.Kind.SNAPSHOT;
      }
      value =
          kind == Version.Kind.SNAPSHOT && version.text().matches("-?\\d+")
              ? SqlLiteral.createExactNumeric(version.text(), position)
              : SqlLiteral.createCharString(version.text(), position);
    }
    SqlParserPos position = name.getParserPosition().plus(value.getParserPosition());
    return new VersionedTable(position, name, kind, value);
  }

  /// The optional word before a reference.
  static Version.Kind readKind(BauplanParser parser) {
    Version.Kind kind =
        switch (parser.getToken(1).image.toUpperCase(java.util.Locale.ROOT)) {
          case "BRANCH" -> Version.Kind.BRANCH;
          case "TAG" -> Version.Kind.TAG;
          case "COMMIT" -> Version.Kind.COMMIT;
          case "SNAPSHOT" -> Version.Kind.SNAPSHOT;
          case "TIMESTAMP" -> Version.Kind.TIMESTAMP;
          case "REF", "REFERENCE" -> Version.Kind.REFERENCE;
          default -> null;
        };
    // `AT tag`: a reference with the name of a kind.
    if (kind == null || ends(parser.getToken(2))) {
      return Version.Kind.REFERENCE;
    }
    parser.getNextToken();
    return kind;
  }

  /// A reference's text.
  static Version readName(BauplanParser parser, Version.Kind kind) throws ParseException {
    Token first = parser.getToken(1);
    if (ends(first)) {
      throw TokenReader.unexpected(
          parser, kind == Version.Kind.REFERENCE ? "a reference" : "a " + word(kind));
    }
    Token last = parser.getNextToken();
    StringBuilder text = new StringBuilder(text(last));
    while (adjacent(last, parser.getToken(1)) && !ends(parser.getToken(1))) {
      last = parser.getNextToken();
      text.append(text(last));
    }
    return new Version(
        kind,
        text.toString(),
        new SourcePosition("", first.beginLine, first.beginColumn, last.endLine, last.endColumn));
  }

  private static String word(Version.Kind kind) {
    return switch (kind) {
      case BRANCH -> "branch name";
      case TAG -> "tag name";
      case COMMIT -> "commit hash";
      case SNAPSHOT -> "snapshot id";
      case TIMESTAMP -> "timestamp";
      case REFERENCE -> "reference";
    };
  }

  private static boolean adjacent(Token left, Token right) {
    return left.endLine == right.beginLine && left.endColumn + 1 == right.beginColumn;
  }

  /// Whether what follows `AT` behind a table names a version, or `at` was the table's alias.
  public static boolean isVersionWord(Token token) {
    return !ends(token)
        && switch (token.kind) {
          case BauplanParserConstants.WHERE,
              BauplanParserConstants.ON,
              BauplanParserConstants.USING,
              BauplanParserConstants.JOIN,
              BauplanParserConstants.INNER,
              BauplanParserConstants.LEFT,
              BauplanParserConstants.RIGHT,
              BauplanParserConstants.FULL,
              BauplanParserConstants.CROSS,
              BauplanParserConstants.NATURAL,
              BauplanParserConstants.GROUP,
              BauplanParserConstants.HAVING,
              BauplanParserConstants.WINDOW,
              BauplanParserConstants.ORDER,
              BauplanParserConstants.LIMIT,
              BauplanParserConstants.UNION,
              BauplanParserConstants.INTERSECT,
              BauplanParserConstants.EXCEPT ->
              false;
          default -> true;
        };
  }

  static boolean ends(Token token) {
    return switch (token.kind) {
      case BauplanParserConstants.EOF,
          BauplanParserConstants.SEMICOLON,
          BauplanParserConstants.COMMA,
          BauplanParserConstants.LPAREN,
          BauplanParserConstants.RPAREN,
          BauplanParserConstants.EQ,
          BauplanParserConstants.NAMED_ARGUMENT_ASSIGNMENT ->
          true;
      default -> false;
    };
  }

  static boolean isEnd(Token token) {
    return token.kind == BauplanParserConstants.EOF
        || token.kind == BauplanParserConstants.SEMICOLON;
  }

  private static String text(Token token) {
    return switch (token.kind) {
      case BauplanParserConstants.QUOTED_STRING -> SqlParserUtil.parseString(token.image);
      case BauplanParserConstants.QUOTED_IDENTIFIER ->
          token.image.substring(1, token.image.length() - 1).replace("\"\"", "\"");
      case BauplanParserConstants.BACK_QUOTED_IDENTIFIER ->
          token.image.substring(1, token.image.length() - 1).replace("``", "`");
      default -> token.image;
    };
  }

  /// The constant text of a [VersionedTable]'s value, where it is one.
  static boolean isConstant(SqlNode value) {
    return value instanceof SqlCharStringLiteral
        || value instanceof SqlNumericLiteral
        || value.getKind() == SqlKind.LITERAL;
  }
}
