package io.bauplan.sql.parser;

import io.bauplan.sql.explain.ExplainFormat;
import io.bauplan.sql.explain.Explanation.Mode;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import java.util.List;

/// `EXPLAIN`: options in PostgreSQL's parentheses, in Trino's, or as bare words.
final class ExplainParser {
  /// Figures that PostgreSQL shows on request are always shown here.
  private static final List<String> ALWAYS_ON =
      List.of("VERBOSE", "COSTS", "BUFFERS", "TIMING", "SUMMARY", "MEMORY");

  @FunctionalInterface
  interface Statements {
    Statement next() throws ParseException;
  }

  private final TokenReader reader;
  private Mode mode = Mode.PHYSICAL;
  private ExplainFormat format = ExplainFormat.TEXT;

  ExplainParser(TokenReader reader) {
    this.reader = reader;
  }

  /// @param first the word `EXPLAIN`, already read
  Statement parse(Token first, Statements statements) throws ParseException {
    while (bareOption()) {}
    if (reader.at("(") && !reader.atQuery()) {
      reader.next();
      do {
        option();
      } while (reader.accept(","));
      reader.expect(")");
    }
    boolean ignored = reader.accept("PLAN", "FOR") || reader.accept("PLAN");
    if (reader.accept("PIPELINE")) {
      String directory = reader.string("the project's folder, as a string");
      return new Statement.ExplainPipeline(directory, mode, format, reader.since(first));
    }
    Statement statement = statements.next();
    return new Statement.Explain(statement, mode, format, reader.since(first));
  }

  private boolean bareOption() {
    if (reader.accept("FORMAT")) {
      format = format();
      return true;
    }
    return mode() || reader.accept("VERBOSE");
  }

  private boolean mode() {
    for (Mode each : Mode.values()) {
      if (reader.accept(each.name())) {
        mode = each;
        return true;
      }
    }
    return false;
  }

  private void option() throws ParseException {
    if (reader.accept("FORMAT")) {
      boolean ignored = reader.accept("=");
      format = format();
    } else if (reader.accept("TYPE")) {
      boolean ignored = reader.accept("=");
      if (!mode()) {
        throw reader.unexpected("LOGICAL", "PHYSICAL", "ANALYZE");
      }
    } else if (reader.accept("ANALYZE")) {
      if (reader.accept("FALSE") || reader.accept("OFF")) {
        return;
      }
      mode = Mode.ANALYZE;
      boolean ignored = reader.accept("TRUE") || reader.accept("ON");
    } else if (!mode()) {
      if (ALWAYS_ON.stream().noneMatch(reader::accept)) {
        throw reader.unexpected("FORMAT", "ANALYZE", "LOGICAL", "PHYSICAL");
      }
      boolean ignored = reader.accept("TRUE") || reader.accept("ON");
    }
  }

  private ExplainFormat format() {
    for (ExplainFormat each : ExplainFormat.values()) {
      if (reader.accept(each.name())) {
        return each;
      }
    }
    if (reader.accept("GRAPHVIZ")) {
      return ExplainFormat.DOT;
    }
    throw reader.unexpected("TEXT", "JSON", "DOT", "SVG");
  }
}
