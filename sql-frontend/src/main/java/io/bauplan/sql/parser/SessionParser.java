package io.bauplan.sql.parser;

import io.bauplan.sql.parser.SessionStatement.Action;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import java.util.Locale;
import java.util.Optional;

/// `SET`, `RESET`, transactions.
final class SessionParser {
  private final TokenReader reader;

  SessionParser(TokenReader reader) {
    this.reader = reader;
  }

  Statement parse() throws ParseException {
    Token first = reader.next();
    return switch (first.image.toUpperCase(Locale.ROOT)) {
      case "SET" -> set(first);
      case "RESET" -> {
        if (reader.accept("ALL")) {
          yield new SessionStatement.ResetAll(reader.since(first));
        }
        String name = name();
        yield new SessionStatement.SetOption(name, Optional.empty(), reader.since(first));
      }
      case "BEGIN", "START" -> transaction(first, Action.BEGIN);
      case "COMMIT", "END" -> transaction(first, Action.COMMIT);
      default -> transaction(first, Action.ROLLBACK);
    };
  }

  private Statement set(Token first) throws ParseException {
    boolean scope = reader.accept("SESSION") || reader.accept("LOCAL") || reader.accept("GLOBAL");
    String name;
    if (reader.accept("TIME", "ZONE")) {
      name = "timezone";
      boolean assigned = reader.accept("=");
    } else {
      name = name();
      if (!reader.accept("=") && !reader.accept("TO")) {
        throw reader.unexpected("=");
      }
    }
    if (reader.accept("DEFAULT")) {
      return new SessionStatement.SetOption(name, Optional.empty(), reader.since(first));
    }
    StringBuilder value = new StringBuilder(reader.optionValue());
    while (reader.accept(",")) {
      value.append(',').append(reader.optionValue());
    }
    return new SessionStatement.SetOption(name, Optional.of(value.toString()), reader.since(first));
  }

  private String name() throws ParseException {
    return reader.referenceName("the name of a setting").toLowerCase(Locale.ROOT);
  }

  private Statement transaction(Token first, Action action) {
    boolean ignored = reader.accept("TRANSACTION") || reader.accept("WORK");
    return new SessionStatement.Transaction(action, reader.since(first));
  }
}
