package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.generated.BauplanParser;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import io.bauplan.sql.parser.generated.TokenMgrError;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl.LexicalState;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.jspecify.annotations.Nullable;

/// One reading of a statement.
final class Attempt {
  /// What is made of the tokens.
  @FunctionalInterface
  interface Reading<T> {
    T read(TokenReader reader) throws ParseException;
  }

  private static final int MAX_TOKENS = 10_000;

  final SourceText source;
  final StatementSplitter.Piece piece;
  private @Nullable BauplanParser parser;
  private @Nullable Token head;

  Attempt(SourceText source, StatementSplitter.Piece piece) {
    this.source = source;
    this.piece = piece;
  }

  <T> T read(Reading<T> reading) {
    try {
      BauplanParser made = parser(source, piece);
      parser = made;
      head = made.getToken(0);
      return reading.read(new TokenReader(made, source));
    } catch (ParseException e) {
      throw SyntaxErrors.of(e);
    } catch (TokenMgrError e) {
      throw SyntaxErrors.lexical(String.valueOf(e.getMessage()), source);
    } catch (CalciteContextException e) {
      throw syntaxError(e);
    } catch (EngineException e) {
      throw e;
    } catch (StackOverflowError e) {
      throw SqlText.tooDeep(at(parser, source, piece));
    } catch (RuntimeException | AssertionError e) {
      // Calcite's own helpers throw all sorts of exceptions for literals they cannot read.
      throw new EngineException(
          ErrorCode.SYNTAX_ERROR, SyntaxErrors.plain(e), at(parser, source, piece), null, e);
    }
  }

  static EngineException syntaxError(CalciteContextException e) {
    return new EngineException(
        ErrorCode.SYNTAX_ERROR,
        SyntaxErrors.plain(e.getCause() == null ? e : e.getCause()),
        new SourcePosition(
            "", e.getPosLine(), e.getPosColumn(), e.getEndPosLine(), e.getEndPosColumn()),
        null,
        e);
  }

  /// The offset of what the grammar refuses.
  int refusedAt(Reading<?> reading) {
    try {
      read(reading);
      return Typos.NO_ERROR;
    } catch (EngineException e) {
      return e.code() != ErrorCode.SYNTAX_ERROR
          ? Typos.NO_ERROR
          : e.position().map(p -> source.offset(p.line(), p.column())).orElse(0);
    }
  }

  /// The statement's tokens, as far as it can be cut into tokens at all.
  List<Token> tokens() {
    List<Token> tokens = new ArrayList<>();
    BauplanParser made = parser;
    Token before = head;
    if (made == null || before == null) {
      return tokens;
    }
    try {
      while (tokens.size() < MAX_TOKENS) {
        if (before.next == null) {
          before.next = made.token_source.getNextToken();
        }
        before = before.next;
        if (before.kind == BauplanParserConstants.EOF) {
          break;
        }
        tokens.add(before);
      }
    } catch (TokenMgrError e) {
      // What comes before is enough.
      return tokens;
    }
    return tokens;
  }

  private static SourcePosition at(
      @Nullable BauplanParser parser, SourceText source, StatementSplitter.Piece piece) {
    return parser == null || parser.getToken(0).image == null
        ? source.position(piece.start(), piece.start() + 1)
        : SyntaxErrors.position(parser.getToken(0));
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
    parser.setIdentifierMaxLength(SqlText.MAX_IDENTIFIER_CHARS);
    parser.setConformance(SqlConformanceEnum.LENIENT);
    return parser;
  }
}
