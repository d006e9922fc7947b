package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.environment.Interpreter;
import io.bauplan.udf.java.JvmHarness;
import io.bauplan.udf.sandbox.Sandbox;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.sandbox.SandboxRequest;
import io.bauplan.udf.shm.SharedMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A JVM in its sandbox, with the harness loaded and nothing of a user: it takes one call and ends.
/// `waiting.py` is what it is started by.
final class WaitingJvm implements FunctionProcess {
  private static final Logger LOG = LoggerFactory.getLogger(WaitingJvm.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Kind kind;
  private final DirectProcess process;
  private final Path folder;
  private final long since = System.nanoTime();
  private final CompletableFuture<Integer> exit;

  /// What a JVM must be told when it starts.
  ///
  /// @param memoryBytes of its heap, and of its Arrow memory
  /// @param fileBytes largest file that it may write
  record Kind(
      Interpreter launcher,
      SandboxLevel level,
      OptionalLong memoryBytes,
      long fileBytes,
      SandboxRequest.Network network) {}

  private WaitingJvm(Kind kind, Process process, Path folder) {
    this.kind = kind;
    this.process = new DirectProcess(process);
    this.folder = folder;
    this.exit = new CompletableFuture<>();
  }

  static WaitingJvm start(
      Kind kind, Sandbox sandbox, JvmHarness harness, PythonFiles files, SharedMemory memory)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectory(memory.newPath("jvm"));
    try {
      Path control = Files.createFile(folder.resolve("control"));
      Path result = Files.createFile(folder.resolve("result"));
      Path code = Files.createDirectory(folder.resolve("code"));
      FileTrees.makeReadable(code);
      List<Path> visible = new ArrayList<>(harness.visible());
      visible.addAll(List.of(files.harness(), code));
      SandboxRequest request =
          new SandboxRequest(
              visible,
              List.of(control, result),
              control,
              Files.createDirectory(folder.resolve("root")),
              Files.createDirectory(folder.resolve("scratch")),
              kind.memoryBytes(),
              kind.fileBytes(),
              kind.network());
      ObjectNode body = JSON.createObjectNode();
      harness.command(kind.memoryBytes()).forEach(body.putArray("program")::add);
      Process process = sandbox.startWaiting(kind.launcher(), kind.level(), request, body);
      return new WaitingJvm(kind, process, folder);
    } catch (IOException | InterruptedException | RuntimeException e) {
      FileTrees.delete(folder);
      throw e;
    }
  }

  Kind kind() {
    return kind;
  }

  boolean isAlive() {
    return process.process().isAlive();
  }

  long waitedNanos() {
    return System.nanoTime() - since;
  }

  /// Where it finds the user's classes.
  Path code() {
    return folder.resolve("code");
  }

  /// Gives it its call.
  ///
  /// @param described its `control` and `result` are where the caller wants them
  void call(ObjectNode described, List<FunctionRequest.Argument> arguments) throws IOException {
    Path control = Path.of(described.path("control").asText());
    Path result = Path.of(described.path("result").asText());
    described.put("control", folder.resolve("control").toString());
    described.put("result", folder.resolve("result").toString());
    ObjectNode call = JSON.createObjectNode();
    ArrayNode tables = call.putArray("tables");
    for (FunctionRequest.Argument argument : arguments) {
      if (argument instanceof FunctionRequest.Argument.OfTable(SharedTable table)) {
        tables.add(table.path().toString());
      }
    }
    call.set("segments", FunctionRequest.segments(arguments));
    call.set("function", described);
    call.putObject("limits");
    process
        .exit()
        .thenAccept(
            status -> {
              take("control", control);
              take("result", result);
              exit.complete(status);
            });
    try (OutputStream to = process.process().getOutputStream()) {
      to.write(JSON.writeValueAsBytes(call));
      to.write('\n');
    } catch (IOException died) {
      LOG.debug("a JVM ended before its call", died);
    }
  }

  private void take(String file, Path place) {
    try {
      Files.move(folder.resolve(file), place, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("cannot move {}", place, e);
    }
  }

  @Override
  public InputStream out() {
    return process.out();
  }

  @Override
  public InputStream error() {
    return process.error();
  }

  @Override
  public CompletableFuture<Integer> exit() {
    return exit;
  }

  @Override
  public void end() {
    process.end();
  }

  /// Ends it where it still waits, and takes its folder away.
  @Override
  public void close() {
    process.end();
    try {
      FileTrees.delete(folder);
    } catch (IOException e) {
      LOG.warn("cannot delete {}", folder, e);
    }
  }
}
