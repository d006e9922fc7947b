package io.bauplan.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.server.cli.render.JsonRows;
import io.bauplan.server.cli.render.SafeText;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.project.Model;
import io.bauplan.sql.project.ProjectReader;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.KnownEnvironment;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.environment.EnvironmentException;
import io.bauplan.udf.environment.EnvironmentPolicy;
import io.bauplan.udf.environment.EnvironmentStore;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.environment.GarbageReport;
import io.bauplan.udf.environment.InterpreterFinder;
import io.bauplan.udf.environment.ReadyEnvironment;
import io.bauplan.udf.environment.StoreProblem;
import io.bauplan.udf.python.PythonSourceInspector;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What functions run in on this machine: all warehouses of a user share it.
@Command(
    name = "env",
    description = "Environments of Python functions on this machine.",
    subcommands = {
      EnvCommand.Ls.class,
      EnvCommand.Show.class,
      EnvCommand.Build.class,
      EnvCommand.Verify.class,
      EnvCommand.Gc.class
    })
final class EnvCommand extends CommandGroup {

  /// A command on the store itself; no engine is opened.
  abstract static class StoreCommand implements Callable<Integer> {
    @Spec CommandSpec spec;

    abstract int work(EnvironmentStore store)
        throws IOException, InterruptedException, EnvironmentException;

    final BauplanCommand root() {
      return (BauplanCommand) spec.root().userObject();
    }

    @Override
    public final Integer call() throws InterruptedException {
      if (root().options.server != null) {
        throw EngineCommand.invalid("bauplan env works on this machine's environments")
            .withHint("ask a server for its own: SELECT * FROM sys.environments");
      }
      Path folder = EngineConfig.of(Path.of("")).cacheDirectory();
      try (EnvironmentStore store =
          new EnvironmentStore(
              folder,
              new InterpreterFinder(List.of(), System.getenv()),
              EnvironmentPolicy.of(System.getenv()))) {
        return work(store);
      } catch (EnvironmentException e) {
        throw new EngineException(ErrorCode.ENVIRONMENT_FAILED, e.failure().message(), e);
      } catch (IOException e) {
        throw new EngineException(
                ErrorCode.WAREHOUSE_UNUSABLE,
                "cannot use the cache folder " + folder + ": " + e.getMessage(),
                e)
            .withHint("set XDG_CACHE_HOME to a folder that you may write to");
      }
    }

    final int show(ArrayNode rows, String... columns) {
      if (root().options.output == GlobalOptions.Output.json) {
        root().console.print(rows + "\n");
      } else {
        root().console.print(JsonRows.table(rows, List.of(columns), root().console.columns()));
      }
      return BauplanCommand.OK;
    }

    final void say(String line) {
      if (root().options.output == GlobalOptions.Output.tty) {
        root().console.say(SafeText.line(line));
      }
    }

    static ArrayNode rows() {
      return EngineCommand.JSON.createArrayNode();
    }

    static void put(ObjectNode row, KnownEnvironment environment) {
      row.put("key", environment.key());
      row.put("python", environment.interpreter());
      row.put("requirements", String.join(", ", environment.requirements()));
      row.put("resolved_as_of", environment.resolvedAsOf().orElse(null));
      row.put("built", environment.built().toString());
      row.put("used", environment.used().toString());
    }
  }

  @Command(name = "ls", description = "List the environments that are built.")
  static final class Ls extends StoreCommand {
    @Override
    int work(EnvironmentStore store) throws IOException {
      ArrayNode rows = rows();
      for (KnownEnvironment environment : store.list()) {
        ObjectNode row = rows.addObject();
        put(row, environment);
        row.put("packages", environment.packages().size());
      }
      return show(
          rows, "key", "python", "requirements", "resolved_as_of", "packages", "built", "used");
    }
  }

  @Command(name = "show", description = "Show the packages of an environment.")
  static final class Show extends StoreCommand {
    @Parameters(paramLabel = "KEY", description = "As `env ls` shows it, or its beginning")
    String key = "";

    @Override
    int work(EnvironmentStore store) throws IOException {
      List<KnownEnvironment> fitting =
          store.list().stream().filter(e -> !key.isEmpty() && e.key().startsWith(key)).toList();
      if (fitting.size() != 1) {
        throw EngineCommand.invalid(
                (fitting.isEmpty()
                        ? "there is no environment \""
                        : "several environments begin with \"")
                    + key
                    + "\"")
            .withHint("bauplan env ls shows their keys");
      }
      KnownEnvironment environment = fitting.getFirst();
      List<Path> folders = store.folders(environment.key());
      ArrayNode rows = rows();
      for (int i = 0; i < folders.size(); i++) {
        String[] pin = environment.packages().get(i).split("==", 2);
        ObjectNode row = rows.addObject().put("name", pin[0]).put("version", pin[1]);
        row.put("bytes", FileTrees.size(folders.get(i))).put("folder", folders.get(i).toString());
      }
      say("Python " + environment.interpreter() + " in " + store.place(environment.key()));
      say("asked for: " + String.join(", ", environment.requirements()));
      return show(rows, "name", "version", "bytes", "folder");
    }
  }

  @Command(
      name = "build",
      description = "Build an environment, or those of a project, before they are needed.")
  static final class Build extends StoreCommand {
    @Parameters(paramLabel = "REQUIREMENT", arity = "0..*", description = "Such as pandas==2.0")
    List<String> requirements = List.of();

    @Option(names = "--python", paramLabel = "VERSION", description = "Such as 3.11")
    @Nullable String python;

    @Option(
        names = "--as-of",
        paramLabel = "DAY",
        description = "Consider only releases up to that day, such as 2023-06-30")
    @Nullable String asOf;

    @Option(
        names = {"-p", "--project-dir"},
        paramLabel = "DIR",
        description = "Build what the functions of a project declare")
    @Nullable Path project;

    @Override
    int work(EnvironmentStore store)
        throws IOException, InterruptedException, EnvironmentException {
      ArrayNode rows = rows();
      for (Map.Entry<EnvironmentSpec, String> wanted : wanted(store).entrySet()) {
        long start = System.nanoTime();
        ReadyEnvironment ready;
        try {
          ready = store.get(wanted.getKey());
        } catch (EnvironmentException e) {
          if (wanted.getValue().isEmpty()) {
            throw e;
          }
          throw new EngineException(
              ErrorCode.ENVIRONMENT_FAILED, wanted.getValue() + ": " + e.failure().message(), e);
        }
        double ready_ms = (System.nanoTime() - start) / 1e6;
        store.compile(ready);
        rows.addObject()
            .put("key", ready.key())
            .put("python", ready.interpreter().version())
            .put("requirements", String.join(", ", wanted.getKey().requirements()))
            .put("packages", ready.packages().size())
            .put("ready_ms", Math.round(ready_ms * 1000) / 1000.0);
      }
      return show(rows, "key", "python", "requirements", "packages", "ready_ms");
    }

    /// The environments, and in words who wants each.
    private Map<EnvironmentSpec, String> wanted(EnvironmentStore store) {
      Map<EnvironmentSpec, String> wanted = new LinkedHashMap<>();
      if (project != null) {
        Path folder = project.toAbsolutePath().normalize();
        ProjectReader reader = new ProjectReader(PythonSourceInspector.open(store.root()));
        for (Model model : reader.read(folder).models()) {
          definition(model)
              .filter(d -> d.language() == Language.PYTHON)
              .ifPresent(
                  d ->
                      wanted.merge(
                          d.environment(),
                          "function \"" + d.name() + "\" of " + d.source().file(),
                          (first, other) -> first));
        }
      }
      if (project == null || !requirements.isEmpty()) {
        wanted.put(
            new EnvironmentSpec(
                Optional.ofNullable(python),
                requirements,
                Optional.ofNullable(asOf).map(Build::day)),
            "");
      }
      return wanted;
    }

    private static Optional<FunctionDefinition> definition(Model model) {
      return switch (model) {
        case Model.Function function -> Optional.of(function.definition());
        case Model.Expectation expectation -> Optional.of(expectation.definition());
        case Model.Sql ignored -> Optional.empty();
      };
    }

    private static LocalDate day(String text) {
      try {
        return LocalDate.parse(text);
      } catch (DateTimeParseException e) {
        throw EngineCommand.invalid("\"" + text + "\" is no day: write it as 2023-06-30");
      }
    }
  }

  @Command(
      name = "verify",
      description = "Compare packages and environments with what was recorded when they came.")
  static final class Verify extends StoreCommand {
    @Option(
        names = "--repair",
        description = "Take away what is wrong; its next use fetches it again")
    boolean repair;

    @Override
    int work(EnvironmentStore store) throws IOException, InterruptedException {
      List<StoreProblem> problems = repair ? store.repair() : store.verify();
      ArrayNode rows = rows();
      for (StoreProblem problem : problems) {
        ObjectNode row = rows.addObject().put("subject", problem.subject());
        row.put("differences", String.join(", ", problem.differences()));
        row.put("used_by", String.join(", ", problem.environments()));
        row.put("place", problem.place().toString());
      }
      if (problems.isEmpty()) {
        say("All packages and environments are as they were made.");
        return root().options.output == GlobalOptions.Output.json ? show(rows) : BauplanCommand.OK;
      }
      show(rows, "subject", "differences", "used_by", "place");
      say(
          repair
              ? "Taken away; the next use fetches it again."
              : "Stop functions that use it and run: bauplan env verify --repair");
      return repair ? BauplanCommand.OK : BauplanCommand.FAILED;
    }
  }

  @Command(
      name = "gc",
      description = "Take away environments not used for a while, and packages that none uses.")
  static final class Gc extends StoreCommand {
    @Option(
        names = "--unused-for",
        paramLabel = "DAYS",
        defaultValue = "30",
        description = "Keep what was used in the last days (default: ${DEFAULT-VALUE})")
    int days = 30;

    @Override
    int work(EnvironmentStore store) throws IOException, InterruptedException {
      if (days < 0) {
        throw EngineCommand.invalid("--unused-for takes a number of days from 0 on");
      }
      GarbageReport report = store.collectGarbage(Instant.now().minus(Duration.ofDays(days)));
      ArrayNode rows = rows();
      rows.addObject()
          .put("environments", report.environments().size())
          .put("packages", report.packages().size())
          .put("bytes", report.bytes());
      return show(rows, "environments", "packages", "bytes");
    }
  }
}
