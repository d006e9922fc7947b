package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.QueryContext;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.operator.SpillingCollector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Window functions: collects its input, computes them in rounds by several threads, and gives the
/// rows in the order they came. What has no room is computed from disk, some partitions at a time.
public final class WindowOperator implements Sink, AutoCloseable {
  private final PhysicalPlan.Window node;
  private final QueryContext query;
  private final BufferAllocator allocator;
  private final SpillingCollector collector;
  private @Nullable WindowComputation computation;
  private volatile @Nullable OutOfMemoryException shortage;

  /// @param collector of the input
  public WindowOperator(
      PhysicalPlan.Window node,
      QueryContext query,
      BufferAllocator allocator,
      SpillingCollector collector) {
    this.node = node;
    this.query = query;
    this.allocator = allocator;
    this.collector = collector;
    node.groups().stream()
        .flatMap(group -> group.calls().stream())
        .filter(WindowFunctions::isByValue)
        .forEach(call -> query.fallbackUsed(call.function() + " over a window"));
  }

  /// Of what is made of a row, about.
  public static long bytesPerRow(PhysicalPlan.Window node) {
    return WindowComputation.bytesPerRow(node);
  }

  @Override
  public Writer open(int driver) {
    return collector.open(driver);
  }

  @Override
  public void complete() {
    collector.complete();
    if (collector.side() == null) {
      computation = computation(collector.rows().take());
    }
  }

  /// Takes ownership of the batches.
  private WindowComputation computation(List<Batch> batches) {
    return new WindowComputation(node, new WindowRows(node.input().output(), batches, allocator));
  }

  /// Pipelines to run one after the other once the input is in. None gives any rows.
  public List<Source> rounds() {
    return List.of(
        round(WindowComputation::loads),
        round(WindowComputation::sorts),
        round(WindowComputation::calls));
  }

  private Source round(Function<WindowComputation, List<Runnable>> tasks) {
    return new Source() {
      private final AtomicInteger next = new AtomicInteger();
      private List<Runnable> all = List.of();

      @Override
      public int drivers() {
        WindowComputation rows = computation;
        if (rows != null && shortage == null) {
          try {
            all = tasks.apply(rows);
          } catch (OutOfMemoryException e) {
            shortage = e;
          }
        }
        return WindowOperator.this.drivers(all.size());
      }

      @Override
      public BatchReader open(int driver) {
        return reader(
            () -> {
              for (int t = next.getAndIncrement(); t < all.size(); t = next.getAndIncrement()) {
                query.check();
                run(all.get(t));
              }
              return null;
            },
            () -> {});
      }
    };
  }

  private void run(Runnable task) {
    if (shortage == null) {
      try {
        task.run();
      } catch (OutOfMemoryException e) {
        shortage = e;
      }
    }
  }

  private int drivers(int tasks) {
    return Math.max(1, Math.min(query.threads(), tasks));
  }

  /// Whether `source` has the rows. Otherwise they are on disk from here on.
  public boolean isInMemory() {
    WindowComputation rows = computation;
    if (rows == null) {
      return false;
    }
    if (shortage != null) {
      computation = null;
      rows.release().forEach(collector.rows()::add);
      collector.spill();
      return false;
    }
    return true;
  }

  /// The rows, after the rounds.
  public Source source() {
    WindowComputation rows = Objects.requireNonNull(computation, "a window's rows are on disk");
    return new Source() {
      private final AtomicInteger next = new AtomicInteger();

      @Override
      public int drivers() {
        return WindowOperator.this.drivers(rows.batchCount());
      }

      @Override
      public BatchReader open(int driver) {
        return reader(() -> batch(rows, next.getAndIncrement()), () -> {});
      }
    };
  }

  private static @Nullable Batch batch(WindowComputation rows, int index) {
    return index < rows.batchCount() ? rows.batch(index) : null;
  }

  /// Whole partitions, computed by the thread that asks for their rows. Takes ownership of the
  /// reader.
  public BatchReader alone(BatchReader input) {
    List<Batch> batches = new ArrayList<>();
    try (input) {
      for (Batch batch = input.next(); batch != null; batch = input.next()) {
        batches.add(batch.compact(allocator));
      }
    } catch (RuntimeException | Error e) {
      batches.forEach(Batch::close);
      throw e;
    }
    WindowComputation rows = computation(batches);
    try {
      rows.loads().forEach(Runnable::run);
      rows.sorts().forEach(Runnable::run);
      rows.calls().forEach(Runnable::run);
    } catch (RuntimeException | Error e) {
      rows.close();
      throw e;
    }
    AtomicInteger next = new AtomicInteger();
    return reader(() -> batch(rows, next.getAndIncrement()), rows::close);
  }

  private static BatchReader reader(Supplier<@Nullable Batch> next, Runnable close) {
    return new BatchReader() {
      @Override
      public @Nullable Batch next() {
        return next.get();
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }

  @Override
  public void close() {
    if (computation != null) {
      computation.close();
      computation = null;
    }
  }
}
