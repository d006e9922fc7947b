package io.bauplan.udf.python;

import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.FunctionSession;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.KnownEnvironment;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.api.SourceInspector;
import io.bauplan.udf.environment.EnvironmentException;
import io.bauplan.udf.environment.EnvironmentStore;
import io.bauplan.udf.environment.Interpreter;
import io.bauplan.udf.environment.InterpreterFinder;
import io.bauplan.udf.environment.ReadyEnvironment;
import io.bauplan.udf.replay.KeptCalls;
import io.bauplan.udf.sandbox.Sandbox;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.shm.ComposedTable;
import io.bauplan.udf.shm.MalformedTableException;
import io.bauplan.udf.shm.SegmentTable;
import io.bauplan.udf.shm.SharedMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// The function runtime of one worker on this machine: a sandboxed process of its own per
/// invocation, forked from a zygote of its environment where there is one.
public final class LocalFunctionRuntime implements FunctionRuntime {
  private final SharedMemory memory;
  private final EnvironmentStore environments;
  private final Sandbox sandbox;
  private final PythonFiles files;
  private final SourceInspector inspector;
  private final ZygotePool zygotes;
  private final CallProcesses processes;
  private final EnvironmentBuilds builds;
  private final CallKeeper keeper;
  private final JvmPool jvms;
  private final Signatures signatures;
  private final InProcess inProcess;
  private final SegmentAccess segments = new SegmentAccess();
  private final Set<PythonInvocation> running = ConcurrentHashMap.newKeySet();

  private LocalFunctionRuntime(
      SharedMemory memory,
      EnvironmentStore environments,
      Sandbox sandbox,
      PythonFiles files,
      SourceInspector inspector,
      ZygotePool zygotes,
      CallKeeper keeper,
      JvmPool jvms,
      InProcess inProcess) {
    this.memory = memory;
    this.environments = environments;
    this.sandbox = sandbox;
    this.files = files;
    this.inspector = inspector;
    this.zygotes = zygotes;
    this.signatures = new Signatures(environments.interpreters(), files);
    this.processes = new CallProcesses(zygotes);
    this.builds = new EnvironmentBuilds(environments);
    this.keeper = keeper;
    this.jvms = jvms;
    this.inProcess = inProcess;
  }

  /// Opens a runtime; sweeps what a crashed one left in shared memory.
  public static LocalFunctionRuntime open(RuntimeConfig config) throws IOException {
    InterpreterFinder interpreters =
        new InterpreterFinder(config.interpreterFolders(), config.variables());
    EnvironmentStore environments =
        new EnvironmentStore(config.store(), interpreters, config.environments());
    PythonFiles files = PythonFiles.unpack(environments.root());
    SharedMemory memory =
        SharedMemory.open(
            config.sharedMemory().orElseGet(SharedMemory::standardParent),
            TableBudget.bytes(config.variables()),
            environments.root().resolve("tables"));
    Sandbox sandbox =
        new Sandbox(files.harness().resolve("launch.py"), memory.folder(), config.sandbox());
    ZygotePool zygotes =
        new ZygotePool(config.zygotes(), new ZygoteStarter(sandbox, files, memory));
    return new LocalFunctionRuntime(
        memory,
        environments,
        sandbox,
        files,
        new PythonSourceInspector(interpreters, files),
        zygotes,
        new CallKeeper(new KeptCalls(config.store(), config.failed())),
        new JvmPool(config.zygotes(), sandbox, files, memory, environments.root()),
        new InProcess(config.variables()));
  }

  @Override
  public RunningInvocation start(Invocation invocation) {
    return start(invocation, Optional.empty());
  }

  private PythonInvocation start(
      Invocation invocation, Optional<PythonInvocation.Session> session) {
    long requested = System.nanoTime();
    FunctionRequest.checkArguments(invocation.function(), invocation.inputs().size());
    List<FunctionRequest.Argument> arguments = new ArrayList<>();
    try {
      for (InvocationInput input : invocation.inputs()) {
        arguments.add(
            switch (input) {
              case InvocationInput.Table(Schema schema, Iterator<VectorSchemaRoot> batches) ->
                  new FunctionRequest.Argument.OfTable(memory.write(schema, batches));
              case InvocationInput.Shared(ComposedTable table)
                  when mapsColumns(invocation.function()) ->
                  new FunctionRequest.Argument.OfColumns(table.columns().retain());
              case InvocationInput.Shared(SharedTable table) ->
                  new FunctionRequest.Argument.OfTable(table.retain());
              case InvocationInput.Columns(SegmentTable table) ->
                  new FunctionRequest.Argument.OfColumns(table.retain());
              case InvocationInput.Stream(Schema schema) ->
                  new FunctionRequest.Argument.OfStream(schema);
              case InvocationInput.Value(Object value) ->
                  new FunctionRequest.Argument.OfValue(value);
            });
      }
    } catch (RuntimeException | Error e) {
      arguments.forEach(LocalFunctionRuntime::release);
      throw e;
    }
    PythonInvocation run =
        new PythonInvocation(
            invocation,
            arguments,
            requested,
            memory,
            environments,
            builds,
            sandbox,
            files,
            processes,
            keeper,
            jvms,
            session);
    running.add(run);
    run.start(() -> running.remove(run));
    return run;
  }

  @Override
  public boolean hasSessions(FunctionDefinition function) {
    return function.language() == Language.PYTHON;
  }

  @Override
  public Streaming streams(FunctionDefinition function) {
    return hasSessions(function) ? signatures.streaming(function) : Streaming.NONE;
  }

  @Override
  public FunctionSession open(Invocation invocation, boolean streams) {
    if (!InProcess.declared(invocation.function())) {
      return openProcess(invocation, streams);
    }
    return inProcess
        .open(invocation, batch -> share(batch.getSchema(), List.of(batch).iterator()))
        .orElseGet(
            () ->
                inProcess.learn(invocation, openProcess(InProcess.sandboxed(invocation), streams)));
  }

  private FunctionSession openProcess(Invocation invocation, boolean streams) {
    Schema schema =
        invocation.inputs().stream()
            .filter(i -> i instanceof InvocationInput.Stream)
            .map(i -> ((InvocationInput.Stream) i).schema())
            .findFirst()
            .orElseGet(() -> new Schema(List.of()));
    Exchange exchange;
    try {
      exchange = Exchange.open(memory.newPath("socket"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      PythonInvocation run =
          start(invocation, Optional.of(new PythonInvocation.Session(exchange, streams)));
      return new PythonSession(invocation.function(), schema, streams, run, exchange, memory);
    } catch (RuntimeException | Error e) {
      exchange.close();
      throw e;
    }
  }

  static void release(FunctionRequest.Argument argument) {
    switch (argument) {
      case FunctionRequest.Argument.OfTable(SharedTable table) -> table.close();
      case FunctionRequest.Argument.OfColumns(SegmentTable table) -> table.close();
      case FunctionRequest.Argument.OfStream ignored -> {}
      case FunctionRequest.Argument.OfValue ignored -> {}
    }
  }

  /// Where this machine lets them.
  @Override
  public boolean mapsColumns(FunctionDefinition function) {
    return segments.works(() -> environments.interpreters().find(Optional.empty()));
  }

  @Override
  public List<KnownEnvironment> knownEnvironments() {
    try {
      return environments.list();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void prepare(FunctionDefinition function) {
    if (InProcess.declared(function)) {
      inProcess.prepare();
      prepare(InProcess.sandboxed(function).environment());
      return;
    }
    switch (function.language()) {
      case PYTHON -> prepare(function.environment());
      case JAVA ->
          jvms.warm(
              () ->
                  environments
                      .interpreters()
                      .find(Optional.empty())
                      .map(launcher -> PythonInvocation.kind(function, sandbox, launcher))
                      .filter(kind -> kind.level().satisfies(sandbox.policy().minimum())));
    }
  }

  @Override
  public void prepare(EnvironmentSpec environment) {
    builds.prepare(
        environment,
        ready -> {
          if (sandbox.level(ready.interpreter()).satisfies(sandbox.policy().minimum())) {
            zygotes.warm(ready, CallProcesses.declared(environment.requirements()));
          }
        });
  }

  /// Waits until a zygote serves an environment. Whether one does.
  boolean awaitZygote(EnvironmentSpec spec) throws EnvironmentException, InterruptedException {
    ReadyEnvironment environment = environments.get(spec);
    List<String> declared = CallProcesses.declared(spec.requirements());
    zygotes.warm(environment, declared);
    Optional<ZygotePool.Coming> zygote = zygotes.find(environment, declared);
    try {
      return zygote.isPresent() && zygote.get().zygote().get() != null;
    } catch (ExecutionException e) {
      return false;
    }
  }

  /// The JVM that a Java function needs, for tests.
  WaitingJvm.Kind kind(FunctionDefinition function, Interpreter launcher) {
    return PythonInvocation.kind(function, sandbox, launcher);
  }

  /// For tests.
  JvmPool jvms() {
    return jvms;
  }

  /// The zygotes that serve, for tests.
  List<Zygote> zygotes() {
    return zygotes.serving();
  }

  /// Where everything lies that calls leave for a while, for tests.
  Path sharedMemoryFolder() {
    return memory.folder();
  }

  @Override
  public SharedTable share(Schema schema, Iterator<VectorSchemaRoot> batches) {
    return memory.write(schema, batches);
  }

  @Override
  public SharedTable load(InputStream file) throws IOException {
    Path path = memory.newPath("loaded");
    try {
      Files.copy(file, path);
    } catch (IOException e) {
      Files.deleteIfExists(path);
      throw e;
    }
    try {
      return memory.adopt(path);
    } catch (MalformedTableException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public String sandboxNotice() {
    Optional<Interpreter> interpreter = environments.interpreters().find(Optional.empty());
    if (interpreter.isEmpty()) {
      return "No Python 3 was found: functions cannot run.";
    }
    SandboxLevel level = sandbox.level(interpreter.get());
    return switch (level) {
      case A, B -> "";
      case C ->
          "Functions run without namespaces (sandbox level C): they are kept from files and network"
              + " by Landlock and seccomp, but share the process table with the engine.";
      case D ->
          sandbox.policy().minimum() == SandboxLevel.D
              ? "Functions run without isolation (sandbox level D): run only code that you trust."
              : "This machine cannot isolate functions (sandbox level D), so they are refused;"
                  + " enable user namespaces, or set BAUPLAN_SANDBOX_MINIMUM=D to run trusted"
                  + " code.";
    };
  }

  /// The inspector of decorated files, sharing this runtime's interpreters.
  public SourceInspector inspector() {
    return inspector;
  }

  /// The environments, for callers that choose a substitute for an interpreter that is not there.
  public EnvironmentStore environments() {
    return environments;
  }

  /// Cancels what still runs, waits for its end and deletes the shared memory. Tables that are
  /// still open stay readable until they are closed.
  @Override
  public void close() {
    for (PythonInvocation run : List.copyOf(running)) {
      run.cancel();
      run.awaitEnd();
    }
    inProcess.close();
    zygotes.close();
    jvms.close();
    environments.close();
    memory.close();
  }
}
