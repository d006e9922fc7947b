package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.generated.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlNode;

/// The parser's door: text in, statements out. Stateless and thread-safe.
///
/// Whatever the text, the only exception is an [EngineException] of `SYNTAX_ERROR` (or
/// `NOT_SUPPORTED`) with a position in it.
public final class SqlText {
  /// Longest text, in UTF-16 units.
  public static final int MAX_TEXT_CHARS = 1_000_000;

  /// Deepest nesting of parentheses, brackets and CASE.
  public static final int MAX_NESTING = 200;

  /// Longest identifier, in UTF-16 units.
  public static final int MAX_IDENTIFIER_CHARS = 255;

  private SqlText() {}

  /// Parses one statement; a semicolon after it is allowed.
  public static Statement parse(String sql) {
    checkLength(sql);
    StatementSplitter splitter = StatementSplitter.of(sql);
    SourceText source = new SourceText(sql);
    if (splitter.pieces().isEmpty()) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR, "there is no statement", SourcePosition.at(1, 1));
    }
    if (splitter.pieces().size() > 1) {
      StatementSplitter.Piece second = splitter.pieces().get(1);
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "one statement is expected here, but another begins",
          source.position(second.start(), second.start() + 1),
          "Send the statements one by one.",
          null);
    }
    return read(source, splitter, splitter.pieces().getFirst());
  }

  /// Parses statements separated by semicolons. Positions are those in `script`.
  public static List<Statement> parseScript(String script) {
    checkLength(script);
    StatementSplitter splitter = StatementSplitter.of(script);
    SourceText source = new SourceText(script);
    List<Statement> statements = new ArrayList<>();
    for (StatementSplitter.Piece piece : splitter.pieces()) {
      statements.add(read(source, splitter, piece));
    }
    return List.copyOf(statements);
  }

  /// Parses a condition or value, such as the `filter=` of a model's input. There an unquoted ISO
  /// date is a date, not a subtraction.
  public static ParsedExpression parseExpression(String text) {
    checkLength(text);
    UnquotedDates dates = UnquotedDates.quote(text);
    SourceText source = new SourceText(dates.text());
    StatementSplitter splitter = StatementSplitter.of(dates.text());
    SqlNode node =
        guarded(
            source,
            splitter,
            new StatementSplitter.Piece(0, dates.text().length(), false),
            reader -> {
              if (reader.atEnd()) {
                throw reader.unexpected("an expression");
              }
              SqlNode expression = reader.expression();
              if (!reader.atEnd()) {
                throw reader.unexpected();
              }
              return expression;
            });
    return new ParsedExpression(node, dates.warnings());
  }

  private static void checkLength(String sql) {
    if (sql.length() > MAX_TEXT_CHARS) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          "the text has " + sql.length() + " characters; at most " + MAX_TEXT_CHARS + " are read",
          SourcePosition.at(1, 1),
          "Load rows with COPY INTO instead of writing them into the statement.",
          null);
    }
  }

  private static Statement read(
      SourceText source, StatementSplitter splitter, StatementSplitter.Piece piece) {
    return guarded(source, splitter, piece, reader -> new StatementParser(reader).parse());
  }

  private static <T> T guarded(
      SourceText source,
      StatementSplitter splitter,
      StatementSplitter.Piece piece,
      Attempt.Reading<T> reading) {
    if (splitter.depth() > MAX_NESTING) {
      throw tooDeep(source.position(splitter.deepestAt(), splitter.deepestAt() + 1));
    }
    Attempt attempt = new Attempt(source, piece);
    try {
      return attempt.read(reading);
    } catch (EngineException e) {
      throw withUnclosed(explained(e, attempt, reading), source, splitter);
    }
  }

  /// The error with what was probably meant: a habit of another engine, or a mistyped keyword.
  private static EngineException explained(
      EngineException e, Attempt attempt, Attempt.Reading<?> reading) {
    if (e.code() != ErrorCode.SYNTAX_ERROR || e.position().isEmpty()) {
      return e;
    }
    SourceText source = attempt.source;
    StatementSplitter.Piece piece = attempt.piece;
    List<Token> tokens = attempt.tokens();
    SourcePosition position = e.position().get();
    int errorAt = source.offset(position.line(), position.column());
    Optional<String> habit = OtherDialects.clause(tokens, index(source, tokens, errorAt));
    if (habit.isPresent()) {
      return e.hint().isPresent() ? e : e.withHint(habit.get());
    }
    if (e.getMessage().contains("did you mean")) {
      return e;
    }
    return Typos.find(
            source,
            tokens,
            errorAt,
            text -> {
              int end = piece.end() + text.length() - source.text().length();
              return new Attempt(
                      new SourceText(text),
                      new StatementSplitter.Piece(piece.start(), end, piece.terminated()))
                  .refusedAt(reading);
            })
        .map(
            fix ->
                new EngineException(
                    ErrorCode.SYNTAX_ERROR,
                    "unexpected `" + fix.token().image + "`; did you mean " + fix.word() + "?",
                    SyntaxErrors.position(fix.token())))
        .orElse(e);
  }

  private static int index(SourceText source, List<Token> tokens, int offset) {
    for (int i = 0; i < tokens.size(); i++) {
      if (source.offset(tokens.get(i).beginLine, tokens.get(i).beginColumn) >= offset) {
        return i;
      }
    }
    return Math.max(0, tokens.size() - 1);
  }

  /// Most errors after a `(` that nothing closes come from it.
  private static EngineException withUnclosed(
      EngineException e, SourceText source, StatementSplitter splitter) {
    int open = splitter.unclosedAt();
    if (open < 0 || e.hint().isPresent() || e.getMessage().contains("did you mean")) {
      return e;
    }
    return e.withHint(
        "The `"
            + source.text().charAt(open)
            + "` at line "
            + source.line(open)
            + ", column "
            + source.column(open)
            + " is not closed.");
  }

  static EngineException tooDeep(SourcePosition position) {
    return new EngineException(
        ErrorCode.TOO_COMPLEX,
        "the statement is nested too deeply",
        position,
        "At most "
            + MAX_NESTING
            + " levels of parentheses are read; use WITH, or IN for long OR lists.",
        null);
  }
}
