package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.java.JavaCode;
import io.bauplan.udf.java.JvmHarness;
import io.bauplan.udf.sandbox.Sandbox;
import io.bauplan.udf.shm.SharedMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// JVMs that wait for calls of Java functions, one of a kind: the next begins when a call has taken
/// one. There is none before the first function is named; the longest waiting ends where there are
/// too many, and so does one that nobody called for a while.
final class JvmPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JvmPool.class);
  private static final long LOOK_AROUND_SECONDS = 15;

  /// Each holds some 60 MB.
  private static final int MOST = 2;

  private final ZygotePolicy policy;
  private final Sandbox sandbox;
  private final PythonFiles files;
  private final SharedMemory memory;
  private final Path store;
  private final JavaCode code = new JavaCode();
  private final Deque<WaitingJvm> waiting = new ArrayDeque<>();
  private final ScheduledExecutorService background =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon(true).name("jvm-pool").factory());
  private @Nullable JvmHarness harness;
  private boolean closed;

  /// @param store where the AOT cache lies
  JvmPool(
      ZygotePolicy policy, Sandbox sandbox, PythonFiles files, SharedMemory memory, Path store) {
    this.policy = policy;
    this.sandbox = sandbox;
    this.files = files;
    this.memory = memory;
    this.store = store;
  }

  private synchronized JvmHarness harness() throws IOException {
    JvmHarness known = harness;
    if (known == null) {
      known = JvmHarness.open(store);
      harness = known;
      known.train();
      background.scheduleWithFixedDelay(
          this::endIdle, LOOK_AROUND_SECONDS, LOOK_AROUND_SECONDS, TimeUnit.SECONDS);
    }
    return known;
  }

  /// Starts a JVM in the background, where none of its kind waits.
  ///
  /// @param kind asked there; empty = none
  void warm(Supplier<Optional<WaitingJvm.Kind>> kind) {
    try {
      background.execute(() -> kind.get().ifPresent(this::fill));
    } catch (RejectedExecutionException closing) {
      LOG.debug("no JVM is started any more", closing);
    }
  }

  private void fill(WaitingJvm.Kind kind) {
    try {
      synchronized (this) {
        if (closed || policy.most() == 0 || waiting.stream().anyMatch(w -> w.kind().equals(kind))) {
          return;
        }
        // Under the lock: a pool that closes finds it.
        waiting.addLast(WaitingJvm.start(kind, sandbox, harness(), files, memory));
        while (waiting.size() > Math.min(MOST, policy.most())) {
          waiting.removeFirst().close();
        }
      }
    } catch (IOException e) {
      LOG.warn("no JVM waits for Java functions", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Optional<WaitingJvm> take(WaitingJvm.Kind kind) {
    for (Iterator<WaitingJvm> each = waiting.iterator(); each.hasNext(); ) {
      WaitingJvm one = each.next();
      if (one.kind().equals(kind)) {
        each.remove();
        if (one.isAlive()) {
          return Optional.of(one);
        }
        one.close();
      }
    }
    return Optional.empty();
  }

  /// Starts a call, in a JVM that waits where there is one; the caller closes it.
  ///
  /// @param described what `FunctionRequest` says of it
  CallProcesses.Started start(
      WaitingJvm.Kind kind,
      FunctionDefinition function,
      List<FunctionRequest.Argument> arguments,
      ObjectNode described)
      throws IOException, InterruptedException, JavaCode.CompileException {
    Optional<WaitingJvm> found = take(kind);
    WaitingJvm jvm =
        found.isPresent() ? found.get() : WaitingJvm.start(kind, sandbox, harness(), files, memory);
    try {
      code.prepare(function, described, harness().classPath(), jvm.code());
      jvm.call(described, arguments);
    } catch (IOException | RuntimeException | JavaCode.CompileException e) {
      jvm.close();
      throw e;
    }
    // While the function runs, the processors are its own.
    jvm.exit().thenRun(() -> warm(() -> Optional.of(kind)));
    return new CallProcesses.Started(
        Optional.of(jvm), found.isPresent() ? "waiting JVM" : "direct (no JVM waits)");
  }

  /// Waits until a JVM of a kind waits and its AOT cache is there, for tests.
  boolean awaitReady(WaitingJvm.Kind kind) throws IOException, InterruptedException {
    return harness().awaitCache() && ready(kind);
  }

  private boolean ready(WaitingJvm.Kind kind) throws InterruptedException {
    close(take(kind));
    fill(kind);
    synchronized (this) {
      return waiting.stream().anyMatch(w -> w.kind().equals(kind));
    }
  }

  private static void close(Optional<WaitingJvm> jvm) {
    jvm.ifPresent(WaitingJvm::close);
  }

  /// Ends those that wait and does not tell the pool, for tests.
  synchronized void killAll() {
    waiting.forEach(WaitingJvm::end);
  }

  /// How many wait, for tests.
  synchronized int waiting() {
    return waiting.size();
  }

  private synchronized void endIdle() {
    for (Iterator<WaitingJvm> each = waiting.iterator(); each.hasNext(); ) {
      WaitingJvm one = each.next();
      if (one.waitedNanos() > policy.idle().toNanos() || !one.isAlive()) {
        each.remove();
        one.close();
      }
    }
  }

  /// Ends those that wait; returns when they are gone.
  @Override
  public void close() {
    background.shutdownNow();
    List<WaitingJvm> all;
    JvmHarness known;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(waiting);
      waiting.clear();
      known = harness;
    }
    all.forEach(WaitingJvm::close);
    if (known != null) {
      known.close();
    }
  }
}
