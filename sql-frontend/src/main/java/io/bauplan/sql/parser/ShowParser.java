package io.bauplan.sql.parser;

import io.bauplan.sql.parser.DefinitionStatement.ObjectKind;
import io.bauplan.sql.parser.ShowStatement.Listing;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;

/// `SHOW`.
final class ShowParser {
  private final TokenReader reader;

  ShowParser(TokenReader reader) {
    this.reader = reader;
  }

  Statement parse() throws ParseException {
    Token first = reader.next();
    Token what = reader.peek(1);
    Optional<Listing> listing = listing(what.image.toUpperCase(Locale.ROOT));
    if (listing.isPresent()) {
      reader.next();
      return objects(first, listing.get());
    }
    if (reader.accept("COLUMNS")) {
      if (!reader.accept("FROM")) {
        reader.expect("IN");
      }
      SqlIdentifier table = reader.name();
      return new ShowStatement.Columns(table, reader.version(), reader.since(first));
    }
    if (reader.accept("STATS", "FOR")) {
      return new Statement.Summarize(
          QueryShorthands.allOf(reader.parser.TableRef()), reader.since(first));
    }
    if (reader.accept("CREATE")) {
      ObjectKind kind = kind();
      SqlIdentifier name = reader.name();
      return new ShowStatement.Create(kind, name, reader.version(), reader.since(first));
    }
    if (reader.atEnd()) {
      throw reader.unexpected("TABLES", "VIEWS", "BRANCHES", "LOGS");
    }
    String name = reader.referenceName("the name of a setting").toLowerCase(Locale.ROOT);
    if (!reader.atEnd()) {
      throw SyntaxErrors.unexpected(
          first,
          what,
          java.util.List.of(
              "TABLES",
              "VIEWS",
              "FUNCTIONS",
              "NAMESPACES",
              "BRANCHES",
              "TAGS",
              "LOGS",
              "COLUMNS",
              "CREATE",
              "JOBS",
              "SETTINGS"));
    }
    return new ShowStatement.Setting(name, reader.since(first));
  }

  private static Optional<Listing> listing(String word) {
    return switch (word) {
      case "TABLES" -> Optional.of(Listing.TABLES);
      case "VIEWS" -> Optional.of(Listing.VIEWS);
      case "FUNCTIONS" -> Optional.of(Listing.FUNCTIONS);
      case "SCHEMAS", "NAMESPACES", "DATABASES" -> Optional.of(Listing.NAMESPACES);
      case "BRANCHES" -> Optional.of(Listing.BRANCHES);
      case "TAGS" -> Optional.of(Listing.TAGS);
      case "LOGS", "LOG", "COMMITS" -> Optional.of(Listing.LOGS);
      case "JOBS" -> Optional.of(Listing.JOBS);
      case "SETTINGS", "ALL" -> Optional.of(Listing.SETTINGS);
      default -> Optional.empty();
    };
  }

  private Statement objects(Token first, Listing listing) throws ParseException {
    Optional<SqlIdentifier> in = Optional.empty();
    Optional<String> like = Optional.empty();
    Optional<Version> at = Optional.empty();
    while (!reader.atEnd()) {
      if (reader.accept("IN") || reader.accept("FROM")) {
        in = Optional.of(reader.name());
      } else if (reader.accept("LIKE") || reader.accept("ILIKE")) {
        like = Optional.of(reader.string("a pattern, as a string"));
      } else if (reader.at("AT")) {
        at = reader.version();
      } else {
        throw reader.unexpected("IN", "LIKE", "AT");
      }
    }
    return new ShowStatement.Objects(listing, in, like, at, reader.since(first));
  }

  private ObjectKind kind() {
    if (reader.accept("TABLE")) {
      return ObjectKind.TABLE;
    }
    if (reader.accept("VIEW")) {
      return ObjectKind.VIEW;
    }
    if (reader.accept("MATERIALIZED", "VIEW")) {
      return ObjectKind.MATERIALIZED_VIEW;
    }
    if (reader.accept("FUNCTION")) {
      return ObjectKind.FUNCTION;
    }
    throw reader.unexpected("TABLE", "VIEW", "FUNCTION");
  }
}
