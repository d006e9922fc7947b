package io.bauplan.graalpy;

import io.bauplan.graalpy.PythonContext.Failure;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionSession;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationFigures;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.InvocationOutcome.Limit;
import io.bauplan.udf.api.SharedTable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.jspecify.annotations.Nullable;

/// A function in a context of its own, which is called on the thread that gives the rows.
final class GraalPySession implements FunctionSession {
  private static final Duration NONE = Duration.ZERO;

  private final FunctionDefinition function;
  private final Signature signature;
  private final PythonContext context;
  private final Function<VectorSchemaRoot, SharedTable> share;
  private final BufferAllocator allocator;
  private final ScheduledExecutorService clock;
  private final Set<GraalPySession> open;
  private final Source source;
  private final ArrayDeque<SharedTable> answers = new ArrayDeque<>();
  private final long requested = System.nanoTime();
  private volatile @Nullable InvocationOutcome ended;
  private boolean loaded;
  private long startNanos;
  private long userNanos;
  private long outputNanos;
  private long rows;
  private long outputBytes;

  /// @param field of the result
  record Signature(List<ScalarKind> parameters, ScalarKind result, Field field) {}

  /// @param open holds the session until it is closed
  GraalPySession(
      Invocation invocation,
      Signature signature,
      PythonContext context,
      Function<VectorSchemaRoot, SharedTable> share,
      BufferAllocator allocator,
      ScheduledExecutorService clock,
      Set<GraalPySession> open) {
    this.function = invocation.function();
    this.signature = signature;
    this.context = context;
    this.share = share;
    this.allocator = allocator;
    this.clock = clock;
    this.open = open;
    this.source = PythonContext.source(function);
    context.prints(invocation.output());
    open.add(this);
  }

  @Override
  public void give(List<Integer> calls, Iterator<VectorSchemaRoot> batches) {
    PythonContext.Arrays given = arrays(signature.parameters(), calls.getFirst(), batches);
    if (ended != null) {
      return;
    }
    ScheduledFuture<?> limit =
        clock.schedule(this::expire, function.limits().timeout().toMillis(), TimeUnit.MILLISECONDS);
    try {
      call(given);
    } catch (PolyglotException e) {
      end(outcome(e));
    } finally {
      limit.cancel(false);
    }
  }

  /// Arguments as arrays.
  ///
  /// @param count rows of all batches
  static PythonContext.Arrays arrays(
      List<ScalarKind> kinds, int count, Iterator<VectorSchemaRoot> batches) {
    List<Object> columns = new ArrayList<>();
    List<byte @Nullable []> nulls = new ArrayList<>();
    for (ScalarKind kind : kinds) {
      columns.add(kind.array(count));
      nulls.add(null);
    }
    int at = 0;
    while (batches.hasNext()) {
      VectorSchemaRoot batch = batches.next();
      for (int i = 0; i < columns.size(); i++) {
        FieldVector column = batch.getVector(i);
        kinds.get(i).give(column, columns.get(i), at);
        if (column.getNullCount() > 0) {
          byte[] missing = nulls.get(i);
          if (missing == null) {
            missing = new byte[count];
            nulls.set(i, missing);
          }
          for (int row = 0; row < batch.getRowCount(); row++) {
            missing[at + row] = (byte) (column.isNull(row) ? 1 : 0);
          }
        }
      }
      at += batch.getRowCount();
    }
    return new PythonContext.Arrays(count, kinds, columns, nulls);
  }

  private void call(PythonContext.Arrays given) {
    long begun = System.nanoTime();
    if (!loaded) {
      loaded = true;
      startNanos = begun - requested;
      Optional<Failure> failed = context.load(source);
      if (failed.isPresent()) {
        end(outcome(failed.get()));
        return;
      }
    }
    PythonContext.Results results =
        new PythonContext.Results(signature.result().array(given.rows()), new byte[given.rows()]);
    Optional<Failure> failed = context.run(function, source, given, signature.result(), results);
    long called = System.nanoTime();
    userNanos += called - begun;
    rows += given.rows();
    if (failed.isPresent()) {
      end(outcome(failed.get()));
      return;
    }
    try (VectorSchemaRoot root = table(results)) {
      answer(share.apply(root));
    } catch (ArithmeticException | NumberFormatException e) {
      end(outcome(new Failure("WrongValue", String.valueOf(e.getMessage()), "", 0)));
    }
    outputNanos += System.nanoTime() - called;
  }

  private VectorSchemaRoot table(PythonContext.Results results) {
    FieldVector column =
        signature.result().take(signature.field(), results.values(), results.holes(), allocator);
    return new VectorSchemaRoot(
        List.of(signature.field()), List.of(column), results.holes().length);
  }

  private void answer(SharedTable table) {
    outputBytes += table.byteSize();
    if (outputBytes > function.limits().outputBytes()) {
      table.close();
      end(
          new InvocationOutcome.LimitExceeded(
              Limit.OUTPUT,
              "'%s' returned too much: all results together are larger than %d bytes"
                  .formatted(function.name(), function.limits().outputBytes())));
      return;
    }
    answers.add(table);
  }

  private synchronized void end(InvocationOutcome outcome) {
    if (ended == null) {
      ended = outcome;
    }
  }

  private void expire() {
    end(
        new InvocationOutcome.LimitExceeded(
            Limit.TIME,
            "'%s' ran longer than its limit of %s"
                .formatted(
                    function.name(),
                    function.limits().timeout().toMillis() % 1000 == 0
                        ? function.limits().timeout().toSeconds() + " s"
                        : function.limits().timeout().toMillis() + " ms")));
    context.cancel();
  }

  private InvocationOutcome outcome(Failure failure) {
    boolean value = failure.type().equals("WrongValue");
    return new InvocationOutcome.UserFailed(
        value ? "WrongResult" : failure.type(),
        value
            ? "'%s' returned a value that is no %s: %s"
                .formatted(function.name(), signature.result().word(), failure.message())
            : failure.message(),
        failure.traceback(),
        failure.line() > 0 ? Optional.of(failure.line()) : Optional.empty());
  }

  private InvocationOutcome outcome(PolyglotException e) {
    if (e.isResourceExhausted()) {
      return new InvocationOutcome.LimitExceeded(
          Limit.MEMORY,
          "'%s' took more memory than the engine has; leave out RUNTIME_VERSION = 'graalpy' to run it in a process of its own"
              .formatted(function.name()));
    }
    if (e.isCancelled()) {
      return new InvocationOutcome.Cancelled();
    }
    Optional<Integer> line =
        Optional.ofNullable(e.getSourceLocation())
            .filter(place -> place.getSource().getName().equals(source.getName()))
            .map(place -> place.getStartLine());
    String message = String.valueOf(e.getMessage());
    String type = e.isSyntaxError() ? "SyntaxError" : e.isExit() ? "SystemExit" : "Error";
    return new InvocationOutcome.UserFailed(
        type,
        message.startsWith(type + ": ") ? message.substring(type.length() + 2) : message,
        "",
        line);
  }

  @Override
  public void finish() {}

  @Override
  public Optional<SharedTable> receive() {
    return Optional.ofNullable(answers.poll());
  }

  @Override
  public InvocationOutcome end() {
    InvocationOutcome failed = ended;
    if (failed != null) {
      return failed;
    }
    try (VectorSchemaRoot none =
        table(new PythonContext.Results(signature.result().array(0), new byte[0]))) {
      return new InvocationOutcome.Completed(
          share.apply(none),
          new InvocationFigures(
              "GraalPy",
              "none",
              "in process",
              NONE,
              NONE,
              Duration.ofNanos(startNanos),
              NONE,
              Duration.ofNanos(userNanos),
              Duration.ofNanos(outputNanos),
              rows,
              0,
              0,
              rows,
              outputBytes,
              0));
    }
  }

  @Override
  public void cancel() {
    end(new InvocationOutcome.Cancelled());
    context.cancel();
  }

  @Override
  public void close() {
    cancel();
    context.close();
    answers.forEach(SharedTable::close);
    answers.clear();
    open.remove(this);
  }
}
