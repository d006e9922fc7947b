package io.bauplan.server.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bauplan.server.cli.Console;
import io.bauplan.server.cli.ResultPrinter;
import io.bauplan.server.cli.SqlScript;
import io.bauplan.server.cli.render.JsonRows;
import io.bauplan.server.cli.render.SafeText;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/// Reads statements and commands from a person (or a pipe) and shows what comes of them.
public final class SqlShell {
  private static final String HELP =
      """
      Statements end with ; and may span lines. Commands:
        \\d [TABLE]     tables and views, or a table's columns
        \\dt            tables           \\dn  namespaces
        \\db            branches         \\df  functions
        \\use BRANCH    work on a branch, tag or commit
        \\l             the log of the branch
        \\i FILE        run a file       \\x   rows as lists on / off
        \\timing        times on / off   \\q   leave
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final EngineConnection connection;
  private final Console console;
  private final Runnable forgetInterrupt;
  private boolean expanded;
  private boolean timing = true;
  private boolean leaving;

  /// @param forgetInterrupt called when an interrupt has done its work
  public SqlShell(EngineConnection connection, Console console, Runnable forgetInterrupt) {
    this.connection = connection;
    this.console = console;
    this.forgetInterrupt = forgetInterrupt;
  }

  public void run() throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      boolean dumb = terminal.getType().startsWith(Terminal.TYPE_DUMB);
      LineReader reader =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .appName("bauplan")
              .completer(new NameCompleter(connection))
              .parser(new StatementParser())
              .variable(LineReader.SECONDARY_PROMPT_PATTERN, dumb ? "" : "%P   -> ")
              .variable(LineReader.HISTORY_FILE, historyFile())
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .build();
      if (!dumb) {
        console
            .err()
            .println("Connected to " + connection.place() + ". \\? for help, \\q to leave.");
      }
      while (!leaving) {
        String input = read(reader, dumb);
        if (input == null) {
          return;
        }
        handle(input);
      }
    }
  }

  private static Path historyFile() {
    String state = System.getenv("XDG_STATE_HOME");
    Path folder =
        state != null && !state.isBlank()
            ? Path.of(state)
            : Path.of(System.getProperty("user.home"), ".local", "state");
    return folder.resolve("bauplan").resolve("sql_history");
  }

  private @Nullable String read(LineReader reader, boolean dumb) {
    try {
      return reader.readLine(dumb ? "" : connection.reference() + "=> ");
    } catch (UserInterruptException e) {
      return "";
    } catch (EndOfFileException e) {
      return e.getPartialLine();
    }
  }

  /// Carries out one input: a command or statements.
  void handle(String input) {
    String text = input.strip();
    try {
      if (text.startsWith("\\")) {
        command(text);
      } else {
        statements(text);
      }
    } catch (EngineException e) {
      console.err().println(SafeText.lines(ErrorReport.render(e, "")));
    } catch (IOException e) {
      console.err().println("error: " + e.getMessage());
    } finally {
      forgetInterrupt.run();
    }
  }

  private void statements(String text) throws IOException {
    ResultPrinter printer =
        new ResultPrinter(
            console,
            console.out(),
            expanded ? ResultPrinter.Format.expanded : ResultPrinter.Format.table,
            -1,
            console.columns(),
            timing ? ResultPrinter.Notes.SAID : ResultPrinter.Notes.SILENT);
    for (String statement : SqlScript.split(text).all()) {
      if (!printer.tryExecute(connection, statement)) {
        return;
      }
    }
  }

  private void command(String text) throws IOException {
    String[] words = text.split("\\s+", 2);
    String argument = words.length > 1 ? words[1].strip().replaceFirst(";$", "") : "";
    switch (words[0].replaceFirst(";$", "")) {
      case "\\q", "\\quit" -> leaving = true;
      case "\\?", "\\h", "\\help" -> console.err().print(HELP);
      case "\\x" -> {
        expanded = !expanded;
        console.err().println("Rows as lists: " + (expanded ? "on" : "off"));
      }
      case "\\timing" -> {
        timing = !timing;
        console.err().println("Timing: " + (timing ? "on" : "off"));
      }
      case "\\i" -> statements(Files.readString(Path.of(argument)));
      case "\\use" -> statements("USE BRANCH \"" + argument.replace("\"", "") + "\"");
      case "\\d" -> describe(argument);
      case "\\dt" -> show("tables", "reference", "", "namespace", "name", "kind", "rows", "bytes");
      case "\\dn" -> show("namespaces", "reference", "", "namespace");
      case "\\db" -> show("branches", "reference", "", "active", "name", "commit");
      case "\\df" -> show("functions", "reference", "", "namespace", "name", "language");
      case "\\l" -> show("commits", "reference", "", "commit", "time", "message");
      default -> console.err().println("There is no command " + words[0] + "; \\? lists them");
    }
  }

  private void describe(String table) throws IOException {
    if (table.isEmpty()) {
      show("tables", "reference", "", "namespace", "name", "kind", "rows", "bytes");
      return;
    }
    JsonNode rows = connection.catalog("table", JSON.createObjectNode().put("name", table));
    write(
        JsonRows.table(
            rows.path(0).path("columns"), List.of("name", "type", "nullable"), console.columns()));
  }

  private void show(String operation, String argument, String value, String... columns)
      throws IOException {
    JsonNode rows = connection.catalog(operation, JSON.createObjectNode().put(argument, value));
    write(JsonRows.table(rows, List.of(columns), console.columns()));
  }

  private void write(String text) throws IOException {
    console.out().write(text);
    console.out().flush();
  }
}
