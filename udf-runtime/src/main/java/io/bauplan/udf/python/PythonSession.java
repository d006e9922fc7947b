package io.bauplan.udf.python;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionSession;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.InvocationOutcome.Limit;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.shm.MalformedTableException;
import io.bauplan.udf.shm.MappedTable;
import io.bauplan.udf.shm.SharedMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A process that is called again and again, over its [Exchange].
final class PythonSession implements FunctionSession {
  private final FunctionDefinition function;
  private final Schema schema;
  private final PythonInvocation run;
  private final Exchange exchange;
  private final SharedMemory memory;
  private final boolean streams;
  private long left;

  /// What was wrong with a table that came, where something was.
  private volatile @Nullable InvocationOutcome refused;

  /// @param schema of the parts
  PythonSession(
      FunctionDefinition function,
      Schema schema,
      boolean streams,
      PythonInvocation run,
      Exchange exchange,
      SharedMemory memory) {
    this.function = function;
    this.schema = schema;
    this.streams = streams;
    this.run = run;
    this.exchange = exchange;
    this.memory = memory;
    this.left = function.limits().outputBytes();
  }

  @Override
  public void give(List<Integer> calls, Iterator<VectorSchemaRoot> rows) {
    if (!streams) {
      exchange.begins();
    }
    exchange.send(calls, schema, rows);
  }

  @Override
  public void finish() {
    // What it does from here on has its time limit, too: it may be writing answers that nobody
    // reads.
    exchange.begins();
    exchange.finish();
  }

  @Override
  public Optional<SharedTable> receive() {
    String name = function.name();
    try {
      Optional<Path> file = exchange.receive(left, memory::newResult);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      left -= Files.size(file.get());
      MappedTable table = memory.adopt(file.get());
      Optional<String> other = OutcomeReader.differs(function, table);
      if (other.isPresent()) {
        table.close();
        return refuse(
            new InvocationOutcome.SandboxViolation(
                "'%s' left a result of other columns than it declares: %s"
                    .formatted(name, other.get())));
      }
      if (!streams) {
        exchange.rests();
      }
      return Optional.of(table);
    } catch (MalformedTableException e) {
      return refuse(
          new InvocationOutcome.SandboxViolation(
              "'%s' left a result that is no well-formed table: %s"
                  .formatted(name, e.getMessage())));
    } catch (Exchange.TooLarge e) {
      return refuse(
          new InvocationOutcome.LimitExceeded(
              Limit.OUTPUT,
              "'%s' returned too much: all results together are larger than %d bytes; return less or raise its output limit"
                  .formatted(name, function.limits().outputBytes())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<SharedTable> refuse(InvocationOutcome outcome) {
    refused = outcome;
    run.cancel();
    return Optional.empty();
  }

  @Override
  public InvocationOutcome end() {
    InvocationOutcome outcome = run.await();
    InvocationOutcome ours = refused;
    if (ours == null) {
      return outcome;
    }
    if (outcome instanceof InvocationOutcome.Completed completed) {
      completed.result().close();
    }
    return ours;
  }

  @Override
  public void cancel() {
    run.cancel();
  }

  @Override
  public void close() {
    run.cancel();
    run.closeResult();
    exchange.close();
  }
}
