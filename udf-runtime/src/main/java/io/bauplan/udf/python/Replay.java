package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.environment.EnvironmentException;
import io.bauplan.udf.environment.EnvironmentStore;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.environment.ReadyEnvironment;
import io.bauplan.udf.replay.KeptCall;
import io.bauplan.udf.sandbox.Sandbox;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.sandbox.SandboxPolicy;
import io.bauplan.udf.sandbox.SandboxRequest;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Makes a kept call again in a Python debugger, on this process's own terminal.
public final class Replay implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Process process;
  private final Path folder;
  private final Path control;
  private final String place;

  private Replay(Process process, Path folder, Path control, String place) {
    this.process = process;
    this.folder = folder;
    this.control = control;
    this.place = place;
  }

  /// How to make the call.
  ///
  /// @param isolation in the sandbox that functions run in, or in the open
  /// @param stop where the debugger stops
  /// @param commands for the debugger, instead of the terminal; empty = the terminal's
  /// @param secrets values of the arguments that were not kept
  public record Wish(
      Isolation isolation, Stop stop, List<String> commands, Map<String, String> secrets) {
    public Wish {
      commands = List.copyOf(commands);
      secrets = Map.copyOf(secrets);
    }

    public enum Isolation {
      SANDBOX,
      NONE
    }

    public enum Stop {
      WHERE_IT_FAILS,
      FIRST_LINE
    }
  }

  /// A call that cannot be made again, in words for the user.
  public static final class ReplayException extends Exception {
    private static final long serialVersionUID = 1L;

    ReplayException(String message) {
      super(message);
    }
  }

  /// Starts the debugger; the caller waits for it and closes this.
  public static Replay start(
      KeptCall call, Wish wish, EnvironmentStore environments, SandboxPolicy policy)
      throws IOException, InterruptedException, EnvironmentException, ReplayException {
    return start(call, wish, environments, policy, Redirect.INHERIT);
  }

  static Replay start(
      KeptCall call,
      Wish wish,
      EnvironmentStore environments,
      SandboxPolicy policy,
      Redirect output)
      throws IOException, InterruptedException, EnvironmentException, ReplayException {
    if (!call.missing().isEmpty()) {
      throw new ReplayException("its inputs were not kept: " + call.missing());
    }
    ReadyEnvironment environment = environments.get(call.environment());
    if (!environment.key().equals(call.environmentKey())) {
      throw new ReplayException(
          "its environment %s is not there any more, and its packages now resolve to %s"
              .formatted(call.environmentKey(), environment.key()));
    }
    PythonFiles files = PythonFiles.unpack(environments.root());
    Path folder = Files.createTempDirectory("bauplan-debug-");
    try {
      return start(call, wish, policy, environment, files, folder, output);
    } catch (IOException | InterruptedException | RuntimeException | ReplayException e) {
      FileTrees.delete(folder);
      throw e;
    }
  }

  private static Replay start(
      KeptCall call,
      Wish wish,
      SandboxPolicy policy,
      ReadyEnvironment environment,
      PythonFiles files,
      Path folder,
      Redirect output)
      throws IOException, InterruptedException, ReplayException {
    Sandbox sandbox = new Sandbox(files.harness().resolve("launch.py"), folder, policy);
    Path control = Files.createFile(folder.resolve("control"));
    Path result = Files.createFile(folder.resolve("result"));
    ObjectNode request = call.request().deepCopy();
    request.put("control", control.toString()).put("result", result.toString());
    request.putArray("path").add(environment.sitePackages().toString()).add(files.sdk().toString());
    List<Path> visible = new ArrayList<>(environment.visible());
    visible.addAll(List.of(files.harness(), files.sdk()));
    for (JsonNode parameter : request.path("parameters")) {
      complete((ObjectNode) parameter, call, wish, visible);
    }
    ObjectNode body = JSON.createObjectNode();
    body.set("function", request);
    body.putObject("debug")
        .put("first_line", wish.stop() == Wish.Stop.FIRST_LINE)
        .set("commands", JSON.valueToTree(wish.commands()));
    Path message = folder.resolve("request.json");
    if (wish.isolation() == Wish.Isolation.NONE) {
      Process process = sandbox.startInTheOpen(environment.interpreter(), body, message, output);
      return new Replay(process, folder, control, "without a sandbox");
    }
    SandboxLevel level = sandbox.level(environment.interpreter());
    if (!level.satisfies(policy.minimum())) {
      throw new ReplayException(
          "this machine isolates functions only at level %s; --no-sandbox runs it without"
              .formatted(level));
    }
    SandboxRequest limits =
        new SandboxRequest(
            visible,
            List.of(control, result),
            control,
            Files.createDirectory(folder.resolve("root")),
            Files.createDirectory(folder.resolve("scratch")),
            call.memoryBytes().isPresent() ? call.memoryBytes() : policy.memoryBytes(),
            policy.scratchBytes(),
            request.path("network").asBoolean()
                ? SandboxRequest.Network.HOST
                : SandboxRequest.Network.NONE);
    Process process =
        sandbox.startOnTerminal(environment.interpreter(), level, limits, body, message, output);
    return new Replay(process, folder, control, "in the sandbox (level " + level + ")");
  }

  private static void complete(ObjectNode parameter, KeptCall call, Wish wish, List<Path> visible)
      throws ReplayException {
    String name = parameter.path("name").asText();
    if (parameter.path("kind").asText().equals("table")) {
      Path table = call.folder().resolve(parameter.path("path").asText());
      parameter.put("path", table.toString());
      visible.add(table);
    } else if (call.secrets().contains(name)) {
      String value = wish.secrets().get(name);
      if (value == null) {
        throw new ReplayException(
            "the value of '%s' is a secret, which is not kept; give it with --param %s=..."
                .formatted(name, name));
      }
      parameter.put("value", value);
    }
  }

  /// Where it runs, in words.
  public String place() {
    return place;
  }

  /// Waits for the end of the debugger. Empty, or why it could not begin.
  public String await() throws InterruptedException, IOException {
    int status = process.waitFor();
    if (status == 0) {
      return "";
    }
    String told = "";
    try {
      told = JSON.readTree(Files.readAllBytes(control)).path("message").asText("");
    } catch (com.fasterxml.jackson.core.JacksonException nothing) {
      told = "";
    }
    return told.isEmpty() ? "the debugger ended with status " + status : told;
  }

  /// Ends the debugger where it still runs.
  public void end() {
    process.destroy();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    FileTrees.delete(folder);
  }
}
