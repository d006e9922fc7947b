package io.bauplan.graalpy;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionSession;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.SharedTable;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// A session of a process, from which is learned what its rows take, and what they look like. The
/// first part is not counted: the process starts in it.
final class LearningSession implements FunctionSession {
  private final FunctionSession process;
  private final FunctionDefinition function;
  private final GraalPySession.Signature signature;
  private final Trials trials;
  private PythonContext.@Nullable Arrays sample;
  private int parts;
  private long given;
  private long rows;
  private long nanos;

  LearningSession(
      FunctionSession process,
      FunctionDefinition function,
      GraalPySession.Signature signature,
      Trials trials) {
    this.process = process;
    this.function = function;
    this.signature = signature;
    this.trials = trials;
  }

  @Override
  public void give(List<Integer> calls, Iterator<VectorSchemaRoot> batches) {
    parts++;
    given = System.nanoTime();
    if (parts > 1) {
      rows += calls.getFirst();
    }
    process.give(calls, sample == null ? new Sampled(batches) : batches);
  }

  /// Keeps the first batch's values.
  private final class Sampled implements Iterator<VectorSchemaRoot> {
    private final Iterator<VectorSchemaRoot> batches;

    Sampled(Iterator<VectorSchemaRoot> batches) {
      this.batches = batches;
    }

    @Override
    public boolean hasNext() {
      return batches.hasNext();
    }

    @Override
    public VectorSchemaRoot next() {
      VectorSchemaRoot batch = batches.next();
      if (sample == null && batch.getRowCount() > 0) {
        sample =
            GraalPySession.arrays(
                signature.parameters(), batch.getRowCount(), List.of(batch).iterator());
      }
      return batch;
    }
  }

  @Override
  public void finish() {
    process.finish();
  }

  @Override
  public Optional<SharedTable> receive() {
    Optional<SharedTable> answer = process.receive();
    if (parts > 1) {
      nanos += System.nanoTime() - given;
    }
    return answer;
  }

  @Override
  public InvocationOutcome end() {
    InvocationOutcome outcome = process.end();
    PythonContext.Arrays seen = sample;
    if (outcome instanceof InvocationOutcome.Completed && rows > 0 && seen != null) {
      trials.begin(function, seen, signature.result(), (double) nanos / rows);
    }
    return outcome;
  }

  @Override
  public void cancel() {
    process.cancel();
  }

  @Override
  public void close() {
    process.close();
  }
}
