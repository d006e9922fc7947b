package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.ReaderChain;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.operator.SpreadRows;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.PartitionWriter;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Joins two sides on disk, partition by partition. A partition whose build side is too large is
/// spread by further bits of the hash; where that does not help, since one key has too many rows or
/// there is no key, its probe side passes pieces of its build side one after the other.
final class SpilledJoin extends ReaderChain {
  /// Of a partition's rows that may end up in one of its parts; with more it is taken as it is.
  private static final double MAX_SHARE_OF_PART = 0.8;

  /// Bytes of a join's table per row, about, besides its keys.
  private static final long TABLE_BYTES_PER_ROW = 16;

  private static final long KEY_BYTES = 12;

  /// Joins rows that fit into memory.
  interface Prober {
    /// Takes ownership of the rows and the reader.
    ///
    /// @param carried null where all build rows are there
    BatchReader open(RowCollector build, BatchReader probe, @Nullable CarriedMatches carried);
  }

  private record Part(
      SpreadRows build, SpreadRows probe, int partition, int level, boolean whole) {}

  private final JoinKind kind;
  private final RowType buildType;
  private final OperatorSpill spill;
  private final Prober prober;
  private final long bytesPerRow;
  private final Deque<Part> parts = new ArrayDeque<>();
  private @Nullable Pieces pieces;

  /// @param keys of the join; 0 = its sides are in one partition
  SpilledJoin(
      JoinKind kind,
      RowType buildType,
      int keys,
      SpreadRows build,
      SpreadRows probe,
      OperatorSpill spill,
      Prober prober) {
    this.kind = kind;
    this.buildType = buildType;
    this.spill = spill;
    this.prober = prober;
    this.bytesPerRow = bytesPerRow(keys);
    for (int p = 0; p < (keys == 0 ? 1 : PartitionWriter.FANOUT); p++) {
      parts.add(new Part(build, probe, p, 0, keys == 0));
    }
  }

  /// Of what a join makes of its right side.
  static long bytesPerRow(int keys) {
    return TABLE_BYTES_PER_ROW + KEY_BYTES * keys;
  }

  @Override
  protected @Nullable BatchReader open() {
    if (pieces != null) {
      BatchReader reader = pieces.next();
      if (reader != null) {
        return reader;
      }
      pieces.close();
      pieces = null;
    }
    for (Part part = parts.poll(); part != null; part = parts.poll()) {
      if (givesNothing(part)) {
        continue;
      }
      boolean splittable = !part.whole && part.level + 1 < PartitionWriter.MAX_LEVELS;
      if (splittable && isLarge(part)) {
        split(part);
        continue;
      }
      Pieces some = new Pieces(part);
      pieces = some;
      return some.next();
    }
    return null;
  }

  private boolean givesNothing(Part part) {
    boolean noBuild = part.build.stream(part.partition).rows() == 0;
    boolean noProbe = part.probe.stream(part.partition).rows() == 0;
    return switch (kind) {
      case INNER, SEMI, RIGHT_SEMI -> noBuild || noProbe;
      case LEFT, ANTI, MARK -> noProbe;
      case RIGHT, RIGHT_ANTI -> noBuild;
      case FULL -> noBuild && noProbe;
    };
  }

  /// Its rows are read and put together, and have a table beside them.
  private boolean isLarge(Part part) {
    long bytes = part.build.stream(part.partition).plainBytes();
    long rows = part.build.stream(part.partition).rows();
    return spill.isDue(bytes, 2 * bytes + rows * bytesPerRow);
  }

  private void split(Part part) {
    SpreadRows build = part.build.split(part.partition);
    SpreadRows probe = part.probe.split(part.partition);
    long rows = part.build.stream(part.partition).rows();
    for (int p = PartitionWriter.FANOUT - 1; p >= 0; p--) {
      boolean whole = build.stream(p).rows() > rows * MAX_SHARE_OF_PART;
      parts.addFirst(new Part(build, probe, p, part.level + 1, whole));
    }
  }

  /// A part's build side, as much at a time as has room.
  private final class Pieces implements AutoCloseable {
    private final Part part;
    private final BatchReader build;
    private final CarriedMatches carried = new CarriedMatches();
    private @Nullable Batch ahead;
    private boolean begun;

    Pieces(Part part) {
      this.part = part;
      this.build = part.build.stream(part.partition).open(spill.allocator());
    }

    /// The join of the next piece; null = there is none. A part without build rows has one piece.
    @Nullable BatchReader next() {
      boolean first = !begun;
      if (first) {
        ahead = build.next();
        begun = true;
      } else if (ahead == null) {
        return null;
      }
      RowCollector rows = new RowCollector(buildType, spill.allocator());
      try {
        do {
          Batch batch = ahead;
          if (batch == null) {
            break;
          }
          rows.add(batch);
          ahead = build.next();
        } while (!spill.isDue(
            rows.plainBytes(), rows.plainBytes() + rows.rowCountSoFar() * bytesPerRow));
        rows.complete();
        carried.restart(ahead == null);
        BatchReader probe = part.probe.stream(part.partition).open(spill.allocator());
        return prober.open(rows, probe, first && ahead == null ? null : carried);
      } catch (RuntimeException | Error e) {
        rows.close();
        throw e;
      }
    }

    @Override
    public void close() {
      if (ahead != null) {
        ahead.close();
        ahead = null;
      }
      build.close();
    }
  }

  @Override
  public void close() {
    super.close();
    if (pieces != null) {
      pieces.close();
      pieces = null;
    }
  }
}
