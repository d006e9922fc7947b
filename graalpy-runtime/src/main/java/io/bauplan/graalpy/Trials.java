package io.bauplan.graalpy;

import io.bauplan.udf.api.FunctionDefinition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which functions are faster here than in their processes, as measured with rows of their own: a
/// function is slow until it is compiled, and some stay so. It is tried in the background, while
/// its calls go to processes, and is used from the query on that comes after it has won.
final class Trials {
  /// For tests: all functions are taken to have won.
  static volatile boolean allWin;

  private static final Logger LOG = LoggerFactory.getLogger(Trials.class);
  private static final int MOST_FUNCTIONS = 256;

  /// A win is by more than what a trial leaves out (the ways to and from Arrow).
  private static final double SHARE = 0.6;

  private static final int LEAST_CONTEXTS = 3;
  private static final int MOST_CONTEXTS = 8;
  private static final int ROUNDS = 5;
  private static final long CONTEXT_NANOS = 15_000_000_000L;
  private static final long MOST_SECONDS = 60;

  private enum Verdict {
    PENDING,
    WON,
    LOST
  }

  private final Map<FunctionDefinition, Verdict> verdicts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FunctionDefinition, Verdict> eldest) {
          return size() > MOST_FUNCTIONS;
        }
      };
  private final Supplier<PythonContext> contexts;
  private final Consumer<Runnable> background;
  private final ScheduledExecutorService clock;

  Trials(
      Supplier<PythonContext> contexts,
      Consumer<Runnable> background,
      ScheduledExecutorService clock) {
    this.contexts = contexts;
    this.background = background;
    this.clock = clock;
  }

  synchronized boolean won(FunctionDefinition function) {
    return allWin || verdicts.get(function) == Verdict.WON;
  }

  synchronized boolean wanted(FunctionDefinition function) {
    return !verdicts.containsKey(function);
  }

  /// Tries a function in the background, once.
  ///
  /// @param nanosPerRow what a row took in its process, all in all
  void begin(
      FunctionDefinition function,
      PythonContext.Arrays sample,
      ScalarKind result,
      double nanosPerRow) {
    synchronized (this) {
      if (verdicts.putIfAbsent(function, Verdict.PENDING) != null) {
        return;
      }
    }
    background.accept(
        () -> {
          Verdict verdict = Verdict.LOST;
          try {
            verdict =
                wins(function, sample, result, nanosPerRow * SHARE) ? Verdict.WON : Verdict.LOST;
          } catch (PolyglotException e) {
            LOG.debug("the trial of {} failed: {}", function.name(), e.toString());
          } finally {
            synchronized (this) {
              verdicts.put(function, verdict);
            }
            LOG.info("{} in the engine's process: {}", function.name(), verdict);
          }
        });
  }

  /// Whether a fresh context is fast at once. The first ones compile for it, and the second finds
  /// out that there is more than one, which compiles anew.
  private boolean wins(
      FunctionDefinition function,
      PythonContext.Arrays sample,
      ScalarKind result,
      double mostNanosPerRow) {
    Source source = PythonContext.source(function);
    long most = (long) (mostNanosPerRow * sample.rows());
    long begun = System.nanoTime();
    for (int i = 0;
        i < MOST_CONTEXTS && System.nanoTime() - begun < MOST_SECONDS * 1_000_000_000L;
        i++) {
      try (PythonContext context = contexts.get()) {
        ScheduledFuture<?> limit = clock.schedule(context::cancel, MOST_SECONDS, TimeUnit.SECONDS);
        try {
          if (context.load(source).isPresent()) {
            return false;
          }
          long first = nanos(context, function, source, sample, result);
          if (i + 1 >= LEAST_CONTEXTS && first <= most) {
            return true;
          }
          compile(context, function, source, sample, result, most);
        } finally {
          limit.cancel(false);
        }
      }
    }
    return false;
  }

  private static void compile(
      PythonContext context,
      FunctionDefinition function,
      Source source,
      PythonContext.Arrays sample,
      ScalarKind result,
      long most) {
    long begun = System.nanoTime();
    int fast = 0;
    while (fast < ROUNDS && System.nanoTime() - begun < CONTEXT_NANOS) {
      fast = nanos(context, function, source, sample, result) <= most ? fast + 1 : 0;
    }
  }

  private static long nanos(
      PythonContext context,
      FunctionDefinition function,
      Source source,
      PythonContext.Arrays sample,
      ScalarKind result) {
    PythonContext.Results results =
        new PythonContext.Results(result.array(sample.rows()), new byte[sample.rows()]);
    long begun = System.nanoTime();
    boolean failed = context.run(function, source, sample, result, results).isPresent();
    return failed ? Long.MAX_VALUE : System.nanoTime() - begun;
  }
}
