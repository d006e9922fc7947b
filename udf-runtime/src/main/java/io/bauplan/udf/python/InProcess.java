package io.bauplan.udf.python;

import io.bauplan.udf.api.EnvironmentFailure;
import io.bauplan.udf.api.EnvironmentFailure.Reason;
import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSession;
import io.bauplan.udf.api.InProcessRuntime;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.SharedTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// Functions that are declared to run in the engine's process (`RUNTIME_VERSION = 'graalpy'`),
/// where the policy lets them; without it they are refused. A call for which the module is not
/// ready, or slower, or cannot keep what is declared, goes to a sandboxed process instead.
final class InProcess implements AutoCloseable {
  /// The variable of the policy.
  static final String VARIABLE = "BAUPLAN_GRAALPY";

  private static final String REMEDY =
      "declare RUNTIME_VERSION = '3.11', or none, to run it in a sandboxed process";

  private final boolean allowed;
  private @Nullable InProcessRuntime runtime;
  private boolean searched;

  InProcess(Map<String, String> variables) {
    this.allowed = variables.getOrDefault(VARIABLE, "").strip().equalsIgnoreCase("allow");
  }

  static boolean declared(FunctionDefinition function) {
    return function
        .environment()
        .interpreterVersion()
        .filter(EnvironmentSpec.IN_PROCESS::equalsIgnoreCase)
        .isPresent();
  }

  /// The same function for a sandboxed process, with the default interpreter.
  static FunctionDefinition sandboxed(FunctionDefinition function) {
    EnvironmentSpec environment = function.environment();
    return function.withEnvironment(
        new EnvironmentSpec(
            Optional.empty(), environment.requirements(), environment.packagesAsOf()));
  }

  static Invocation sandboxed(Invocation invocation) {
    return new Invocation(
        invocation.id(),
        sandboxed(invocation.function()),
        invocation.inputs(),
        invocation.output(),
        invocation.secrets());
  }

  /// Gets ready, where this engine may.
  void prepare() {
    if (allowed) {
      runtime().filter(found -> found.unusable().isEmpty()).ifPresent(InProcessRuntime::warm);
    }
  }

  /// A session in this process, or one that says why there is none; empty where a process is the
  /// better place.
  ///
  /// @param invocation of a function that is declared so
  Optional<FunctionSession> open(
      Invocation invocation, Function<VectorSchemaRoot, SharedTable> share) {
    Optional<String> refused = refused();
    if (refused.isPresent()) {
      return Optional.of(
          new EndedSession(
              new InvocationOutcome.NotStarted(
                  new EnvironmentFailure(
                      Reason.SANDBOX_POLICY, EnvironmentSpec.IN_PROCESS, refused.get()))));
    }
    return fits(invocation.function())
        ? runtime().flatMap(found -> found.open(invocation, share))
        : Optional.empty();
  }

  /// The session of a process that is used instead.
  FunctionSession learn(Invocation invocation, FunctionSession process) {
    return fits(invocation.function())
        ? runtime().map(found -> found.learn(invocation, process)).orElse(process)
        : process;
  }

  private static boolean fits(FunctionDefinition function) {
    FunctionLimits limits = function.limits();
    return function.returns() instanceof FunctionReturn.Scalar
        && function.deterministic()
        && function.environment().requirements().isEmpty()
        && function.source().siblings().isEmpty()
        && limits.memoryBytes().isEmpty()
        && !limits.internetAccess();
  }

  private Optional<String> refused() {
    if (!allowed) {
      return Optional.of(
          "it is declared to run in the engine's process (RUNTIME_VERSION = 'graalpy'), without a"
              + " sandbox, and this engine's policy refuses that; "
              + REMEDY
              + ", or start the engine with "
              + VARIABLE
              + "=allow if you trust all of its users' code");
    }
    Optional<InProcessRuntime> found = runtime();
    return found.isEmpty()
        ? Optional.of(
            "this engine was started without the module for RUNTIME_VERSION = 'graalpy'; start it"
                + " by the launcher with "
                + VARIABLE
                + "=allow, or "
                + REMEDY)
        : found.get().unusable().map(why -> why + "; or " + REMEDY);
  }

  private synchronized Optional<InProcessRuntime> runtime() {
    if (!searched) {
      searched = true;
      runtime = ServiceLoader.load(InProcessRuntime.class).findFirst().orElse(null);
    }
    return Optional.ofNullable(runtime);
  }

  @Override
  public synchronized void close() {
    InProcessRuntime found = runtime;
    if (found != null) {
      found.close();
    }
  }

  /// A session that could not begin.
  private record EndedSession(InvocationOutcome outcome) implements FunctionSession {
    @Override
    public void give(List<Integer> calls, java.util.Iterator<VectorSchemaRoot> rows) {
      rows.forEachRemaining(batch -> {});
    }

    @Override
    public void finish() {}

    @Override
    public Optional<SharedTable> receive() {
      return Optional.empty();
    }

    @Override
    public InvocationOutcome end() {
      return outcome;
    }

    @Override
    public void cancel() {}

    @Override
    public void close() {}
  }
}
