package io.bauplan.exec.operator;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.FunctionRuntime.Streaming;
import io.bauplan.udf.api.OutputColumn;
import io.bauplan.udf.api.SharedTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// One call of a function that takes its rows as it asks for them, or gives its own batch by
/// batch. A thread of its own feeds the process; neither table ever exists as a whole.
final class StreamedFunction implements BatchReader {
  private final PhysicalPlan.TableFunction node;
  private final int streamed;
  private final Optional<Source> rows;
  private final FunctionArguments arguments;
  private final QueryContext query;
  private final BufferAllocator allocator;
  private final NodeFigures figures;
  private final ArrayDeque<Batch> ready = new ArrayDeque<>();
  private @Nullable FunctionProcess process;
  private @Nullable Thread feeder;
  private volatile @Nullable Throwable failure;
  private volatile boolean stopped;
  private boolean ended;

  private StreamedFunction(
      PhysicalPlan.TableFunction node,
      int streamed,
      Optional<Source> rows,
      FunctionArguments arguments,
      QueryContext query,
      BufferAllocator allocator,
      NodeFigures figures) {
    this.node = node;
    this.streamed = streamed;
    this.rows = rows;
    this.arguments = arguments;
    this.query = query;
    this.allocator = allocator;
    this.figures = figures;
  }

  /// How this call streams: partitions are given as a whole, each to a call of its own.
  static Streaming streaming(PhysicalPlan.TableFunction node, FunctionRuntime functions) {
    boolean whole =
        node.function().returns() instanceof FunctionReturn.Scalar
            || FunctionArguments.partitioned(node).isPresent()
            || !functions.hasSessions(node.function());
    return whole ? Streaming.NONE : functions.streams(node.function());
  }

  /// The input that is streamed, -1 for none.
  static int input(PhysicalPlan.TableFunction node, Streaming streaming) {
    return streaming.input().isPresent()
            && node.arguments().get(streaming.input().getAsInt())
                instanceof Argument.TableArgument table
        ? table.input()
        : -1;
  }

  /// The streamed input in the order that is asked for.
  static PhysicalPlan ordered(PhysicalPlan.TableFunction node, int streamed) {
    PhysicalPlan input = node.inputs().get(streamed);
    for (Argument argument : node.arguments()) {
      if (argument instanceof Argument.TableArgument table
          && table.input() == streamed
          && !table.orderBy().isEmpty()) {
        return new PhysicalPlan.Sort(input, table.orderBy(), 0, OptionalLong.empty());
      }
    }
    return input;
  }

  /// The columns that the harness casts a result to.
  static RowType returned(PhysicalPlan.TableFunction node) {
    return node.function().returns() instanceof FunctionReturn.Table(List<OutputColumn> columns)
        ? ArrowTypes.rowType(new Schema(columns.stream().map(OutputColumn::field).toList()))
        : node.output();
  }

  static Source source(
      PhysicalPlan.TableFunction node,
      int streamed,
      Optional<Source> rows,
      FunctionArguments arguments,
      QueryContext query,
      BufferAllocator allocator,
      NodeFigures figures) {
    return Readers.single(
        () -> new StreamedFunction(node, streamed, rows, arguments, query, allocator, figures));
  }

  private FunctionProcess begin() {
    query.check();
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      FunctionProcess begun =
          FunctionProcess.open(
              node.function(), arguments.of(streamed, opened), true, query, figures);
      process = begun;
      if (rows.isEmpty()) {
        begun.finish();
      } else {
        feeder =
            Thread.ofPlatform()
                .daemon(true)
                .name("feeds-" + node.function().name())
                .start(() -> feed(begun, rows.get()));
      }
      return begun;
    } finally {
      FunctionArguments.close(opened);
    }
  }

  /// The rows alone: a slice of a column would be sent with all of its text.
  static Batch copy(Batch rows, BufferAllocator allocator) {
    int[] all = IntStream.range(0, rows.rowCount()).toArray();
    return new Batch(BatchGather.gather(rows, all, all.length, allocator), all.length);
  }

  /// Owns the batch until it is taken.
  static BatchReader one(Batch batch) {
    ArrayDeque<Batch> left = new ArrayDeque<>(List.of(batch));
    return Readers.of(left::poll, () -> left.forEach(Batch::close));
  }

  private void feed(FunctionProcess to, Source from) {
    RowType type = node.inputs().get(streamed).output();
    try {
      int drivers = from.drivers();
      for (int driver = 0; driver < drivers && !stopped; driver++) {
        try (BatchReader reader = from.open(driver)) {
          for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
            if (stopped || batch.rowCount() == 0) {
              batch.close();
              if (stopped) {
                return;
              }
              continue;
            }
            Batch given;
            try (Batch dense = batch.compact(allocator)) {
              given = copy(dense, allocator);
            }
            int count = given.rowCount();
            try (BatchRoots roots = new BatchRoots(one(given), type, allocator)) {
              to.give(List.of(count), roots);
            }
          }
        }
      }
      to.finish();
    } catch (RuntimeException | Error e) {
      failure = e;
      to.cancel();
    }
  }

  @Override
  public @Nullable Batch next() {
    while (ready.isEmpty()) {
      if (ended) {
        return null;
      }
      FunctionProcess running = process == null ? begin() : process;
      Optional<SharedTable> table = running.receive();
      if (table.isPresent()) {
        try (SharedTable one = table.get()) {
          for (int i = 0; i < one.batchCount(); i++) {
            take(one, i);
          }
        }
      } else {
        ended = true;
        end(running);
      }
    }
    return ready.remove();
  }

  private void end(FunctionProcess running) {
    Throwable cause = failure;
    if (cause != null) {
      query.check();
      throw cause instanceof EngineException known
          ? known
          : new EngineException(
              ErrorCode.INTERNAL_ERROR, "the input of a function failed: " + cause, cause);
    }
    running.end();
  }

  private void take(SharedTable table, int index) {
    try (VectorSchemaRoot root = table.batch(index, allocator);
        Batch values = ArrowBatches.toBatch(root, allocator)) {
      for (int from = 0; from < values.rowCount(); from += Vector.BATCH_ROWS) {
        int count = Math.min(Vector.BATCH_ROWS, values.rowCount() - from);
        List<Vector> columns = new ArrayList<>();
        for (Vector column : values.columns()) {
          columns.add(column.slice(from, count));
        }
        ready.add(new Batch(columns, count));
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
    ready.forEach(Batch::close);
    ready.clear();
    FunctionProcess running = process;
    if (running != null) {
      running.close();
    }
    Thread fed = feeder;
    boolean interrupted = false;
    while (fed != null && fed.isAlive()) {
      try {
        fed.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
