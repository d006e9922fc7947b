package io.bauplan.exec.operator;

import io.bauplan.exec.worker.FunctionFailures;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionSession;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationFigures;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.NoRoomException;
import io.bauplan.udf.api.SharedTable;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.vector.VectorSchemaRoot;

/// A process that serves many calls of a function within a query. It never serves another query:
/// what a call leaves in memory is seen by later calls of the same query only.
final class FunctionProcess implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final FunctionDefinition function;
  private final QueryContext query;
  private final NodeFigures figures;
  private final FunctionSession session;
  private long calls;

  private FunctionProcess(
      FunctionDefinition function,
      QueryContext query,
      NodeFigures figures,
      FunctionSession session) {
    this.function = function;
    this.query = query;
    this.figures = figures;
    this.session = session;
  }

  /// @param streams whether all that it is given is one call
  static FunctionProcess open(
      FunctionDefinition function,
      List<InvocationInput> arguments,
      boolean streams,
      QueryContext query,
      NodeFigures figures) {
    String id = query.options().id() + "-p" + NUMBERS.incrementAndGet();
    FunctionSession session =
        query
            .functions()
            .open(
                new Invocation(
                    id,
                    query.options().limited(function),
                    arguments,
                    query.options().functionOutput(),
                    query.options().secrets()),
                streams);
    query.onCancel(session::cancel);
    return new FunctionProcess(function, query, figures, session);
  }

  void give(List<Integer> callsOf, Iterator<VectorSchemaRoot> rows) {
    calls += callsOf.size();
    session.give(callsOf, rows);
  }

  void finish() {
    session.finish();
  }

  /// The next table; the caller owns it.
  Optional<SharedTable> receive() {
    try {
      return session.receive();
    } catch (NoRoomException e) {
      throw FunctionFailures.toException(e);
    }
  }

  /// The answer to what was given last; the caller owns it.
  SharedTable answer() {
    Optional<SharedTable> answer = receive();
    if (answer.isPresent()) {
      return answer.get();
    }
    end();
    throw new EngineException(
        ErrorCode.FUNCTION_FAILED,
        "function \"" + function.name() + "\" ended its process before all of its calls");
  }

  /// Waits for the process, and throws what went wrong in it.
  void end() {
    InvocationOutcome outcome = session.end();
    if (outcome instanceof InvocationOutcome.Completed completed) {
      completed.result().close();
      count(figures, completed.figures(), Math.max(1, calls));
      return;
    }
    query.check();
    throw FunctionFailures.toException(function, outcome);
  }

  void cancel() {
    session.cancel();
  }

  @Override
  public void close() {
    session.close();
  }

  static void count(NodeFigures figures, InvocationFigures told, long calls) {
    figures.detail("bytesCopied").add(told.copiedBytes());
    figures.detail("bytesMapped").add(told.inputBytes() - told.copiedBytes());
    figures.detail("bytesPassed").add(told.passedBytes());
    figures.detail("functionCalls").add(calls);
    figures.detail("zygoteCalls").add(told.path().equals("zygote") ? calls : 0);
    figures.detail("inProcessCalls").add(told.path().equals("in process") ? calls : 0);
    figures.detail("environmentNanos").add(told.environment().toNanos());
    figures.detail("transferNanos").add(told.transfer().toNanos());
    figures.detail("startNanos").add(told.start().toNanos());
    figures.detail("importNanos").add(told.imports().toNanos());
    figures.detail("userNanos").add(told.user().toNanos());
    figures.detail("outputNanos").add(told.output().toNanos());
  }
}
