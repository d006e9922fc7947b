package io.bauplan.udf.sandbox;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.environment.Interpreter;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts sandboxed processes at the strongest level that this machine can enforce, found out by
/// trying. The Python launcher that builds the sandbox from inside is part of the harness, so that
/// no tool but the interpreter itself is needed.
public final class Sandbox {
  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long PROBE_TIMEOUT_SECONDS = 20;

  /// Uids that no ordinary account has, below 2^16 so that containers map them too.
  private static final int FIRST_UID = 61_184;

  private static final int UIDS = 4_000;
  private static final AtomicInteger NEXT_UID =
      new AtomicInteger((int) ProcessHandle.current().pid());

  /// What the child starts with: nothing of the engine's own environment.
  private static final Map<String, String> VARIABLES =
      Map.of(
          "PATH", "/usr/local/bin:/usr/bin:/bin",
          "HOME", "/tmp",
          "LANG", "C.UTF-8",
          "LC_ALL", "C.UTF-8",
          "OPENBLAS_NUM_THREADS", "1",
          // A process that shall be forked has one thread.
          "JE_ARROW_MALLOC_CONF", "background_thread:false",
          "_RJEM_MALLOC_CONF", "background_thread:false",
          // Arrow's other allocator takes a gigabyte in advance, which memory limits would count.
          "MIMALLOC_ARENA_EAGER_COMMIT", "0");

  private final Path launcher;
  private final Path workFolder;
  private final SandboxPolicy policy;
  private final Map<Path, SandboxLevel> levels = new ConcurrentHashMap<>();

  /// @param launcher the harness's `launch.py`
  /// @param workFolder an existing private folder for mount points
  public Sandbox(Path launcher, Path workFolder, SandboxPolicy policy) {
    this.launcher = launcher;
    this.workFolder = workFolder;
    this.policy = policy;
  }

  public SandboxPolicy policy() {
    return policy;
  }

  /// The strongest level that works with this interpreter; asked for once.
  public SandboxLevel level(Interpreter interpreter) {
    SandboxLevel known = levels.get(interpreter.binary());
    if (known != null) {
      return known;
    }
    SandboxLevel found = probe(interpreter);
    if (!Thread.currentThread().isInterrupted()) {
      levels.put(interpreter.binary(), found); // what an interrupt cut short says nothing
    }
    return found;
  }

  private SandboxLevel probe(Interpreter interpreter) {
    for (SandboxLevel level : SandboxLevel.values()) {
      if (level == SandboxLevel.D) {
        break;
      }
      if (level.ordinal() >= policy.strongest().ordinal() && works(level, interpreter)) {
        LOG.info("functions on {} run at sandbox level {}", interpreter.label(), level);
        return level;
      }
    }
    LOG.warn("functions on {} cannot be isolated on this machine: level D", interpreter.label());
    return SandboxLevel.D;
  }

  private boolean works(SandboxLevel level, Interpreter interpreter) {
    if (!interpreter.hasCtypes() || (level == SandboxLevel.A && !isRoot())) {
      return false;
    }
    try {
      Path folder = Files.createTempDirectory(workFolder, "probe-");
      try {
        Path control = Files.createFile(folder.resolve("control"));
        SandboxRequest request =
            new SandboxRequest(
                List.of(interpreter.prefix()),
                List.of(control),
                control,
                Files.createDirectory(folder.resolve("root")),
                Files.createDirectory(folder.resolve("scratch")),
                OptionalLong.empty(),
                1 << 20,
                SandboxRequest.Network.NONE);
        Process process = start(interpreter, level, request, JSON.createObjectNode());
        process.getInputStream().transferTo(OutputStream.nullOutputStream());
        boolean ended = process.waitFor(PROBE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
          process.destroyForcibly();
        }
        boolean works = ended && process.exitValue() == 0;
        if (!works) {
          LOG.debug("sandbox level {} does not work: {}", level, Files.readString(control));
        }
        return works;
      } finally {
        FileTrees.delete(folder);
      }
    } catch (IOException e) {
      LOG.debug("sandbox level {} cannot be tried", level, e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(workFolder, "unix:uid"));
    } catch (IOException | RuntimeException notUnix) {
      return false;
    }
  }

  /// Starts the launcher at a level. What else the request tells the launcher is in `body`: a
  /// `function`, or a `program` to replace it with. The process dies with the engine; ending it
  /// ends everything that it started.
  public Process start(
      Interpreter interpreter, SandboxLevel level, SandboxRequest request, ObjectNode body)
      throws IOException, InterruptedException {
    describe(interpreter, level, request, body);
    Process process = launch(interpreter, body);
    try {
      process.getOutputStream().close();
    } catch (IOException died) {
      LOG.debug("the launcher ended before it read its request", died);
    }
    return process;
  }

  /// Starts a process that forks functions out of its sandbox. Its input stays open; the process
  /// ends, with all that it forked, when that is closed or the engine dies.
  public Process startForking(
      Interpreter interpreter, SandboxLevel level, SandboxRequest request, ObjectNode body)
      throws IOException, InterruptedException {
    describe(interpreter, level, request, body).put("forking", true);
    return launch(interpreter, body);
  }

  /// Starts a program that waits for its call in the sandbox. Its input stays open for the call.
  public Process startWaiting(
      Interpreter interpreter, SandboxLevel level, SandboxRequest request, ObjectNode body)
      throws IOException, InterruptedException {
    describe(interpreter, level, request, body);
    return launch(interpreter, body);
  }

  /// Starts a process whose input is this process's own.
  ///
  /// @param message a file for the request, which takes the way of its input otherwise
  /// @param output where both its streams go
  public Process startOnTerminal(
      Interpreter interpreter,
      SandboxLevel level,
      SandboxRequest request,
      ObjectNode body,
      Path message,
      Redirect output)
      throws IOException, InterruptedException {
    describe(interpreter, level, request, body);
    ProcessBuilder builder = onTerminal(interpreter, body, message, output);
    String terminal = builder.environment().get("TERM");
    builder.environment().clear();
    builder.environment().putAll(VARIABLES);
    if (terminal != null) {
      builder.environment().put("TERM", terminal);
    }
    return ProcessStarter.start(builder.directory(Path.of("/").toFile()));
  }

  /// The same without any sandbox, with the user's own variables, where the user asks for that.
  public Process startInTheOpen(
      Interpreter interpreter, ObjectNode body, Path message, Redirect output)
      throws IOException, InterruptedException {
    return ProcessStarter.start(onTerminal(interpreter, body, message, output));
  }

  private ProcessBuilder onTerminal(
      Interpreter interpreter, ObjectNode body, Path message, Redirect output) throws IOException {
    JSON.writeValue(message.toFile(), body);
    List<String> command = new ArrayList<>(command(interpreter));
    command.add(message.toString());
    return new ProcessBuilder(command)
        .redirectInput(Redirect.INHERIT)
        .redirectOutput(output)
        .redirectError(output);
  }

  private List<String> command(Interpreter interpreter) {
    return List.of(interpreter.binary().toString(), "-I", "-S", "-X", "utf8", launcher.toString());
  }

  private ObjectNode describe(
      Interpreter interpreter, SandboxLevel level, SandboxRequest request, ObjectNode body)
      throws IOException {
    ObjectNode config = body.putObject("sandbox");
    config.put("level", level.name());
    config.put("parent", ProcessHandle.current().pid());
    config.put("uid", level == SandboxLevel.A ? nextUid() : uid());
    config.put("network", request.network() == SandboxRequest.Network.HOST);
    config.put("control", request.control().toString());
    config.put("root", request.root().toString());
    config.put("scratch", request.scratch().toString());
    config.put("scratchBytes", policy.scratchBytes());
    config.put("fileBytes", request.fileBytes());
    config.put("processes", policy.processes());
    request.memoryBytes().ifPresent(b -> config.put("memoryBytes", b));
    ArrayNode visible = config.putArray("visible");
    visible.add(interpreter.prefix().toString());
    request.visible().forEach(p -> visible.add(p.toString()));
    ArrayNode writable = config.putArray("writable");
    request.writable().forEach(p -> writable.add(p.toString()));
    return config;
  }

  private Process launch(Interpreter interpreter, ObjectNode body)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command(interpreter));
    builder.environment().clear();
    builder.environment().putAll(VARIABLES);
    builder.directory(Path.of("/").toFile());
    Process process = ProcessStarter.start(builder);
    try {
      OutputStream in = process.getOutputStream();
      in.write(JSON.writeValueAsBytes(body));
      in.write('\n');
      in.flush();
    } catch (IOException died) {
      LOG.debug("the launcher ended before it read its request", died);
    }
    return process;
  }

  private static int nextUid() {
    return FIRST_UID + Math.floorMod(NEXT_UID.getAndIncrement(), UIDS);
  }

  private int uid() throws IOException {
    return (Integer) Files.getAttribute(workFolder, "unix:uid");
  }
}
