package io.bauplan.server.cli.shell;

import io.bauplan.server.cli.SqlScript;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.impl.DefaultParser;

/// Tells the line editor when an input is complete: a command at the end of its line, a statement
/// at a semicolon that is not within quotes.
final class StatementParser extends DefaultParser {
  StatementParser() {
    setEscapeChars(null);
    setQuoteChars(new char[0]);
  }

  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    if (context == ParseContext.ACCEPT_LINE && !isComplete(line)) {
      throw new EOFError(-1, -1, "the statement goes on");
    }
    return super.parse(line, cursor, ParseContext.COMPLETE);
  }

  static boolean isComplete(String line) {
    if (line.isBlank() || line.stripLeading().startsWith("\\")) {
      return true;
    }
    SqlScript.Parts parts = SqlScript.split(line);
    return !parts.inside() && parts.rest().isBlank();
  }
}
