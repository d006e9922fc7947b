package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.operator.JoinKeyFilter;
import io.bauplan.exec.operator.Readers;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.operator.SpillingCollector;
import io.bauplan.exec.operator.SpreadRows;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Hash join: the right side is collected and chained by hash, the left side streams past it. A
/// right side without room in memory goes to disk by its hash, the left side after it, and then
/// they are joined partition by partition.
public final class HashJoin implements AutoCloseable {
  /// Fewer rows are inserted by one thread.
  private static final int SIDE_BY_SIDE_ROWS = 1 << 16;

  private final PhysicalPlan.HashJoin node;
  private final ExpressionContext expressions;
  private final BufferAllocator allocator;
  private final RowCollector build;
  private final OperatorSpill spill;
  private final SpillingCollector input;
  private @Nullable JoinTable table;
  private @Nullable AtomicIntegerArray matched;

  /// Where left rows go when the right side is on disk.
  private @Nullable SpreadRows probeSide;

  private final Map<Integer, JoinKeyFilter> keyFilters;

  /// @param keyFilters by key: who wants to know the build side's values
  public HashJoin(
      PhysicalPlan.HashJoin node,
      ExpressionContext expressions,
      Map<Integer, JoinKeyFilter> keyFilters,
      OperatorSpill spill) {
    this.node = node;
    this.keyFilters = keyFilters;
    this.expressions = expressions;
    this.allocator = expressions.allocator();
    this.build = new RowCollector(node.right().output(), allocator);
    this.spill = spill;
    this.input =
        new SpillingCollector(
            build,
            node.right().output(),
            spreadBy(node.rightKeys()),
            SpilledJoin.bytesPerRow(node.rightKeys().size()),
            spill);
  }

  /// The keys that rows are spread by: none where all of the right side has to be known of each
  /// left row.
  private List<Integer> spreadBy(List<Integer> keys) {
    return node.kind() == PhysicalPlan.JoinKind.MARK ? List.of() : keys;
  }

  /// Where the right side goes.
  public Sink buildSink() {
    return input;
  }

  /// Puts the right side that has come in together, with `columnSink`.
  public Source buildColumns(int threads) {
    return build.columns(threads);
  }

  public Sink columnSink() {
    return Sink.none(
        () -> {
          if (input.side() != null) {
            return;
          }
          try {
            build.finish();
          } catch (OutOfMemoryException e) {
            // There is room for the rows, but not beside what they are made of.
            input.spill();
          }
        });
  }

  /// Makes the table of the right side that was put together, with `tableSink`.
  public Source buildTable(int threads) {
    List<Runnable> work = new ArrayList<>();
    AtomicInteger next = new AtomicInteger();
    return new Source() {
      @Override
      public int drivers() {
        JoinTable made = newTable();
        if (made == null) {
          return 1;
        }
        table = made;
        int count = made.rows().rowCount();
        boolean sideBySide = threads > 1 && count >= SIDE_BY_SIDE_ROWS;
        if (sideBySide) {
          for (int chunk = made.chunks() - 1; chunk >= 0; chunk--) {
            int each = chunk;
            work.add(() -> made.insert(each));
          }
        } else {
          work.add(made::insert);
        }
        keyFilters.forEach(
            (key, filter) -> work.addFirst(() -> filter.publish(made.keys()[key], count)));
        return sideBySide ? Math.min(threads, work.size()) : 1;
      }

      @Override
      public BatchReader open(int driver) {
        return Readers.of(
            () -> {
              for (int i = next.getAndIncrement(); i < work.size(); i = next.getAndIncrement()) {
                work.get(i).run();
              }
              return null;
            },
            () -> {});
      }
    };
  }

  private @Nullable JoinTable newTable() {
    if (input.side() != null) {
      return null;
    }
    try {
      return new JoinTable(build.rows(), node.rightKeys(), node.nullSafe(), allocator);
    } catch (OutOfMemoryException e) {
      // There is room for the rows, but not for what is made of them.
      input.spill();
      return null;
    }
  }

  public Sink tableSink() {
    return Sink.none(
        () -> {
          JoinTable made = table;
          if (made != null) {
            made.inserted();
            matched = matchedBits(made);
          }
        });
  }

  private @Nullable AtomicIntegerArray matchedBits(JoinTable of) {
    return keepsRight() ? new AtomicIntegerArray((of.rows().rowCount() + 31) / 32) : null;
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
    AtomicInteger open = new AtomicInteger();
    return new Source() {
      @Override
      public int drivers() {
        int drivers = left.drivers();
        running.set(drivers);
        open.set(drivers);
        if (input.side() != null) {
          probeSide = new SpreadRows(spill, node.left().output(), spreadBy(node.leftKeys()), 0);
        }
        return drivers;
      }

      @Override
      public BatchReader open(int driver) {
        SpreadRows side = input.side();
        return left.open(
            driver,
            reader ->
                Readers.then(
                    side == null
                        ? probe(Objects.requireNonNull(table), matched, reader, running, null)
                        : spilledProbe(side, Objects.requireNonNull(probeSide), reader, running),
                    () -> endProbe(open)));
      }
    };
  }

  /// The last driver gives the right side's memory to whoever comes after.
  private void endProbe(AtomicInteger open) {
    if (open.decrementAndGet() == 0) {
      close();
    }
  }

  private HashProbe probe(
      JoinTable of,
      @Nullable AtomicIntegerArray bits,
      BatchReader reader,
      AtomicInteger running,
      @Nullable CarriedMatches carried) {
    return new HashProbe(node, of, bits, reader, running, carried, expressions);
  }

  private BatchReader spilledProbe(
      SpreadRows right, SpreadRows left, BatchReader reader, AtomicInteger running) {
    return new SpilledProbe(
        reader,
        left,
        running,
        () ->
            new SpilledJoin(
                node.kind(),
                node.right().output(),
                spreadBy(node.rightKeys()).size(),
                right,
                left,
                spill,
                this::joinPiece));
  }

  /// Joins a part of the right side that has room in memory.
  private BatchReader joinPiece(
      RowCollector rows, BatchReader left, @Nullable CarriedMatches carried) {
    JoinTable made = new JoinTable(rows.rows(), node.rightKeys(), node.nullSafe(), allocator);
    HashProbe probe;
    try {
      made.insert();
      probe = probe(made, matchedBits(made), left, new AtomicInteger(1), carried);
    } catch (RuntimeException | Error e) {
      made.close();
      throw e;
    }
    return new BatchReader() {
      @Override
      public @Nullable Batch next() {
        return probe.next();
      }

      @Override
      public void close() {
        try (rows;
            made) {
          probe.close();
        }
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
    SpreadRows spilled = input.side();
    if (spilled != null) {
      spilled.close();
    }
    if (probeSide != null) {
      probeSide.close();
    }
  }
}
