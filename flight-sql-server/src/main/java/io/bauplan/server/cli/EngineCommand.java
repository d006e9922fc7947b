package io.bauplan.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.server.cli.render.JsonRows;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A command that talks to an engine: opens the connection, ends it on Ctrl-C, and closes it.
abstract class EngineCommand implements Callable<Integer> {
  static final ObjectMapper JSON = new ObjectMapper();

  @Spec CommandSpec spec;

  final BauplanCommand root() {
    return (BauplanCommand) spec.root().userObject();
  }

  final Console console() {
    return root().console;
  }

  final boolean isJson() {
    return root().options.output == GlobalOptions.Output.json;
  }

  /// What names resolve at; null = what is checked out.
  @Nullable String reference() {
    return null;
  }

  @Nullable String namespace() {
    return null;
  }

  abstract int work(EngineConnection connection, Interrupts interrupts) throws Exception;

  @Override
  public final Integer call() throws Exception {
    try (Interrupts interrupts = new Interrupts();
        EngineConnection connection = root().options.connect(reference(), namespace())) {
      interrupts.onInterrupt(connection::cancel);
      Thread timer = startTimer(connection);
      try {
        int code = work(connection, interrupts);
        return interrupts.wasInterrupted() ? Interrupts.EXIT_CODE : code;
      } catch (EngineException | StatementFailed e) {
        if (interrupts.wasInterrupted()) {
          console().say("cancelled");
          return Interrupts.EXIT_CODE;
        }
        throw e;
      } finally {
        if (timer != null) {
          timer.interrupt();
        }
      }
    }
  }

  /// Cancels the work when the time given by `--client-timeout` is over.
  private @Nullable Thread startTimer(EngineConnection connection) {
    Integer seconds = root().options.clientTimeoutSeconds;
    if (seconds == null) {
      return null;
    }
    return Thread.ofPlatform()
        .daemon()
        .name("client-timeout")
        .start(
            () -> {
              try {
                Thread.sleep(seconds * 1000L);
                console().say("error: timed out after " + seconds + " s (--client-timeout)");
                connection.cancel();
              } catch (InterruptedException e) {
                // The work was done in time.
              } catch (EngineException e) {
                console().say("error: " + e.getMessage());
              }
            });
  }

  /// Arguments of a catalog operation: names and values in turn; null values are left out.
  static ObjectNode arguments(@Nullable Object... namesAndValues) {
    ObjectNode arguments = JSON.createObjectNode();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      if (value != null) {
        arguments.set(String.valueOf(namesAndValues[i]), JSON.valueToTree(value));
      }
    }
    return arguments;
  }

  /// Shows rows: all fields as JSON, or some as a table.
  final int show(JsonNode rows, String... columns) {
    if (isJson()) {
      console().print(json(rows));
    } else {
      console().print(JsonRows.table(rows, List.of(columns), console().columns()));
    }
    return BauplanCommand.OK;
  }

  private static String json(JsonNode rows) {
    StringBuilder text = new StringBuilder("[");
    for (JsonNode row : rows) {
      text.append(text.length() == 1 ? "" : ",\n ").append(row);
    }
    return text.append("]\n").toString();
  }

  /// One line about what was done; with JSON output the rows.
  final int done(JsonNode rows, String line) {
    if (isJson()) {
      console().print(json(rows));
    } else {
      console().say(line);
    }
    return BauplanCommand.OK;
  }

  static EngineException invalid(String message) {
    return new EngineException(ErrorCode.INVALID_ARGUMENT, message);
  }
}
