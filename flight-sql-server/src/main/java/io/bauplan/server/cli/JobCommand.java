package io.bauplan.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bauplan.server.cli.render.SafeText;
import io.bauplan.server.connection.EngineConnection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "job",
    description = "Statements and runs, now and before.",
    subcommands = {
      JobCommand.Ls.class,
      JobCommand.Get.class,
      JobCommand.Logs.class,
      JobCommand.Stop.class
    })
final class JobCommand extends CommandGroup {

  @Command(name = "ls", description = "List jobs, newest first.")
  static final class Ls extends EngineCommand {
    @Option(names = "--max-count", paramLabel = "N", description = "Jobs to list (default: 25)")
    @Nullable Integer limit;

    @Option(names = "--kind", paramLabel = "KIND", description = "run, query or statement")
    @Nullable String kind;

    @Option(
        names = {"--state", "--status"},
        paramLabel = "STATE",
        description = "running, succeeded, failed, cancelled, unknown or aborted")
    @Nullable String state;

    @Option(names = "--user", paramLabel = "NAME", description = "Of one user")
    @Nullable String user;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(
          connection.catalog(
              "jobs", arguments("limit", limit, "kind", kind, "state", state, "user", user)),
          "id",
          "kind",
          "state",
          "user",
          "reference",
          "started",
          "duration_ms",
          "text");
    }
  }

  @Command(name = "get", description = "What is known of a job.")
  static final class Get extends EngineCommand {
    @Parameters(paramLabel = "ID")
    String id = "";

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      JsonNode rows = connection.catalog("job", arguments("id", id));
      if (isJson()) {
        return show(rows);
      }
      StringBuilder text = new StringBuilder();
      rows.path(0)
          .properties()
          .forEach(
              field -> {
                String value = field.getValue().isNull() ? "" : field.getValue().asText();
                if (!value.isEmpty()) {
                  text.append(String.format("%-12s %s%n", field.getKey(), SafeText.lines(value)));
                }
              });
      console().print(text.toString());
      return BauplanCommand.OK;
    }
  }

  @Command(name = "logs", description = "What a job said: prints of its functions, and its steps.")
  static final class Logs extends EngineCommand {
    @Parameters(paramLabel = "ID")
    String id = "";

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      JsonNode rows = connection.catalog("job_log", arguments("id", id));
      if (isJson()) {
        return show(rows);
      }
      StringBuilder text = new StringBuilder();
      for (JsonNode line : rows) {
        String model = line.path("model").asText();
        text.append(line.path("time").asText())
            .append(' ')
            .append(line.path("stream").asText())
            .append(' ')
            .append(model.isEmpty() ? "" : model + ": ")
            .append(SafeText.lines(line.path("text").asText()))
            .append('\n');
      }
      console().print(text.toString());
      return BauplanCommand.OK;
    }
  }

  @Command(name = "stop", description = "Stop a job under way.")
  static final class Stop extends EngineCommand {
    @Parameters(paramLabel = "ID")
    String id = "";

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return done(connection.catalog("stop_job", arguments("id", id)), "Stopping job " + id);
    }
  }
}
