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
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
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

  /// Of drivers that are at work: groups that are not in `partials` yet.
  private final List<PartialAggregation> unfinished = new ArrayList<>();

  /// By partial, where they are merged in partitions.
  private final List<MergeOrder> orders = new ArrayList<>();

  private final HeapReservation orderBytes;
  private final AtomicInteger reading = new AtomicInteger();
  private int partitions = 1;

  private final RowType rowType;
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
      OperatorSpill spill) {
    this.node = node;
    this.projection = projection;
    this.rowType = rowType;
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
    return partial.isGlobal() ? partial::add : new Input(partial, finest());
  }

  /// Where one grouping set has all keys, as of ROLLUP and CUBE: the groups of that set alone, of
  /// which those of the others are made. Null where there is none, or one set.
  private @Nullable PartialAggregation finest() {
    List<List<Integer>> sets = node.groupingSets();
    int all = node.groupKeys().size();
    if (sets.size() < 2 || sets.stream().noneMatch(set -> Set.copyOf(set).size() == all)) {
      return null;
    }
    PhysicalPlan.Aggregate one =
        new PhysicalPlan.Aggregate(
            node.input(),
            node.groupKeys(),
            List.of(IntStream.range(0, all).boxed().toList()),
            node.calls(),
            node.output(),
            node.estimatedGroups());
    return new PartialAggregation(one, projection, allocator);
  }

  /// One driver's rows: into its groups, and once these have taken their share of the memory onto
  /// the disk.
  private final class Input implements Writer {
    private final PartialAggregation partial;

    /// What rows go to first, and from there to the partial; null = nothing, or no longer.
    private @Nullable PartialAggregation finest;

    private SpilledRows.@Nullable Writer rest;

    Input(PartialAggregation partial, @Nullable PartialAggregation finest) {
      this.partial = partial;
      this.finest = finest;
      if (finest != null) {
        synchronized (partials) {
          unfinished.add(finest);
        }
      }
    }

    @Override
    public void accept(Batch batch) {
      try (batch) {
        SpilledRows.Writer to = rest;
        if (to != null) {
          to.write(batch, partial, 0);
          return;
        }
        PartialAggregation from = finest;
        PartialAggregation first = from == null ? partial : from;
        int added = first.addWhatFits(batch);
        boolean all = added == (from == null ? sets() : 1);
        long held = allocator.getAllocatedMemory();
        long needed = from == null ? held : held * (sets() + 1);
        if (!all || first.size() > 1 && spill.isDue(held, needed)) {
          addSets();
          to = spilled().writer();
          rest = to;
        }
        if (!all && to != null) {
          to.write(batch, partial, from == null ? added : 0);
        }
      }
    }

    private void addSets() {
      PartialAggregation from = finest;
      if (from != null) {
        partial.addSets(from);
        finest = null;
        synchronized (partials) {
          unfinished.remove(from);
        }
        from.close();
      }
    }

    @Override
    public void finish() {
      addSets();
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
    PartialAggregation partial = new PartialAggregation(node, projection, allocator);
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
    if (spilled != null) {
      // Every grouping set has rows.
      parts = new SpilledGroups(partials, this::again, spilled, rowType, spill);
      return;
    }
    partials.getFirst().addEmptySets();
    int groups = 0;
    for (PartialAggregation partial : partials) {
      groups += partial.size();
    }
    partitions = partials.size() == 1 || groups <= SMALL_GROUPS ? 1 : PARTITIONS;
    long held = allocator.getAllocatedMemory();
    if (partitions > 1 && spill.isDue(held, MERGE_FACTOR * held)) {
      // All partitions at once would not fit beside what they are made of.
      parts = new SpilledGroups(partials, this::again, spilled(), rowType, spill);
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
    MergeOrder.Partitions to =
        MergeOrder.Partitions.of(
            partials.stream().map(PartialAggregation::table).toList(), partitions);
    for (PartialAggregation partial : partials) {
      orders.add(MergeOrder.of(partial.table(), to));
    }
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
      Batch batch = groups.output(next, count);
      next += count;
      return batch;
    }

    private PartialAggregation merge() {
      PartialAggregation target = new PartialAggregation(node, null, allocator);
      // The partials stay until the query's end.
      target.table().borrowBytes();
      try {
        for (int i = 0; i < partials.size(); i++) {
          target.merge(partials.get(i), orders.get(i), partition);
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
      unfinished.forEach(PartialAggregation::close);
      unfinished.clear();
      if (spilled != null) {
        spilled.close();
      }
    }
    orderBytes.close();
  }
}
