package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.operator.JoinKeyFilter;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Hash join: the right side is collected and chained by hash, the left side streams past it.
public final class HashJoin implements AutoCloseable {
  private final PhysicalPlan.HashJoin node;
  private final ExpressionContext expressions;
  private final BufferAllocator allocator;
  private final RowCollector build;
  private @Nullable JoinTable table;
  private @Nullable AtomicIntegerArray matched;

  private final Map<Integer, JoinKeyFilter> keyFilters;

  /// @param keyFilters by key: who wants to know the build side's values
  public HashJoin(
      PhysicalPlan.HashJoin node,
      ExpressionContext expressions,
      Map<Integer, JoinKeyFilter> keyFilters) {
    this.node = node;
    this.keyFilters = keyFilters;
    this.expressions = expressions;
    this.allocator = expressions.allocator();
    this.build = new RowCollector(node.right().output(), allocator);
  }

  /// Where the right side goes.
  public Sink buildSink() {
    return build::open;
  }

  /// What makes the table of the right side that has come in, together with `tableSink`.
  public Source buildColumns(int threads) {
    return build.columns(threads);
  }

  public Sink tableSink() {
    return new Sink() {
      @Override
      public Writer open(int driver) {
        return Batch::close;
      }

      @Override
      public void complete() {
        build.finish();
        JoinTable made = new JoinTable(build.rows(), node.rightKeys(), node.nullSafe(), allocator);
        table = made;
        int count = made.rows().rowCount();
        keyFilters.forEach((key, filter) -> filter.publish(made.keys()[key], count));
        if (keepsRight()) {
          matched = new AtomicIntegerArray((made.rows().rowCount() + 31) / 32);
        }
      }
    };
  }

  private boolean keepsRight() {
    return switch (node.kind()) {
      case RIGHT, FULL, RIGHT_SEMI, RIGHT_ANTI -> true;
      case INNER, LEFT, SEMI, ANTI, MARK -> false;
    };
  }

  /// The join's rows, once the right side is in.
  public Source probe(Source left) {
    AtomicInteger running = new AtomicInteger();
    return new Source() {
      @Override
      public int drivers() {
        int drivers = left.drivers();
        running.set(drivers);
        return drivers;
      }

      @Override
      public BatchReader open(int driver) {
        return left.open(
            driver,
            reader ->
                new HashProbe(
                    node, Objects.requireNonNull(table), matched, reader, running, expressions));
      }
    };
  }

  @Override
  public void close() {
    if (table != null) {
      table.close();
      table = null;
    }
    build.close();
  }
}
