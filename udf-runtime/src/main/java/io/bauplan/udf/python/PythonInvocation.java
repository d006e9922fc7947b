package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.EnvironmentFailure;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.environment.EnvironmentException;
import io.bauplan.udf.environment.EnvironmentStore;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.environment.Interpreter;
import io.bauplan.udf.environment.ReadyEnvironment;
import io.bauplan.udf.java.JavaCode;
import io.bauplan.udf.sandbox.Sandbox;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.sandbox.SandboxRequest;
import io.bauplan.udf.shm.SegmentTable;
import io.bauplan.udf.shm.SharedMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One invocation in a process of its own. Owns its arguments and its working folder until its end.
final class PythonInvocation implements RunningInvocation {
  private static final Logger LOG = LoggerFactory.getLogger(PythonInvocation.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final long LEAST_EXPECTED_BYTES = 1 << 20;

  private static final long PUMP_GRACE_MILLISECONDS = 5000;

  private final Invocation invocation;
  private final List<FunctionRequest.Argument> arguments;
  private final long requested;
  private final SharedMemory memory;
  private final EnvironmentStore environments;
  private final EnvironmentBuilds builds;
  private final Sandbox sandbox;
  private final PythonFiles files;
  private final CallProcesses processes;
  private final CallKeeper keeper;
  private final JvmPool jvms;
  private final Optional<Session> session;
  private final CompletableFuture<InvocationOutcome> outcome = new CompletableFuture<>();
  private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
  private volatile @Nullable Thread thread;
  private volatile boolean taken;

  PythonInvocation(
      Invocation invocation,
      List<FunctionRequest.Argument> arguments,
      long requested,
      SharedMemory memory,
      EnvironmentStore environments,
      EnvironmentBuilds builds,
      Sandbox sandbox,
      PythonFiles files,
      CallProcesses processes,
      CallKeeper keeper,
      JvmPool jvms,
      Optional<Session> session) {
    this.invocation = invocation;
    this.arguments = arguments;
    this.requested = requested;
    this.memory = memory;
    this.environments = environments;
    this.builds = builds;
    this.sandbox = sandbox;
    this.files = files;
    this.processes = processes;
    this.keeper = keeper;
    this.jvms = jvms;
    this.session = session;
  }

  /// How a session's process gets its rows.
  ///
  /// @param streams whether all parts are one call
  record Session(Exchange exchange, boolean streams) {}

  void start(Runnable atEnd) {
    thread =
        Thread.ofPlatform()
            .daemon(true)
            .name("function-" + invocation.function().name())
            .start(
                () -> {
                  InvocationOutcome result;
                  try {
                    result = run();
                  } catch (RuntimeException | Error e) {
                    LOG.error("invocation {} failed in the engine", invocation.id(), e);
                    result = new InvocationOutcome.Crashed(-1, "the engine failed: " + e);
                  } finally {
                    session.ifPresent(s -> s.exchange().ended());
                    arguments.forEach(LocalFunctionRuntime::release);
                    atEnd.run();
                  }
                  outcome.complete(result);
                });
  }

  @Override
  public InvocationOutcome await() {
    try {
      InvocationOutcome result = outcome.get();
      taken = true;
      return result;
    } catch (InterruptedException e) {
      cancel();
      InvocationOutcome late = awaitEnd();
      Thread.currentThread().interrupt();
      taken = true;
      if (late instanceof InvocationOutcome.Completed(SharedTable table, _)) {
        table.close();
      }
      return new InvocationOutcome.Cancelled();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  InvocationOutcome awaitEnd() {
    return outcome.join();
  }

  /// Waits for the end and lets a result go that nobody took.
  void closeResult() {
    if (awaitEnd() instanceof InvocationOutcome.Completed(SharedTable table, _) && !taken) {
      table.close();
    }
  }

  @Override
  public void cancel() {
    cancelled.complete(null);
  }

  private InvocationOutcome run() {
    ReadyEnvironment environment;
    long start = System.nanoTime();
    try {
      environment = environment();
    } catch (EnvironmentException e) {
      return new InvocationOutcome.NotStarted(e.failure());
    } catch (InterruptedException e) {
      return new InvocationOutcome.Cancelled();
    }
    long environmentNanos = System.nanoTime() - start;
    SandboxLevel level = sandbox.level(environment.interpreter());
    if (!level.satisfies(sandbox.policy().minimum())) {
      return new InvocationOutcome.NotStarted(refused(level));
    }
    Path folder = memory.newPath("call");
    try {
      Files.createDirectory(folder);
      return call(folder, environment, level, environmentNanos, start - requested);
    } catch (IOException e) {
      LOG.warn("invocation {} could not be run", invocation.id(), e);
      return new InvocationOutcome.NotStarted(
          new EnvironmentFailure(
              EnvironmentFailure.Reason.DISK,
              memory.folder().toString(),
              "The function's process could not be started: " + e.getMessage()));
    } catch (InterruptedException e) {
      return new InvocationOutcome.Cancelled();
    } finally {
      try {
        FileTrees.delete(folder);
      } catch (IOException e) {
        LOG.warn("cannot delete {}", folder, e);
      }
    }
  }

  /// Building an environment can take long: a cancellation interrupts it.
  private ReadyEnvironment environment() throws EnvironmentException, InterruptedException {
    Thread self = Thread.currentThread();
    CompletableFuture<Void> interruption = cancelled.thenRun(self::interrupt);
    try {
      return switch (invocation.function().language()) {
        case PYTHON -> builds.get(invocation.function().environment());
        case JAVA -> launcherOnly();
      };
    } catch (IOException e) {
      throw new EnvironmentException(
          new EnvironmentFailure(
              EnvironmentFailure.Reason.OTHER, "Python 3", "No launcher: " + e.getMessage()));
    } finally {
      interruption.cancel(false);
      if (cancelled.isDone()) {
        Thread.interrupted();
        throw new InterruptedException();
      }
    }
  }

  /// A Java function needs an interpreter only for the launcher that builds its sandbox.
  private ReadyEnvironment launcherOnly()
      throws EnvironmentException, IOException, InterruptedException {
    Interpreter launcher = environments.interpreter(Optional.empty());
    return new ReadyEnvironment(
        "java", launcher, launcher.prefix(), List.of(), List.of(), Optional.empty());
  }

  private EnvironmentFailure refused(SandboxLevel level) {
    return new EnvironmentFailure(
        EnvironmentFailure.Reason.SANDBOX_POLICY,
        level.name(),
        ("This machine can isolate functions only at level %s, the policy asks for %s; enable user"
                + " namespaces, or set BAUPLAN_SANDBOX_MINIMUM=%s to run code that you trust")
            .formatted(level, sandbox.policy().minimum(), level));
  }

  private InvocationOutcome call(
      Path folder,
      ReadyEnvironment environment,
      SandboxLevel level,
      long environmentNanos,
      long transferNanos)
      throws IOException, InterruptedException {
    FunctionDefinition function = invocation.function();
    FunctionLimits limits = function.limits();
    Path control = Files.createFile(folder.resolve("control"));
    Path result = Files.createFile(memory.newResult(expectedBytes()));
    boolean keep = false;
    try {
      ObjectNode described =
          FunctionRequest.of(
              function,
              arguments,
              List.of(environment.sitePackages(), files.sdk()),
              control,
              result);
      session.ifPresent(
          s ->
              described
                  .put("exchange", s.exchange().path().toString())
                  .put("streams", s.streams()));
      OptionalLong memoryBytes =
          limits.memoryBytes().isPresent() ? limits.memoryBytes() : sandbox.policy().memoryBytes();
      long fileBytes = Math.max(limits.outputBytes(), sandbox.policy().scratchBytes());
      ObjectNode ofCall = JSON.createObjectNode().put("fileBytes", fileBytes);
      memoryBytes.ifPresent(most -> ofCall.put("memoryBytes", most));
      CallProcesses.Started started =
          switch (function.language()) {
            case PYTHON ->
                processes.fork(function, environment, arguments, described, ofCall, cancelled);
            case JAVA ->
                jvms.start(
                    kind(function, sandbox, environment.interpreter()),
                    function,
                    arguments,
                    described);
          };
      OutcomeReader reader =
          new OutcomeReader(
              invocation,
              arguments,
              memory,
              environment,
              level,
              started.path(),
              requested,
              environmentNanos,
              transferNanos);
      InvocationOutcome outcome;
      try (FunctionProcess process =
          started.forked().isPresent()
              ? started.forked().get()
              : direct(folder, environment, level, described, memoryBytes, fileBytes)) {
        Ending ending = waitFor(process, limits);
        outcome = reader.read(ending, process.exit().join(), control, result);
      }
      if (session.isEmpty()) { // what a session was given is nowhere any more
        keeper.keep(invocation, arguments, environment, described, outcome);
      }
      keep = outcome instanceof InvocationOutcome.Completed;
      return outcome;
    } catch (JavaCode.CompileException e) {
      return new InvocationOutcome.UserFailed(
          "CompileError", e.error().message(), e.error().listing(), Optional.of(e.error().line()));
    } finally {
      if (!keep) {
        Files.deleteIfExists(result);
      }
    }
  }

  /// The JVM that a Java function needs.
  static WaitingJvm.Kind kind(FunctionDefinition function, Sandbox sandbox, Interpreter launcher) {
    FunctionLimits limits = function.limits();
    return new WaitingJvm.Kind(
        launcher,
        sandbox.level(launcher),
        limits.memoryBytes().isPresent() ? limits.memoryBytes() : sandbox.policy().memoryBytes(),
        Math.max(limits.outputBytes(), sandbox.policy().scratchBytes()),
        network(limits));
  }

  private static SandboxRequest.Network network(FunctionLimits limits) {
    return limits.internetAccess() ? SandboxRequest.Network.HOST : SandboxRequest.Network.NONE;
  }

  /// A result is often as large as the tables that it is made of.
  private long expectedBytes() {
    long bytes = LEAST_EXPECTED_BYTES;
    for (FunctionRequest.Argument argument : arguments) {
      bytes +=
          switch (argument) {
            case FunctionRequest.Argument.OfTable(SharedTable table) -> table.byteSize();
            case FunctionRequest.Argument.OfColumns(SegmentTable table) -> table.byteSize();
            case FunctionRequest.Argument.OfStream _, FunctionRequest.Argument.OfValue _ -> 0;
          };
    }
    return bytes;
  }

  /// A fresh interpreter.
  private FunctionProcess direct(
      Path folder,
      ReadyEnvironment environment,
      SandboxLevel level,
      ObjectNode described,
      OptionalLong memoryBytes,
      long fileBytes)
      throws IOException, InterruptedException {
    ObjectNode body = JSON.createObjectNode();
    body.set("function", described);
    body.set("segments", FunctionRequest.segments(arguments));
    List<Path> visible = visible(environment);
    Path control = Path.of(described.path("control").asText());
    SandboxRequest request =
        new SandboxRequest(
            visible,
            List.of(control, Path.of(described.path("result").asText())),
            control,
            Files.createDirectory(folder.resolve("root")),
            Files.createDirectory(folder.resolve("scratch")),
            memoryBytes,
            fileBytes,
            network(invocation.function().limits()));
    return new DirectProcess(sandbox.start(environment.interpreter(), level, request, body));
  }

  private List<Path> visible(ReadyEnvironment environment) {
    List<Path> visible = new ArrayList<>(environment.visible());
    visible.add(files.harness());
    visible.add(files.sdk());
    // Python's launcher maps its tables before it enters the sandbox.
    boolean byPath = invocation.function().language() == Language.JAVA;
    for (FunctionRequest.Argument argument : arguments) {
      if (byPath && argument instanceof FunctionRequest.Argument.OfTable(SharedTable table)) {
        visible.add(table.path());
      }
    }
    return visible;
  }

  /// What ended a process.
  enum Ending {
    BY_ITSELF,
    TIMEOUT,
    CANCELLED,
    PRINTS
  }

  private Ending waitFor(FunctionProcess process, FunctionLimits limits)
      throws InterruptedException {
    OutputListener listener = invocation.output();
    String name = "prints-" + invocation.function().name();
    AtomicLong printed = new AtomicLong();
    CompletableFuture<Void> tooMuch = new CompletableFuture<>();
    LongPredicate mayPrint =
        bytes -> {
          boolean may = printed.addAndGet(bytes) <= sandbox.policy().printBytes();
          if (!may) {
            tooMuch.complete(null);
          }
          return may;
        };
    Thread out =
        new LinePump(process.out(), OutputListener.Stream.STDOUT, listener, mayPrint).start(name);
    Thread error =
        new LinePump(process.error(), OutputListener.Stream.STDERR, listener, mayPrint).start(name);
    Ending ending = Ending.BY_ITSELF;
    try {
      ending = await(CompletableFuture.anyOf(process.exit(), cancelled, tooMuch), limits.timeout());
      if (ending == Ending.BY_ITSELF && tooMuch.isDone()) {
        ending = Ending.PRINTS;
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      process.end();
    }
    out.join(PUMP_GRACE_MILLISECONDS);
    error.join(PUMP_GRACE_MILLISECONDS);
    return ending;
  }

  /// The time limit is that of the process, or of each of its calls where it serves many.
  private Ending await(CompletableFuture<Object> end, Duration timeout)
      throws InterruptedException, ExecutionException {
    long begun = System.nanoTime();
    while (true) {
      long busy =
          session.isPresent() ? session.get().exchange().busyNanos() : System.nanoTime() - begun;
      long left = timeout.toNanos() - busy;
      if (left <= 0) {
        return Ending.TIMEOUT;
      }
      try {
        end.get(left, TimeUnit.NANOSECONDS);
        return cancelled.isDone() ? Ending.CANCELLED : Ending.BY_ITSELF;
      } catch (TimeoutException perhaps) {
        // a session may have begun another call meanwhile
      }
    }
  }
}
