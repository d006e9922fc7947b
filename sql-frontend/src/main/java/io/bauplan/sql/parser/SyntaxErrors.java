package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Makes of the generated parser's complaints one short sentence: what was found where, and what
/// was probably meant.
final class SyntaxErrors {
  /// More than this many possible words help nobody.
  private static final int MAX_EXPECTED = 4;

  private static final int MAX_SHOWN_CHARS = 40;

  private static final String A_NAME = "a name";

  /// Reserved words with which an expression or a table reference may begin.
  private static final Set<String> EXPRESSION_STARTS =
      Set.of(
          "CASE",
          "NOT",
          "NULL",
          "TRUE",
          "FALSE",
          "EXISTS",
          "INTERVAL",
          "ANY",
          "SOME",
          "ROW",
          "NEW",
          "NEXT",
          "CURRENT",
          "CURSOR",
          "LEFT",
          "RIGHT",
          "GROUPING",
          "DEFAULT",
          "ALL",
          "TABLE",
          "UNNEST",
          "LATERAL",
          "VALUES",
          "SELECT",
          "WITH",
          "SPECIFIC");

  private static final Pattern LEXICAL =
      Pattern.compile("(?s)Lexical error at line (\\d+), column (\\d+)\\.\\s+Encountered: (.*)");

  private SyntaxErrors() {}

  static EngineException of(ParseException e) {
    Token current = e.currentToken;
    Token found = current.next;
    Set<String> expected = new LinkedHashSet<>();
    boolean identifier = false;
    for (int[] sequence : e.expectedTokenSequences) {
      if (sequence.length == 0) {
        continue;
      }
      String image = e.tokenImage[sequence[0]];
      if (image.startsWith("\"")) {
        expected.add(image.substring(1, image.length() - 1).replace("\\\"", "\""));
      } else {
        identifier |= image.equals("<IDENTIFIER>");
      }
    }
    List<String> words = new ArrayList<>();
    for (String word : expected) {
      // Where a name may stand, so may every word that is not reserved.
      if (!identifier || Keywords.isReserved(word)) {
        words.add(word);
      }
    }
    if (identifier) {
      words.add(A_NAME);
    }
    return unexpected(current, found, words);
  }

  /// @param previous the last token that fitted
  /// @param expected keywords, or descriptions that begin in lower case
  static EngineException unexpected(@Nullable Token previous, Token found, List<String> expected) {
    Optional<Blame> past = pastClause(found);
    if (past.isPresent()) {
      return unexpected(found, past.get().token(), past.get().expected());
    }
    if (found.image.equals("'") || found.image.equals("\"")) {
      return new EngineException(
          ErrorCode.SYNTAX_ERROR,
          found.image.equals("'") ? "a string is not closed" : "a quoted name is not closed",
          position(found));
    }
    Optional<String> meant = nearest(found, expected);
    Token at = found;
    String message =
        at.kind == BauplanParserConstants.EOF
            ? "the statement ends too early"
            : "unexpected `" + shown(at) + "`";
    String hint = null;
    if (meant.isPresent()) {
      message += "; did you mean " + meant.get() + "?";
    } else if (Keywords.isReserved(found.image) && expected.contains(A_NAME)) {
      hint =
          "`"
              + found.image
              + "` is a reserved word; as a name write it in double quotes: \""
              + found.image
              + "\".";
    } else if (!expected.isEmpty() && expected.size() <= MAX_EXPECTED) {
      message += "; expected " + list(expected);
    }
    return new EngineException(ErrorCode.SYNTAX_ERROR, message, position(at), hint, null);
  }

  private record Blame(Token token, List<String> expected) {}

  /// The grammar looks two tokens ahead, so that a clause with a wrong second token is refused at
  /// its first: `ORDER YB` at ORDER. The second one is to blame.
  private static Optional<Blame> pastClause(Token clause) {
    Token next = clause.next;
    if (next == null) {
      return Optional.empty();
    }
    return switch (clause.image.toUpperCase(Locale.ROOT)) {
      case "ORDER", "GROUP", "PARTITION" ->
          next.image.equalsIgnoreCase("BY")
              ? Optional.empty()
              : Optional.of(new Blame(next, List.of("BY")));
      case "FROM", "JOIN" ->
          cannotBegin(next) ? Optional.of(new Blame(next, List.of(A_NAME))) : Optional.empty();
      case "WHERE", "HAVING", "ON", "QUALIFY", "AND", "OR", "NOT" ->
          cannotBegin(next)
              ? Optional.of(new Blame(next, List.of("a condition")))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static boolean cannotBegin(Token token) {
    return switch (token.kind) {
      case BauplanParserConstants.EOF,
          BauplanParserConstants.SEMICOLON,
          BauplanParserConstants.RPAREN,
          BauplanParserConstants.COMMA ->
          true;
      default ->
          Keywords.isReserved(token.image)
              && !EXPRESSION_STARTS.contains(token.image.toUpperCase(Locale.ROOT));
    };
  }

  /// The token manager's complaint.
  static EngineException lexical(String message, SourceText source) {
    Matcher matcher = LEXICAL.matcher(String.valueOf(message));
    if (!matcher.matches()) {
      return new EngineException(ErrorCode.SYNTAX_ERROR, "the text cannot be read as SQL");
    }
    int line = Integer.parseInt(matcher.group(1));
    int column = Integer.parseInt(matcher.group(2));
    if (matcher.group(3).startsWith("<EOF>")) {
      return unterminated(source);
    }
    int offset = source.offset(line, column);
    String found =
        offset < source.text().length()
            ? new String(Character.toChars(source.text().codePointAt(offset)))
            : "";
    return new EngineException(
        ErrorCode.SYNTAX_ERROR,
        "unexpected character `" + found + "`",
        SourcePosition.at(line, column));
  }

  /// The first sentence of somebody else's message, without its own position.
  static String plain(Throwable e) {
    String message = String.valueOf(e.getMessage());
    message = message.lines().findFirst().orElse("the text cannot be read as SQL");
    return message.replaceFirst("^From line \\d+, column \\d+ to line \\d+, column \\d+: ", "");
  }

  static EngineException unterminated(SourceText source) {
    StatementSplitter splitter = StatementSplitter.of(source.text());
    String what =
        switch (splitter.state()) {
          case STRING -> "a string is not closed: ' is missing";
          case QUOTED_NAME -> "a quoted name is not closed";
          case BODY -> "a body is not closed: $$ is missing";
          case COMMENT -> "a comment is not closed: */ is missing";
          case COMPLETE, STATEMENT -> "the statement ends too early";
        };
    int end = source.text().length();
    return new EngineException(ErrorCode.SYNTAX_ERROR, what, source.position(end, end));
  }

  static SourcePosition position(Token token) {
    if (token.kind == BauplanParserConstants.EOF) {
      return SourcePosition.at(Math.max(1, token.beginLine), Math.max(1, token.beginColumn));
    }
    return new SourcePosition(
        "", token.beginLine, token.beginColumn, token.endLine, token.endColumn);
  }

  private static String shown(Token token) {
    String image = token.image.lines().findFirst().orElse("");
    return image.length() <= MAX_SHOWN_CHARS
        ? image
        : image.substring(0, MAX_SHOWN_CHARS - 3) + "...";
  }

  private static String list(List<String> expected) {
    if (expected.size() == 1) {
      return expected.getFirst();
    }
    return String.join(", ", expected.subList(0, expected.size() - 1))
        + " or "
        + expected.getLast();
  }

  private static Optional<String> nearest(Token found, List<String> words) {
    if (found.image.length() < 3
        || !Character.isLetter(found.image.charAt(0))
        || Keywords.isReserved(found.image)) {
      return Optional.empty();
    }
    List<String> keywords =
        words.stream().filter(w -> w.length() > 1 && Character.isUpperCase(w.charAt(0))).toList();
    return NearestName.nearest(found.image, keywords)
        .filter(word -> !word.equalsIgnoreCase(found.image));
  }
}
