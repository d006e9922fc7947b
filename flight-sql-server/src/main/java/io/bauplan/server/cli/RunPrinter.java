package io.bauplan.server.cli;

import io.bauplan.exec.run.RunEvent;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunResult;
import io.bauplan.server.cli.render.SafeText;
import io.bauplan.server.cli.render.TableRenderer;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Shows a run while it happens: a line per event, and on a terminal a last line with what is
/// running now, rewritten in place.
public final class RunPrinter implements RunListener {
  private static final String RED = "31";
  private static final String GREEN = "32";
  private static final String YELLOW = "33";
  private static final String FAINT = "2";

  private static final Set<String> CALL_FAILED =
      Set.of(ErrorCode.FUNCTION_FAILED.sqlState(), ErrorCode.FUNCTION_WRONG_RESULT.sqlState());

  private final String debugger;
  private final Console console;
  private final boolean verbose;
  private final boolean live;
  private final Map<String, String> running = new LinkedHashMap<>();
  private String job = "";
  private int nodes;
  private int finished;
  private boolean statusShown;

  /// @param debugger the command that makes a failed call again; empty where it cannot, as on a
  ///     server
  public RunPrinter(Console console, boolean verbose, String debugger) {
    this.debugger = debugger;
    this.console = console;
    this.verbose = verbose;
    this.live = console.live() == Console.Liveness.TERMINAL;
  }

  @Override
  public synchronized void event(RunEvent event) {
    switch (event) {
      case RunEvent.Started started -> started(started);
      case RunEvent.ModelStarted(String model) -> {
        running.put(model, "");
        if (!live) {
          line(model, "started");
        }
      }
      case RunEvent.Note(String model, String text) ->
          line(model, paint(YELLOW, SafeText.line(text)));
      case RunEvent.Output(String model, String ignored, String text) ->
          line(model, paint(FAINT, "│ ") + SafeText.line(text));
      case RunEvent.Progress(String model, long rows, long bytes) ->
          running.put(model, rows(rows) + ", " + bytes(bytes));
      case RunEvent.ModelFinished done -> finished(done);
      case RunEvent.ExpectationChecked(String name, boolean passed, String message) ->
          line(
              name,
              passed
                  ? paint(GREEN, "✓ holds")
                  : paint(YELLOW, "✗ does not hold ") + SafeText.line(message));
      case RunEvent.Preview preview -> preview(preview);
      case RunEvent.ModelFailed failed -> failed(failed);
      case RunEvent.Finished(RunResult result) -> summary(result);
    }
    status();
  }

  private void started(RunEvent.Started started) {
    nodes = started.nodes().size();
    job = started.jobId();
    line(
        "run",
        SafeText.line(started.project())
            + " on "
            + SafeText.line(started.target())
            + paint(FAINT, " (job " + started.jobId() + ")"));
    for (RunEvent.Node node : started.nodes()) {
      String from = node.parents().isEmpty() ? "" : " ← " + String.join(", ", node.parents());
      String environment = node.environment().isEmpty() ? "" : " [" + node.environment() + "]";
      line("", SafeText.line("  " + node.model() + " (" + node.kind() + ")" + from + environment));
    }
  }

  private void finished(RunEvent.ModelFinished done) {
    running.remove(done.model());
    finished++;
    StringBuilder text = new StringBuilder(paint(GREEN, "✓ "));
    text.append(rows(done.rows())).append(" in ").append(seconds(done.millis()));
    if (!done.table().isEmpty()) {
      text.append(" → ").append(SafeText.line(done.table()));
    }
    if (!done.interpreter().isEmpty()) {
      text.append(paint(FAINT, " (" + SafeText.line(done.interpreter()) + ")"));
    }
    if (verbose && !done.details().isEmpty()) {
      text.append(paint(FAINT, " " + SafeText.line(done.details())));
    }
    line(done.model(), text.toString());
  }

  private void failed(RunEvent.ModelFailed failed) {
    running.remove(failed.model());
    line(failed.model(), paint(RED, "✗ " + SafeText.lines(failed.message())));
    if (!failed.traceback().isBlank()) {
      clearStatus();
      console.say(SafeText.lines(failed.traceback().stripTrailing()));
    }
    if (!debugger.isEmpty() && CALL_FAILED.contains(failed.sqlState())) {
      line(
          failed.model(), paint(FAINT, "debug it: " + debugger + " " + job + " " + failed.model()));
    }
  }

  private void preview(RunEvent.Preview preview) {
    TableRenderer table =
        new TableRenderer(preview.columns(), new boolean[preview.columns().size()]);
    for (List<String> row : preview.rows()) {
      table.add(new ArrayList<>(row));
    }
    clearStatus();
    console.say(preview.model() + ": " + rows(preview.totalRows()));
    console.print(table.render(console.columns()));
  }

  private void summary(RunResult result) {
    running.clear();
    nodes = 0;
    String time = " in " + seconds(result.millis());
    switch (result.status()) {
      case SUCCEEDED -> {
        String published =
            result.published().isEmpty()
                ? "nothing to publish"
                : "published " + String.join(", ", result.published());
        line(
            "run",
            paint(GREEN, "✓ succeeded")
                + time
                + ": "
                + SafeText.line(published)
                + (result.commit().isEmpty()
                    ? ""
                    : paint(FAINT, " (" + result.target() + "@" + brief(result.commit()) + ")")));
      }
      case FAILED, UNKNOWN, CANCELLED -> {
        String word = result.status().name().toLowerCase(Locale.ROOT);
        line(
            "run",
            paint(RED, "✗ " + word)
                + time
                + (result.error().isEmpty() ? "" : ": " + SafeText.lines(result.error())));
        if (result.status() == RunResult.Status.UNKNOWN) {
          line(
              "",
              "whether "
                  + result.target()
                  + " has changed could not be read: `bauplan commit ls` tells");
        } else {
          line("", result.target() + " is unchanged");
        }
        if (!result.keptBranch().isEmpty()) {
          line("", "what was made is kept on the branch " + result.keptBranch());
        }
      }
    }
  }

  private static String brief(String commit) {
    return commit.length() > 12 ? commit.substring(0, 12) : commit;
  }

  private void line(String model, String text) {
    clearStatus();
    console.say(model.isEmpty() ? text : paint("1", SafeText.line(model)) + "  " + text);
  }

  private void status() {
    if (!live || running.isEmpty()) {
      clearStatus();
      return;
    }
    clearStatus();
    StringBuilder text = new StringBuilder();
    text.append('[').append(finished).append('/').append(nodes).append("] ");
    running.forEach(
        (model, figures) ->
            text.append(SafeText.line(model))
                .append(figures.isEmpty() ? " … " : " " + figures + " … "));
    int width = console.columns() == 0 ? 80 : console.columns();
    console.err().print(SafeText.fit(text.toString(), width - 1));
    console.err().flush();
    statusShown = true;
  }

  private void clearStatus() {
    if (statusShown) {
      console.err().print("\r\u001b[2K");
      statusShown = false;
    }
  }

  private String paint(String code, String text) {
    return live ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  private static String rows(long rows) {
    return String.format(Locale.ROOT, "%,d", rows) + (rows == 1 ? " row" : " rows");
  }

  private static String bytes(long bytes) {
    if (bytes < 1 << 20) {
      return String.format(Locale.ROOT, "%.1f KB", bytes / 1024.0);
    }
    return String.format(Locale.ROOT, "%.1f MB", bytes / (1024.0 * 1024.0));
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.2f s", millis / 1000.0);
  }
}
