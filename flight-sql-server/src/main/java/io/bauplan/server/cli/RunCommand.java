package io.bauplan.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.server.connection.RemoteConnection;
import io.bauplan.server.wire.RunMessages;
import io.bauplan.sql.session.Session;
import io.bauplan.udf.api.OutputListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "run", description = "Run a pipeline: publish all of its tables, or none.")
final class RunCommand extends EngineCommand {
  enum Preview {
    on,
    off,
    head,
    tail
  }

  enum Switch {
    on,
    off
  }

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "The project (default: this folder)")
  @Nullable Path directory;

  @Option(
      names = {"-p", "--project-dir"},
      paramLabel = "DIR",
      description = "The project")
  @Nullable Path projectDir;

  @Option(
      names = {"-r", "--ref"},
      paramLabel = "REF",
      description = "Branch to read and publish to")
  @Nullable String ref;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "Namespace of the models")
  @Nullable String namespace;

  @Option(names = "--no-cache", description = "Compute everything anew")
  boolean noCache;

  @Option(
      names = "--function-memory",
      paramLabel = "SIZE",
      description = "Memory of each function, such as 8GB, instead of what it says")
  @Nullable String functionMemory;

  @Option(names = "--cache", paramLabel = "on|off", defaultValue = "on", hidden = true)
  Switch cache = Switch.on;

  @Option(
      names = "--preview",
      paramLabel = "on|off|head|tail",
      defaultValue = "on",
      description = "Show rows of the results (default: ${DEFAULT-VALUE})")
  Preview preview = Preview.on;

  @Option(names = "--strict", description = "A failed expectation or a wrong column fails the run")
  boolean strict;

  @Option(names = "--no-transaction", description = "Publish each table as soon as it is done")
  boolean noTransaction;

  @Option(names = "--dry-run", description = "Run everything, publish nothing")
  boolean dryRun;

  @Option(names = "--param", paramLabel = "NAME=VALUE", description = "A parameter of the project")
  Map<String, String> parameters = new LinkedHashMap<>();

  @Option(names = "--detach", description = "Return at once; `bauplan job` tells how it goes")
  boolean detach;

  @Option(names = "--priority", paramLabel = "1-10", hidden = true)
  @Nullable Integer priority;

  @Override
  @Nullable String reference() {
    return ref;
  }

  @Override
  @Nullable String namespace() {
    return namespace;
  }

  @Override
  int work(EngineConnection connection, Interrupts interrupts) {
    RunRequest request = request(connection);
    if (functionMemory != null) {
      String size = functionMemory.replace("'", "''");
      connection
          .execute("SET " + Session.FUNCTION_MEMORY + " = '" + size + "'", OutputListener.NONE)
          .close();
    }
    if (detach) {
      return startDetached(connection, request);
    }
    RunListener listener =
        isJson()
            ? event -> console().print(RunMessages.event(event) + "\n")
            : new RunPrinter(
                console(),
                root().options.verbose,
                root().options.server == null ? "bauplan function debug" : "");
    RunResult result = connection.run(request, listener);
    if (!isJson() && result.status() == RunResult.Status.FAILED && result.error().isEmpty()) {
      console().say("Error: the run failed");
    }
    return switch (result.status()) {
      case SUCCEEDED -> BauplanCommand.OK;
      case CANCELLED -> Interrupts.EXIT_CODE;
      case FAILED, UNKNOWN -> BauplanCommand.FAILED;
    };
  }

  /// The engine has to outlive this command.
  private int startDetached(EngineConnection connection, RunRequest request) {
    if (!(connection instanceof RemoteConnection)) {
      throw invalid("--detach needs an engine that keeps running: start one with `bauplan serve`");
    }
    JsonNode started = connection.catalog("start_run", RunMessages.request(request));
    return done(started, "Started job " + started.path(0).path("id").asText());
  }

  private RunRequest request(EngineConnection connection) {
    Path chosen = projectDir != null ? projectDir : directory != null ? directory : Path.of("");
    Path project = chosen.toAbsolutePath().normalize();
    if (!Files.isDirectory(project)) {
      throw invalid("there is no folder " + project);
    }
    return new RunRequest(
        project.toString(),
        connection.reference(),
        // Unless asked for, the project's own namespace counts.
        namespace == null ? "" : namespace,
        parameters,
        switch (preview) {
          case on -> RunRequest.Preview.ON;
          case off -> RunRequest.Preview.OFF;
          case head -> RunRequest.Preview.HEAD;
          case tail -> RunRequest.Preview.TAIL;
        },
        dryRun
            ? RunRequest.Publishing.DRY_RUN
            : noTransaction ? RunRequest.Publishing.EACH_MODEL : RunRequest.Publishing.TRANSACTION,
        strict ? RunRequest.Strictness.STRICT : RunRequest.Strictness.LENIENT,
        noCache || cache == Switch.off ? RunRequest.Caching.OFF : RunRequest.Caching.ON);
  }
}
