package io.bauplan.graalpy;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSession;
import io.bauplan.udf.api.InProcessRuntime;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.SharedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.graalvm.polyglot.Engine;
import org.jspecify.annotations.Nullable;

/// Python functions of single values by GraalPy: contexts of one engine, which share what is
/// compiled of a function.
public final class GraalPyRuntime implements InProcessRuntime {
  private static final String STARTED_BY =
      "start the engine by the launcher with BAUPLAN_GRAALPY=allow";

  private final Set<GraalPySession> sessions = ConcurrentHashMap.newKeySet();
  private final ContextPool pool = new ContextPool(this::context, this::warmUp);
  private final BufferAllocator allocator = new RootAllocator();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "graalpy-clock");
            thread.setDaemon(true);
            return thread;
          });
  private final Trials trials = new Trials(this::context, pool::submit, clock);
  private @Nullable Engine engine;

  /// Made by [java.util.ServiceLoader].
  public GraalPyRuntime() {}

  /// Found out without starting anything: the compiler is a module that a JVM has from its start.
  @Override
  public Optional<String> unusable() {
    if (ModuleLayer.boot().findModule("jdk.graal.compiler").isEmpty()) {
      return Optional.of(
          "this JVM was started without the compiler that GraalPy needs; " + STARTED_BY);
    }
    return Optional.empty();
  }

  @Override
  public void warm() {
    pool.warm();
  }

  private synchronized Engine engine() {
    Engine current = engine;
    if (current == null) {
      current = Engine.newBuilder("python").build();
      engine = current;
    }
    return current;
  }

  private PythonContext context() {
    return new PythonContext(engine());
  }

  private void warmUp() {
    WarmUp.run(this::context);
  }

  @Override
  public Optional<FunctionSession> open(
      Invocation invocation, Function<VectorSchemaRoot, SharedTable> share) {
    return signature(invocation.function())
        .filter(ignored -> trials.won(invocation.function()))
        .flatMap(
            signature ->
                pool.take()
                    .map(
                        context ->
                            new GraalPySession(
                                invocation,
                                signature,
                                context,
                                share,
                                allocator,
                                clock,
                                sessions)));
  }

  @Override
  public FunctionSession learn(Invocation invocation, FunctionSession process) {
    FunctionDefinition function = invocation.function();
    Optional<GraalPySession.Signature> signature = signature(function);
    return signature.isPresent() && trials.wanted(function)
        ? new LearningSession(process, function, signature.get(), trials)
        : process;
  }

  /// Kinds of parameters and result, where all of them cross.
  private static Optional<GraalPySession.Signature> signature(FunctionDefinition function) {
    List<ScalarKind> kinds = new ArrayList<>();
    for (FunctionParameter parameter : function.parameters()) {
      Optional<ScalarKind> kind =
          parameter instanceof FunctionParameter.Scalar scalar
              ? ScalarKind.of(scalar.type())
              : Optional.empty();
      if (kind.isEmpty()) {
        return Optional.empty();
      }
      kinds.add(kind.get());
    }
    return function.returns() instanceof FunctionReturn.Scalar(Field field)
        ? ScalarKind.of(field).map(result -> new GraalPySession.Signature(kinds, result, field))
        : Optional.empty();
  }

  @Override
  public void close() {
    sessions.forEach(GraalPySession::close);
    pool.close();
    clock.shutdownNow();
    allocator.close();
  }
}
