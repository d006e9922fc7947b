package io.bauplan.server.cli;

import io.bauplan.exec.batch.CellText;
import io.bauplan.server.cli.render.CsvSink;
import io.bauplan.server.cli.render.JsonSink;
import io.bauplan.server.cli.render.RowSink;
import io.bauplan.server.cli.render.SafeText;
import io.bauplan.server.cli.render.TableSink;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.server.connection.Reply;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorReport;
import io.bauplan.udf.api.OutputListener;
import java.io.IOException;
import java.io.Writer;

/// Executes statements and prints what comes of them.
///
/// @param maxRows rows shown; negative = all
public record ResultPrinter(
    Console console, Writer out, Format format, long maxRows, int columns, Notes notes) {
  public enum Format {
    table,
    expanded,
    csv,
    json
  }

  /// Whether row counts and times are said.
  public enum Notes {
    SAID,
    SILENT
  }

  /// Executes one statement to its end.
  ///
  /// @throws StatementFailed where the engine refuses or fails
  public void execute(EngineConnection connection, String sql) throws IOException {
    long start = System.nanoTime();
    OutputListener prints = (stream, line) -> console.err().println(SafeText.line(line));
    try (Reply reply = connection.execute(sql, prints)) {
      switch (reply) {
        case Reply.Updated(long rows, String message) -> {
          String text = message.isEmpty() ? rows + " rows affected" : message;
          console.err().println(SafeText.line(text));
        }
        case Reply.Rows rows when format == Format.table && isExplain(sql) -> printLines(rows);
        case Reply.Rows rows -> print(rows, start);
      }
    } catch (EngineException e) {
      throw new StatementFailed(e, sql);
    }
  }

  /// As `execute`, but says what went wrong; false where something did.
  public boolean tryExecute(EngineConnection connection, String sql) throws IOException {
    try {
      execute(connection, sql);
      return true;
    } catch (StatementFailed e) {
      console.err().println(SafeText.lines(ErrorReport.render(e.error(), sql)));
      return false;
    }
  }

  private static boolean isExplain(String sql) {
    return sql.stripLeading().regionMatches(true, 0, "EXPLAIN", 0, "EXPLAIN".length());
  }

  /// A plan is drawn already.
  private void printLines(Reply.Rows rows) throws IOException {
    while (rows.next()) {
      for (int row = 0; row < rows.root().getRowCount(); row++) {
        String text = CellText.text(rows.root().getVector(0), row);
        out.write(SafeText.lines(text == null ? "" : text) + "\n");
      }
    }
    out.flush();
  }

  private void print(Reply.Rows rows, long startNanos) throws IOException {
    RowSink sink = sink();
    sink.start(rows.schema());
    long shown = 0;
    boolean more = false;
    while (!more && rows.next()) {
      int count = rows.root().getRowCount();
      for (int row = 0; row < count; row++) {
        if (shown == maxRows) {
          more = true;
          break;
        }
        sink.row(rows.root(), row);
        shown++;
      }
    }
    sink.end();
    out.flush();
    if (notes == Notes.SAID) {
      say(shown, more, startNanos);
    }
  }

  private void say(long shown, boolean more, long startNanos) {
    String count =
        more
            ? "first " + shown + " rows, there are more (--all-rows shows all)"
            : shown + (shown == 1 ? " row" : " rows");
    console.err().printf("%s in %.3f s%n", count, (System.nanoTime() - startNanos) / 1e9);
  }

  private RowSink sink() throws IOException {
    return switch (format) {
      case table -> new TableSink(out, columns, TableSink.Layout.BOX);
      case expanded -> new TableSink(out, columns, TableSink.Layout.EXPANDED);
      case csv -> new CsvSink(out);
      case json -> new JsonSink(out);
    };
  }
}
