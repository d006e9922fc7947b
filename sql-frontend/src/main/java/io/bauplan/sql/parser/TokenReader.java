package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.generated.BauplanParser;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.parser.SqlParserUtil;

/// Reads a statement word by word from the generated parser's tokens, and calls its productions for
/// names, types, expressions and queries. A word is a keyword only where one is looked for.
final class TokenReader {
  private static final int MAX_AHEAD = 3;

  final BauplanParser parser;
  private final SourceText source;

  TokenReader(BauplanParser parser, SourceText source) {
    this.parser = parser;
    this.source = source;
  }

  Token peek(int n) {
    return parser.getToken(n);
  }

  /// The next tokens, a few.
  List<Token> ahead() {
    List<Token> tokens = new ArrayList<>();
    for (int n = 1; n <= MAX_AHEAD && peek(n).kind != BauplanParserConstants.EOF; n++) {
      tokens.add(peek(n));
    }
    return tokens;
  }

  Token next() {
    return parser.getNextToken();
  }

  /// Whether these words come next.
  boolean at(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (!parser.getToken(i + 1).image.equalsIgnoreCase(words[i])) {
        return false;
      }
    }
    return true;
  }

  boolean accept(String... words) {
    if (!at(words)) {
      return false;
    }
    for (int i = 0; i < words.length; i++) {
      parser.getNextToken();
    }
    return true;
  }

  void expect(String... words) {
    for (String word : words) {
      if (!accept(word)) {
        throw unexpected(parser, word);
      }
    }
  }

  boolean atEnd() {
    int kind = peek(1).kind;
    return kind == BauplanParserConstants.EOF || kind == BauplanParserConstants.SEMICOLON;
  }

  boolean atString() {
    return peek(1).kind == BauplanParserConstants.QUOTED_STRING;
  }

  EngineException unexpected(String... expected) {
    return unexpected(parser, expected);
  }

  /// The next token is not what may stand here.
  ///
  /// @param expected keywords, or a description that begins in lower case
  static EngineException unexpected(BauplanParser parser, String... expected) {
    return SyntaxErrors.unexpected(parser.getToken(0), parser.getToken(1), List.of(expected));
  }

  EngineException invalid(String message, Token at) {
    return new EngineException(ErrorCode.SYNTAX_ERROR, message, SyntaxErrors.position(at));
  }

  SourcePosition since(Token first) {
    Token last = parser.getToken(0);
    return new SourcePosition("", first.beginLine, first.beginColumn, last.endLine, last.endColumn);
  }

  String slice(SourcePosition position) {
    return source.slice(position);
  }

  static SqlParserPos position(SourcePosition position) {
    return new SqlParserPos(
        position.line(), position.column(), position.endLine(), position.endColumn());
  }

  SqlIdentifier name() throws ParseException {
    return parser.CompoundTableIdentifier();
  }

  SqlIdentifier simpleName() throws ParseException {
    return parser.SimpleIdentifier();
  }

  SqlNode query() throws ParseException {
    return parser.StatementQuery();
  }

  SqlNode expression() throws ParseException {
    return parser.StatementExpression();
  }

  boolean atQuery() {
    for (int i = 1; ; i++) {
      Token token = peek(i);
      if (token.kind != BauplanParserConstants.LPAREN) {
        return switch (token.kind) {
          case BauplanParserConstants.SELECT,
              BauplanParserConstants.WITH,
              BauplanParserConstants.VALUES,
              BauplanParserConstants.FROM,
              BauplanParserConstants.PIVOT,
              BauplanParserConstants.UNPIVOT,
              BauplanParserConstants.TABLE ->
              true;
          case BauplanParserConstants.VALUE -> peek(i + 1).kind == BauplanParserConstants.LPAREN;
          default -> false;
        };
      }
    }
  }

  List<SqlIdentifier> names() throws ParseException {
    List<SqlIdentifier> names = new ArrayList<>();
    expect("(");
    do {
      names.add(simpleName());
    } while (accept(","));
    expect(")");
    return names;
  }

  String string(String what) {
    if (!atString()) {
      throw unexpected(what);
    }
    return SqlParserUtil.parseString(next().image);
  }

  /// `'a'` or `('a', 'b')`.
  List<String> strings(String what) {
    List<String> values = new ArrayList<>();
    if (!accept("(")) {
      return List.of(string(what));
    }
    if (!accept(")")) {
      do {
        values.add(string(what));
      } while (accept(","));
      expect(")");
    }
    return values;
  }

  boolean atVersion() throws ParseException {
    return at("AT");
  }

  /// `AT [BRANCH|TAG|...] x`, where it comes next.
  Optional<Version> version() throws ParseException {
    return accept("AT") ? Optional.of(reference()) : Optional.empty();
  }

  /// `[BRANCH|TAG|...] x`.
  Version reference() throws ParseException {
    Version.Kind kind = ReferenceText.readKind(parser);
    return ReferenceText.readName(parser, kind);
  }

  /// A branch's or tag's name.
  String referenceName(String what) throws ParseException {
    if (atEnd()) {
      throw unexpected(what);
    }
    return ReferenceText.readName(parser, Version.Kind.REFERENCE).text();
  }

  /// `(key = value, ...)`; the commas and `=` may be left out, and a key alone is `true`.
  Map<String, String> options(OptionKeys keys) throws ParseException {
    Map<String, String> options = new LinkedHashMap<>();
    expect("(");
    while (!at(")")) {
      option(keys, options);
      accept(",");
    }
    expect(")");
    return options;
  }

  /// How keys are kept.
  enum OptionKeys {
    LOWER_CASE,
    AS_WRITTEN
  }

  private void option(OptionKeys keys, Map<String, String> options) throws ParseException {
    Token first = peek(1);
    if (atEnd() || at("=") || at(",") || at("(")) {
      throw unexpected("an option");
    }
    String key = ReferenceText.readName(parser, Version.Kind.REFERENCE).text();
    key = keys == OptionKeys.LOWER_CASE ? key.toLowerCase(Locale.ROOT) : key;
    boolean assigned = accept("=") || accept("=>");
    String value = assigned || !(at(",") || at(")")) ? optionValue() : "true";
    if (options.putIfAbsent(key, value) != null) {
      throw invalid("option " + key + " is given twice", first);
    }
  }

  String optionValue() throws ParseException {
    if (accept("(")) {
      List<String> values = new ArrayList<>();
      while (!at(")")) {
        values.add(optionValue());
        accept(",");
      }
      expect(")");
      return String.join(",", values);
    }
    if (atEnd() || at(",") || at(")") || at("=")) {
      throw unexpected("a value");
    }
    if (peek(1).kind == BauplanParserConstants.QUOTED_STRING) {
      return string("a value");
    }
    return ReferenceText.readName(parser, Version.Kind.REFERENCE).text();
  }

  boolean ifExists() {
    if (!at("IF")) {
      return false;
    }
    expect("IF", "EXISTS");
    return true;
  }

  boolean ifNotExists() {
    if (!at("IF")) {
      return false;
    }
    expect("IF", "NOT", "EXISTS");
    return true;
  }
}
