package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.PartitionWriter;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Groups of which a part is in memory and the rows of the rest are on disk: made partition by
/// partition. Whatever a partition turns out to need, nothing is lost where it has to be begun
/// again with fewer groups at a time: the groups in memory stay as they are, and so do the rows.
final class SpilledGroups {
  private final List<HeldGroups> held;
  private final Supplier<PartialAggregation> fresh;
  private final RowType rowType;
  private final OperatorSpill spill;
  private final Deque<Part> waiting = new ArrayDeque<>();

  /// Bytes that are held whatever partition is at work.
  private final long base;

  /// Groups whose hash has the same leading bits.
  ///
  /// @param groups of each of those held
  /// @param parent of these bits, given up when its last part is done
  private record Part(
      SpilledRows rows, int partition, List<int[]> groups, @Nullable Split parent) {}

  /// Rows that were spread again.
  private static final class Split {
    private final SpilledRows rows;
    private int left = PartitionWriter.FANOUT;

    Split(SpilledRows rows) {
      this.rows = rows;
    }

    synchronized void oneDone() {
      left--;
      if (left == 0) {
        rows.close();
      }
    }
  }

  /// @param held groups that count, too
  /// @param fresh makes an aggregation without groups
  SpilledGroups(
      List<HeldGroups> held,
      Supplier<PartialAggregation> fresh,
      SpilledRows rows,
      RowType rowType,
      OperatorSpill spill) {
    this.held = held;
    this.fresh = fresh;
    this.rowType = rowType;
    this.spill = spill;
    List<int[]> all = held.stream().map(each -> IntStream.range(0, each.size()).toArray()).toList();
    waiting.addAll(parts(rows, all, null));
    this.base = spill.allocator().getAllocatedMemory();
  }

  /// Groups and rows by further bits of their hash.
  private List<Part> parts(SpilledRows rows, List<int[]> groups, @Nullable Split parent) {
    List<int[][]> spread = new ArrayList<>();
    for (int i = 0; i < held.size(); i++) {
      spread.add(spread(held.get(i), groups.get(i), rows.level()));
    }
    List<Part> parts = new ArrayList<>();
    for (int p = 0; p < PartitionWriter.FANOUT; p++) {
      int partition = p;
      parts.add(new Part(rows, p, spread.stream().map(by -> by[partition]).toList(), parent));
    }
    return parts;
  }

  private static int[][] spread(HeldGroups of, int[] groups, int level) {
    int[] counts = new int[PartitionWriter.FANOUT];
    byte[] partitions = new byte[groups.length];
    long[] hashes = new long[Math.min(groups.length, Vector.BATCH_ROWS)];
    for (int start = 0; start < groups.length; start += hashes.length) {
      int count = Math.min(hashes.length, groups.length - start);
      of.hashes(groups, start, count, hashes);
      for (int i = 0; i < count; i++) {
        int partition = PartitionWriter.partition(hashes[i], level);
        partitions[start + i] = (byte) partition;
        counts[partition]++;
      }
    }
    int[][] spread = new int[counts.length][];
    for (int p = 0; p < counts.length; p++) {
      spread[p] = new int[counts[p]];
      counts[p] = 0;
    }
    for (int i = 0; i < groups.length; i++) {
      spread[partitions[i]][counts[partitions[i]]++] = groups[i];
    }
    return spread;
  }

  private synchronized @Nullable Part take() {
    return waiting.poll();
  }

  private synchronized void giveBack(List<Part> parts) {
    parts.reversed().forEach(waiting::addFirst);
  }

  /// One driver's share of the partitions.
  BatchReader open() {
    return new Output();
  }

  private @Nullable PartialAggregation next() {
    for (Part part = take(); part != null; part = take()) {
      PartialAggregation made = make(part);
      if (made != null) {
        if (part.parent != null) {
          part.parent.oneDone();
        }
        return made;
      }
    }
    return null;
  }

  /// The groups of a part; null where they are too many at once, and the part was split instead.
  private @Nullable PartialAggregation make(Part part) {
    boolean canSplit = part.rows.level() + 1 < PartitionWriter.MAX_LEVELS;
    PartialAggregation made = fresh.get();
    try {
      if (add(part, made, canSplit)) {
        return made;
      }
      made.close();
      try (PartialAggregation hasher = fresh.get()) {
        SpilledRows split = part.rows.split(part.partition, rowType, hasher);
        if (part.parent != null) {
          part.parent.oneDone();
        }
        giveBack(parts(split, part.groups, new Split(split)));
      }
      return null;
    } catch (RuntimeException | Error e) {
      made.close();
      throw e;
    }
  }

  /// Whether all groups and rows of the part had room.
  private boolean add(Part part, PartialAggregation made, boolean canSplit) {
    try {
      for (int i = 0; i < held.size(); i++) {
        held.get(i).addTo(made, part.groups.get(i));
      }
      return part.rows.addTo(made, part.partition, () -> !canSplit || fits(made));
    } catch (OutOfMemoryException e) {
      if (canSplit && made.size() > 1) {
        return false;
      }
      throw e;
    }
  }

  /// A single group cannot be split.
  private boolean fits(PartialAggregation made) {
    long held = spill.allocator().getAllocatedMemory() - base;
    return made.size() <= 1 || !spill.isDue(held, held);
  }

  private final class Output implements BatchReader {
    private @Nullable PartialAggregation groups;
    private int given;

    @Override
    public @Nullable Batch next() {
      while (true) {
        PartialAggregation now = groups;
        if (now == null) {
          now = SpilledGroups.this.next();
          if (now == null) {
            return null;
          }
          groups = now;
          given = 0;
        }
        int count = Math.min(Vector.BATCH_ROWS, now.size() - given);
        if (count > 0) {
          Batch batch = now.output(given, count);
          given += count;
          return batch;
        }
        close();
      }
    }

    @Override
    public void close() {
      if (groups != null) {
        groups.close();
        groups = null;
      }
    }
  }
}
