package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Vector;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.SharedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Calls a function once per partition, side by side in as many processes as the query has
/// threads. A process serves one partition after the other; small ones go and come back together,
/// so that a partition costs little more than its call.
final class PartitionCalls {
  /// Rows that are sent together, unless one partition has more.
  private static final int ROWS_TOGETHER = 4 * Vector.BATCH_ROWS;

  /// Every process gets about so many parts: those that are done early take of the others'.
  private static final int PARTS_PER_PROCESS = 8;

  private final PhysicalPlan.TableFunction node;
  private final Argument.TableArgument partitioned;
  private final FunctionArguments arguments;
  private final QueryContext query;
  private final NodeFigures figures;
  private final Set<FunctionProcess> running = ConcurrentHashMap.newKeySet();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  PartitionCalls(
      PhysicalPlan.TableFunction node,
      Argument.TableArgument partitioned,
      FunctionArguments arguments,
      QueryContext query,
      NodeFigures figures) {
    this.node = node;
    this.partitioned = partitioned;
    this.arguments = arguments;
    this.query = query;
    this.figures = figures;
  }

  /// The answers in the order of the partitions; owned by the query.
  List<SharedTable> run(List<int[]> partitions) {
    List<List<int[]>> parts = parts(partitions);
    @Nullable SharedTable[] answers = new SharedTable[parts.size()];
    List<Thread> others = new ArrayList<>();
    int processes = Math.min(query.threads(), parts.size());
    for (int i = 1; i < processes; i++) {
      others.add(
          Thread.ofPlatform()
              .daemon(true)
              .name("partitions-" + node.function().name() + "-" + i)
              .start(() -> serve(parts, answers)));
    }
    serve(parts, answers);
    boolean interrupted = false;
    for (Thread other : others) {
      while (other.isAlive()) {
        try {
          other.join();
        } catch (InterruptedException e) {
          interrupted = true;
          fail(new IllegalStateException(e));
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable first = failure.get();
    if (first != null) {
      query.check();
      throw first instanceof RuntimeException runtime ? runtime : new IllegalStateException(first);
    }
    return Arrays.stream(answers).map(Objects::requireNonNull).toList();
  }

  private List<List<int[]>> parts(List<int[]> partitions) {
    int most = Math.max(1, partitions.size() / (PARTS_PER_PROCESS * query.threads()));
    List<List<int[]>> parts = new ArrayList<>();
    List<int[]> part = new ArrayList<>();
    int rows = 0;
    for (int[] partition : partitions) {
      if (!part.isEmpty() && (part.size() >= most || rows + partition.length > ROWS_TOGETHER)) {
        parts.add(part);
        part = new ArrayList<>();
        rows = 0;
      }
      part.add(partition);
      rows += partition.length;
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts;
  }

  /// One process, from its start to its end.
  private void serve(List<List<int[]>> parts, @Nullable SharedTable[] answers) {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      int part = next.getAndIncrement();
      if (part >= parts.size()) {
        return;
      }
      query.check();
      List<InvocationInput> given = arguments.of(partitioned.input(), opened);
      try (FunctionProcess process =
          FunctionProcess.open(node.function(), given, false, query, figures)) {
        running.add(process);
        for (; part < parts.size() && failure.get() == null; part = next.getAndIncrement()) {
          query.check();
          answers[part] = query.own(call(process, parts.get(part)));
        }
        process.finish();
        if (failure.get() == null) {
          process.end();
        }
      }
    } catch (RuntimeException | Error e) {
      fail(e);
    } finally {
      FunctionArguments.close(opened);
    }
  }

  private void fail(Throwable cause) {
    if (failure.compareAndSet(null, cause)) {
      running.forEach(FunctionProcess::cancel);
    }
  }

  private SharedTable call(FunctionProcess process, List<int[]> part) {
    List<Integer> calls = part.stream().map(rows -> rows.length).toList();
    int[] rows = part.stream().flatMapToInt(Arrays::stream).toArray();
    try (BatchRoots roots = arguments.picked(partitioned, rows)) {
      process.give(calls, roots);
    }
    return process.answer();
  }
}
