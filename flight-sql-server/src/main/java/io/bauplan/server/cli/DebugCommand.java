package io.bauplan.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.server.cli.render.JsonRows;
import io.bauplan.server.cli.render.SafeText;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.udf.environment.EnvironmentException;
import io.bauplan.udf.environment.EnvironmentPolicy;
import io.bauplan.udf.environment.EnvironmentStore;
import io.bauplan.udf.environment.InterpreterFinder;
import io.bauplan.udf.python.Replay;
import io.bauplan.udf.python.Replay.Wish;
import io.bauplan.udf.replay.KeepPolicy;
import io.bauplan.udf.replay.KeptCall;
import io.bauplan.udf.replay.KeptCalls;
import io.bauplan.udf.sandbox.SandboxPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Makes a failed call again, on this machine: no engine is opened.
@Command(
    name = "debug",
    description =
        "Make a failed call of a function again in Python's debugger, with the inputs, the code and"
            + " the packages that it had. Without a job: list the calls that are kept.")
final class DebugCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "JOB",
      description = "The job that failed, or the beginning of its id")
  @Nullable String job;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NODE",
      description = "The model or function that failed, where several did")
  @Nullable String node;

  @Option(names = "--break", description = "Stop at the function's first line too")
  boolean atFirstLine;

  @Option(names = "--no-sandbox", description = "Without the sandbox, with your own variables")
  boolean noSandbox;

  @Option(
      names = {"-c", "--command"},
      paramLabel = "COMMAND",
      description = "A debugger command instead of the terminal's, such as \"p df.shape\"")
  List<String> commands = List.of();

  @Option(
      names = "--param",
      paramLabel = "NAME=VALUE",
      description = "The value of a secret parameter, which is not kept")
  Map<String, String> secrets = Map.of();

  private BauplanCommand root() {
    return (BauplanCommand) spec.root().userObject();
  }

  @Override
  public Integer call() throws InterruptedException {
    if (root().options.server != null) {
      throw EngineCommand.invalid("bauplan function debug works on calls of this machine")
          .withHint("run it where the engine ran, as the user that it ran as");
    }
    Path folder = EngineConfig.of(Path.of("")).cacheDirectory();
    try {
      KeptCalls calls = new KeptCalls(folder, KeepPolicy.of(System.getenv()));
      return job == null ? list(calls) : replay(choose(calls, job), folder);
    } catch (EnvironmentException e) {
      throw new EngineException(ErrorCode.ENVIRONMENT_FAILED, e.failure().message(), e);
    } catch (Replay.ReplayException e) {
      throw EngineCommand.invalid("the call cannot be made again: " + e.getMessage());
    } catch (IOException e) {
      throw new EngineException(
          ErrorCode.WAREHOUSE_UNUSABLE,
          "cannot use the cache folder " + folder + ": " + e.getMessage(),
          e);
    }
  }

  private int list(KeptCalls calls) throws IOException {
    ArrayNode rows = EngineCommand.JSON.createArrayNode();
    for (KeptCall call : calls.list()) {
      rows.addObject()
          .put("call", call.id())
          .put("function", call.function())
          .put("when", call.when().toString())
          .put("bytes", call.bytes())
          .put("failure", call.failure())
          .put("missing", call.missing());
    }
    if (root().options.output == GlobalOptions.Output.json) {
      root().console.print(rows + "\n");
    } else {
      List<String> columns = List.of("call", "function", "when", "bytes", "failure", "missing");
      root().console.print(JsonRows.table(rows, columns, root().console.columns()));
    }
    return BauplanCommand.OK;
  }

  /// The latest of those that fit.
  private KeptCall choose(KeptCalls calls, String wanted) throws IOException {
    List<KeptCall> ofJob = calls.list().stream().filter(call -> call.isOf(wanted)).toList();
    List<String> nodes = ofJob.stream().map(KeptCall::function).distinct().sorted().toList();
    if (ofJob.isEmpty()) {
      throw EngineCommand.invalid("no failed call of a job \"" + wanted + "\" is kept")
          .withHint(
              calls.policy().isOff()
                  ? "BAUPLAN_KEEP_FAILED_MB=0 keeps none; let it fail again without that"
                  : "bauplan function debug lists what is kept, for %d days; older ones must fail again"
                      .formatted(calls.policy().longest().toDays()));
    }
    if (node == null && nodes.size() > 1) {
      throw EngineCommand.invalid("several functions failed: " + String.join(", ", nodes))
          .withHint("name one: bauplan function debug " + wanted + " " + nodes.getFirst());
    }
    return ofJob.stream()
        .filter(call -> node == null || call.function().equalsIgnoreCase(node))
        .findFirst()
        .orElseThrow(
            () ->
                EngineCommand.invalid("no failed call of \"" + node + "\" is kept")
                    .withHint("kept of this job: " + String.join(", ", nodes)));
  }

  private int replay(KeptCall call, Path folder)
      throws IOException, InterruptedException, EnvironmentException, Replay.ReplayException {
    Wish wish =
        new Wish(
            noSandbox ? Wish.Isolation.NONE : Wish.Isolation.SANDBOX,
            atFirstLine ? Wish.Stop.FIRST_LINE : Wish.Stop.WHERE_IT_FAILS,
            commands,
            secrets);
    try (EnvironmentStore environments =
            new EnvironmentStore(
                folder,
                new InterpreterFinder(List.of(), System.getenv()),
                EnvironmentPolicy.of(System.getenv()));
        Interrupts interrupts = new Interrupts();
        Replay replay = Replay.start(call, wish, environments, SandboxPolicy.of(System.getenv()))) {
      interrupts.onInterrupt(replay::end);
      root()
          .console
          .say(SafeText.line("%s of %s, %s".formatted(call.function(), call.id(), replay.place())));
      String problem = replay.await();
      if (interrupts.wasInterrupted()) {
        return Interrupts.EXIT_CODE;
      }
      if (!problem.isEmpty()) {
        throw new EngineException(ErrorCode.FUNCTION_FAILED, problem);
      }
      return BauplanCommand.OK;
    }
  }
}
