package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.generated.BauplanParser;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.TokenMgrError;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl.LexicalState;
import org.apache.calcite.sql.validate.SqlConformanceEnum;

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

  @FunctionalInterface
  private interface Reading<T> {
    T read(TokenReader reader) throws ParseException;
  }

  private static <T> T guarded(
      SourceText source,
      StatementSplitter splitter,
      StatementSplitter.Piece piece,
      Reading<T> reading) {
    if (splitter.depth() > MAX_NESTING) {
      throw tooDeep(source.position(splitter.deepestAt(), splitter.deepestAt() + 1));
    }
    BauplanParser parser = null;
    try {
      parser = parser(source, piece);
      return reading.read(new TokenReader(parser, source));
    } catch (ParseException e) {
      throw withUnclosed(SyntaxErrors.of(e), source, splitter);
    } catch (TokenMgrError e) {
      throw SyntaxErrors.lexical(String.valueOf(e.getMessage()), source);
    } catch (CalciteContextException e) {
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR,
          SyntaxErrors.plain(e.getCause() == null ? e : e.getCause()),
          new SourcePosition(
              "", e.getPosLine(), e.getPosColumn(), e.getEndPosLine(), e.getEndPosColumn()),
          null,
          e);
    } catch (EngineException e) {
      throw withUnclosed(e, source, splitter);
    } catch (StackOverflowError e) {
      throw tooDeep(at(parser, source, piece));
    } catch (RuntimeException | AssertionError e) {
      // Calcite's own helpers throw all sorts of exceptions for literals they cannot read.
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR, SyntaxErrors.plain(e), at(parser, source, piece), null, e);
    }
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

  private static SourcePosition at(
      @org.jspecify.annotations.Nullable BauplanParser parser,
      SourceText source,
      StatementSplitter.Piece piece) {
    return parser == null || parser.getToken(0).image == null
        ? source.position(piece.start(), piece.start() + 1)
        : SyntaxErrors.position(parser.getToken(0));
  }

  private static EngineException tooDeep(SourcePosition position) {
    return new EngineException(
        ErrorCode.TOO_COMPLEX,
        "the statement is nested too deeply",
        position,
        "At most "
            + MAX_NESTING
            + " levels of parentheses are read; use WITH, or IN for long OR lists.",
        null);
  }

  private static BauplanParser parser(SourceText source, StatementSplitter.Piece piece)
      throws ParseException {
    String text = piece.of(source.text());
    BauplanParser parser = new BauplanParser(new StringReader(""));
    parser.startAt(
        new StringReader(text),
        source.line(piece.start()),
        source.column(piece.start()),
        text.length());
    parser.setTabSize(1);
    parser.switchTo(LexicalState.DQID);
    parser.setUnquotedCasing(Casing.UNCHANGED);
    parser.setQuotedCasing(Casing.UNCHANGED);
    parser.setIdentifierMaxLength(MAX_IDENTIFIER_CHARS);
    parser.setConformance(SqlConformanceEnum.LENIENT);
    return parser;
  }
}
