package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;

/// Reads one statement: looks at its first word and hands it to the class of its kind.
final class StatementParser {
  private static final List<String> FIRST_WORDS =
      List.of(
          "SELECT",
          "WITH",
          "VALUES",
          "FROM",
          "TABLE",
          "INSERT",
          "UPDATE",
          "DELETE",
          "MERGE",
          "TRUNCATE",
          "COPY",
          "CREATE",
          "DROP",
          "ALTER",
          "REFRESH",
          "USE",
          "SHOW",
          "DESCRIBE",
          "EXPLAIN",
          "SUMMARIZE",
          "RUN",
          "RERUN",
          "CALL",
          "SET",
          "RESET",
          "BEGIN",
          "START",
          "COMMIT",
          "ROLLBACK",
          "VACUUM",
          "OPTIMIZE",
          "ANALYZE");

  private final TokenReader reader;

  StatementParser(TokenReader reader) {
    this.reader = reader;
  }

  Statement parse() throws ParseException {
    Statement statement = statement();
    if (!reader.atEnd()) {
      throw reader.unexpected();
    }
    return statement;
  }

  private Statement statement() throws ParseException {
    Token first = reader.peek(1);
    if (reader.atQuery()) {
      SqlNode query = reader.query();
      return new Statement.Query(query, reader.since(first));
    }
    return switch (first.image.toUpperCase(Locale.ROOT)) {
      case "INSERT", "REPLACE", "UPDATE", "DELETE", "TRUNCATE", "COPY" ->
          new DataParser(reader).parse();
      case "MERGE" ->
          reader.at("MERGE", "BRANCH")
              ? new ReferenceParser(reader).parse()
              : new DataParser(reader).parse();
      case "CREATE", "DROP", "ALTER" ->
          isReference(reader.peek(2))
                  || (isReference(reader.peek(4)) && reader.at("CREATE", "OR", "REPLACE"))
              ? new ReferenceParser(reader).parse()
              : new DefinitionParser(reader).parse();
      case "REFRESH" -> new DefinitionParser(reader).parse();
      case "USE" -> new ReferenceParser(reader).parse();
      case "SHOW" -> new ShowParser(reader).parse();
      case "DESCRIBE", "DESC" -> describe();
      case "EXPLAIN" -> explain();
      case "SUMMARIZE" -> {
        reader.next();
        SqlNode query = tableOrQuery();
        yield new Statement.Summarize(query, reader.since(first));
      }
      case "ROLLBACK" ->
          reader.at("ROLLBACK", "TABLE")
              ? new JobParser(reader).parse()
              : new SessionParser(reader).parse();
      case "RUN", "RERUN", "CALL", "VACUUM", "OPTIMIZE", "ANALYZE" -> new JobParser(reader).parse();
      case "COMMENT" -> comment();
      case "SET", "RESET", "BEGIN", "START", "COMMIT", "END" -> new SessionParser(reader).parse();
      default -> {
        if (OtherDialects.statement(reader.ahead()).isPresent()) {
          yield unsupported(reader, reader.next(), 1);
        }
        throw SyntaxErrors.unexpected(reader.peek(0), first, FIRST_WORDS);
      }
    };
  }

  private static boolean isReference(Token token) {
    return token.image.equalsIgnoreCase("BRANCH") || token.image.equalsIgnoreCase("TAG");
  }

  /// A whole statement of another engine.
  ///
  /// @param words of it that are its name
  static Statement unsupported(TokenReader reader, Token first, int words) {
    List<Token> tokens = new ArrayList<>(List.of(first));
    tokens.addAll(reader.ahead());
    while (reader.peek(1).kind != BauplanParserConstants.EOF) {
      reader.next();
    }
    SourcePosition position = reader.since(first);
    String name =
        tokens.stream()
            .limit(words)
            .map(token -> token.image.toUpperCase(Locale.ROOT))
            .collect(Collectors.joining(" "));
    return new Statement.Unsupported(
        name, reader.slice(position), OtherDialects.statement(tokens), position);
  }

  /// `COMMENT ON TABLE t IS 's'`, `COMMENT ON COLUMN t.c IS 's'`: changes of the table.
  private Statement comment() throws ParseException {
    Token first = reader.next();
    reader.expect("ON");
    boolean column = reader.accept("COLUMN");
    if (!column) {
      reader.expect("TABLE");
    }
    SqlIdentifier name = reader.name();
    reader.expect("IS");
    String text = reader.accept("NULL") ? "" : reader.string("the comment, as a string");
    if (column && name.isSimple()) {
      throw SyntaxErrors.unexpected(reader.peek(0), first, List.of("COLUMN t.c"));
    }
    int last = name.names.size() - 1;
    DefinitionStatement.Change change =
        column
            ? new DefinitionStatement.Change.SetComment(name.getComponent(last), text)
            : new DefinitionStatement.Change.SetProperties(java.util.Map.of("comment", text));
    SqlIdentifier table = column ? name.getComponent(0, last) : name;
    return new DefinitionStatement.AlterTable(
        table, false, List.of(change), Optional.empty(), reader.since(first));
  }

  private Statement describe() throws ParseException {
    Token first = reader.next();
    if (reader.at("FUNCTION") && !reader.peek(2).image.equals(".") && isName(reader.peek(2))) {
      reader.next();
      SqlIdentifier name = reader.name();
      return new ShowStatement.Create(
          DefinitionStatement.ObjectKind.FUNCTION, name, reader.version(), reader.since(first));
    }
    if (isName(reader.peek(2))) {
      boolean ignored =
          reader.accept("TABLE")
              || reader.accept("VIEW")
              || reader.accept("EXTENDED")
              || reader.accept("FORMATTED");
    }
    SqlNode query = tableOrQuery();
    return new Statement.Describe(query, reader.since(first));
  }

  private static boolean isName(Token token) {
    return switch (token.kind) {
      case BauplanParserConstants.IDENTIFIER,
          BauplanParserConstants.QUOTED_IDENTIFIER,
          BauplanParserConstants.BACK_QUOTED_IDENTIFIER ->
          true;
      default ->
          !token.image.isEmpty()
              && Character.isLetter(token.image.charAt(0))
              && !Keywords.isReserved(token.image);
    };
  }

  /// A table (or file) stands for all of its rows.
  private SqlNode tableOrQuery() throws ParseException {
    if (reader.atQuery()) {
      return reader.query();
    }
    return QueryShorthands.allOf(reader.parser.TableRef());
  }

  private Statement explain() throws ParseException {
    Token first = reader.next();
    return new ExplainParser(reader).parse(first, this::statement);
  }
}
