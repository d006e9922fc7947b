package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.exec.operator.Readers;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Hash aggregation: every driver groups what it sees; then the groups are merged by partitions of
/// their hash, several drivers side by side.
public final class HashAggregate implements Sink, AutoCloseable {
  private static final int PARTITIONS = 16;
  /// Partitions that are made at once where there is too little memory for all.
  private static final int SPILLED_DRIVERS = 2;

  /// Of tables that have just grown.
  private static final int MERGE_FACTOR = 2;

  /// Fewer groups are merged by one driver.
  private static final int SMALL_GROUPS = 4096;

  private final PhysicalPlan.Aggregate node;
  private final @Nullable Projection projection;
  private final BufferAllocator allocator;
  private final List<PartialAggregation> partials = new ArrayList<>();

  /// By partial, where they are merged in partitions; made by the pipeline of `ordering`.
  private @Nullable MergeOrder[] orders = {};

  /// Where groups of several threads are merged, and in several partitions; null = they are not.
  private MergeOrder.@Nullable Partitions mergedIn;

  private final HeapReservation orderBytes;
  private final AtomicInteger reading = new AtomicInteger();
  private int partitions = 1;

  private final RowType rowType;
  private final WantedGroups wanted;
  private final OperatorSpill spill;

  /// Rows whose groups had no room; null where all had.
  private @Nullable SpilledRows spilled;

  private @Nullable SpilledGroups parts;

  /// @param projection what the batches that this is given go through first; null = nothing
  /// @param rowType of these batches
  public HashAggregate(
      PhysicalPlan.Aggregate node,
      @Nullable Projection projection,
      RowType rowType,
      WantedGroups wanted,
      OperatorSpill spill) {
    this.node = node;
    this.projection = projection;
    this.rowType = rowType;
    this.wanted = wanted;
    this.spill = spill;
    this.allocator = spill.allocator();
    this.orderBytes = new HeapReservation(allocator);
  }

  /// Whether all calls and keys of the node can be run here.
  public static boolean supports(PhysicalPlan.Aggregate node) {
    return node.calls().stream().allMatch(c -> Accumulators.supports(c, node.input().output()))
        && node.groupKeys().stream()
            .allMatch(
                key -> Register.kind(node.input().output().type(key)) != Register.Kind.NESTED);
  }

  @Override
  public Writer open(int driver) {
    PartialAggregation partial = newPartial();
    // All groups of a partition have to come from somewhere else than the one there is.
    return partial.isGlobal() ? partial::add : new Input(partial);
  }

  /// One driver's rows: into its groups, and once these have taken their share of the memory onto
  /// the disk.
  private final class Input implements Writer {
    private PartialAggregation partial;

    private SpilledRows.@Nullable Writer rest;

    /// Whether groups with the same keys stay apart, for want of memory.
    private boolean staysApart;

    Input(PartialAggregation partial) {
      this.partial = partial;
    }

    @Override
    public void accept(Batch batch) {
      try (batch) {
        SpilledRows.Writer to = rest;
        if (to != null) {
          to.write(batch, partial, 0);
          return;
        }
        int added = partial.addWhatFits(batch);
        boolean all = added == sets();
        long held = allocator.getAllocatedMemory();
        if (!all || partial.size() > 1 && spill.isDue(held, held)) {
          to = spilled().writer();
          rest = to;
        }
        if (!all && to != null) {
          to.write(batch, partial, added);
        } else if (!staysApart && partial.isWorthGrouping()) {
          group();
        }
      }
    }

    /// Makes one group of those that have the same keys, where there is room for that.
    private void group() {
      PartialAggregation before = partial;
      PartialAggregation grouped = new PartialAggregation(node, projection, allocator);
      try {
        grouped.mergeAll(before);
      } catch (OutOfMemoryException e) {
        grouped.close();
        staysApart = true;
        return;
      } catch (RuntimeException | Error e) {
        grouped.close();
        throw e;
      }
      synchronized (partials) {
        partials.set(partials.indexOf(before), grouped);
      }
      partial = grouped;
      before.close();
    }

    @Override
    public void finish() {
      long held = allocator.getAllocatedMemory();
      if (rest == null && !spill.isDue(held, held * sets())) {
        partial.spread();
      }
      if (rest != null) {
        rest.close();
      }
    }
  }

  private int sets() {
    return Math.max(1, node.groupingSets().size());
  }

  private SpilledRows spilled() {
    synchronized (partials) {
      SpilledRows rows = spilled;
      if (rows == null) {
        rows = new SpilledRows(spill, rowType, sets(), 0);
        spilled = rows;
      }
      return rows;
    }
  }

  private PartialAggregation newPartial() {
    PartialAggregation partial = new PartialAggregation(node, projection, allocator, true);
    synchronized (partials) {
      partials.add(partial);
    }
    return partial;
  }

  @Override
  public void complete() {
    if (partials.isEmpty()) {
      newPartial();
    }
    if (spilled != null || !partials.stream().allMatch(this::hasAllSets)) {
      // Every grouping set has rows.
      parts = parts();
      return;
    }
    partials.getFirst().addEmptySets();
    int groups = 0;
    for (PartialAggregation partial : partials) {
      groups += partial.size();
    }
    boolean fewOrMade = partials.size() == 1 || groups <= SMALL_GROUPS;
    boolean repeated = partials.stream().anyMatch(PartialAggregation::hasRepeatedGroups);
    partitions = fewOrMade && !repeated ? 1 : PARTITIONS;
    long held = allocator.getAllocatedMemory();
    if (partitions > 1 && spill.isDue(held, MERGE_FACTOR * held)) {
      // All partitions at once would not fit beside what they are made of.
      parts = parts();
      return;
    }
    if (partitions == 1) {
      PartialAggregation first = partials.getFirst();
      for (PartialAggregation partial : partials) {
        if (partial != first) {
          first.merge(partial, null, 0);
          partial.close();
        }
      }
      partials.clear();
      partials.add(first);
    } else {
      sortGroups(groups);
    }
  }

  private boolean hasAllSets(PartialAggregation partial) {
    return partial.isSpread() || partial.settled() == 0;
  }

  private SpilledGroups parts() {
    List<HeldGroups> held = new ArrayList<>();
    for (PartialAggregation partial : partials) {
      held.add(HeldGroups.of(partial));
      for (int set = 0; !partial.isSpread() && set < sets(); set++) {
        if (set != partial.finest()) {
          held.add(new FinestGroups(node, partial, set));
        }
      }
    }
    return new SpilledGroups(held, this::again, spilled(), rowType, spill);
  }

  /// An aggregation of rows that were counted when they first came.
  private PartialAggregation again() {
    Projection uncounted =
        projection == null
            ? null
            : new Projection(projection.expressions(), projection.context(), new LongAdder());
    PartialAggregation made = new PartialAggregation(node, uncounted, allocator);
    try {
      made.table().hashOnly();
      return made;
    } catch (RuntimeException | Error e) {
      made.close();
      throw e;
    }
  }

  private void sortGroups(int groups) {
    orderBytes.set((long) groups * Integer.BYTES);
    mergedIn =
        MergeOrder.Partitions.of(
            partials.stream().map(PartialAggregation::table).toList(), partitions);
    orders = new MergeOrder[partials.size()];
  }

  /// A pipeline that gives nothing, between that into this sink and the groups' own: sorts each
  /// thread's groups by partition, side by side.
  public Source ordering() {
    return new Source() {
      @Override
      public int drivers() {
        return Math.max(1, orders.length);
      }

      @Override
      public BatchReader open(int driver) {
        return Readers.of(
            () -> {
              if (mergedIn != null) {
                orders[driver] = MergeOrder.of(partials.get(driver).table(), mergedIn);
              }
              return null;
            },
            () -> {});
      }
    };
  }

  /// The groups, once the pipeline into this sink is done.
  public Source source() {
    return new Source() {
      @Override
      public int drivers() {
        int drivers = parts == null ? partitions : SPILLED_DRIVERS;
        reading.set(drivers);
        return drivers;
      }

      @Override
      public BatchReader open(int driver) {
        BatchReader reader = parts == null ? new Output(driver) : parts.open();
        return Readers.then(reader, HashAggregate.this::endReading);
      }
    };
  }

  /// The last reader gives the groups' memory to whoever comes after.
  private void endReading() {
    if (reading.decrementAndGet() == 0) {
      close();
    }
  }

  /// Merges one partition when it is first asked, then gives its groups out.
  private final class Output implements BatchReader {
    private final int partition;
    private @Nullable PartialAggregation merged;
    private int next;

    Output(int partition) {
      this.partition = partition;
    }

    @Override
    public @Nullable Batch next() {
      PartialAggregation groups = merged;
      if (groups == null) {
        groups = partitions == 1 ? partials.getFirst() : merge();
        merged = groups;
      }
      int count = Math.min(Vector.BATCH_ROWS, groups.size() - next);
      if (count <= 0) {
        return null;
      }
      Batch batch = groups.output(next, count, wanted);
      next += count;
      return batch;
    }

    private PartialAggregation merge() {
      PartialAggregation target = new PartialAggregation(node, null, allocator);
      // The partials stay until the query's end.
      target.table().borrowBytes(true);
      try {
        // As many as in all partials.
        target.table().hashStrings(partials.getFirst().table().hashedStrings());
        int most = 0;
        for (MergeOrder order : orders) {
          most = Math.max(most, Objects.requireNonNull(order).size(partition));
        }
        target.table().expect(most);
        for (int i = 0; i < partials.size(); i++) {
          target.merge(partials.get(i), orders[i], partition);
        }
        return target;
      } catch (RuntimeException | Error e) {
        target.close();
        throw e;
      }
    }

    @Override
    public void close() {
      if (merged != null && partitions > 1) {
        merged.close();
        merged = null;
      }
    }
  }

  @Override
  public void close() {
    synchronized (partials) {
      partials.forEach(PartialAggregation::close);
      partials.clear();
      if (spilled != null) {
        spilled.close();
      }
    }
    orderBytes.close();
  }
}
