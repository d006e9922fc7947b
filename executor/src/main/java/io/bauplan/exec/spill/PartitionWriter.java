package io.bauplan.exec.spill;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.BatchGather;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/// Spreads rows over streams by bits of a hash. Used by one thread; several may write to the same
/// streams.
public final class PartitionWriter implements AutoCloseable {
  private static final int BITS = 4;

  /// Streams that rows are spread over.
  public static final int FANOUT = 1 << BITS;

  /// Levels for which a hash has bits.
  public static final int MAX_LEVELS = 6;

  private final OperatorSpill spill;
  private final List<SpillWriter> writers = new ArrayList<>();
  private final int level;
  private final long reserved;
  private int[] rows = {};
  private int[] partitions = {};
  private boolean closed;

  /// @param streams one per partition
  /// @param level 0 for rows that have not been spread before, then 1 more each time
  public PartitionWriter(OperatorSpill spill, List<SpillStream> streams, int level) {
    this(spill, streams, level, 1);
  }

  /// @param writers that the thread has at once
  public PartitionWriter(OperatorSpill spill, List<SpillStream> streams, int level, int writers) {
    this.spill = spill;
    this.level = level;
    int blockBytes = spill.blockBytes(FANOUT * writers);
    this.reserved = (long) FANOUT * blockBytes;
    streams.forEach(stream -> this.writers.add(spill.writer(stream, blockBytes)));
    spill.buffers(reserved);
  }

  /// Empty streams, one per partition.
  public static List<SpillStream> streams(SpillFile file, RowType type) {
    List<SpillStream> streams = new ArrayList<>();
    for (int i = 0; i < FANOUT; i++) {
      streams.add(file.stream(type));
    }
    return streams;
  }

  /// In which partition rows with this hash are.
  public static int partition(long hash, int level) {
    return (int) (hash >>> Long.SIZE - BITS * (level + 1)) & FANOUT - 1;
  }

  /// Writes the rows of a batch. Borrows it.
  ///
  /// @param hashes one per row that counts
  public void write(Batch batch, long[] hashes) {
    int count = batch.rowCount();
    if (rows.length < count) {
      rows = new int[count];
      partitions = new int[count];
    }
    int[] ends = new int[FANOUT + 1];
    for (int i = 0; i < count; i++) {
      int partition = partition(hashes[i], level);
      partitions[i] = partition;
      ends[partition + 1]++;
    }
    for (int p = 0; p < FANOUT; p++) {
      ends[p + 1] += ends[p];
    }
    int[] next = ends.clone();
    int[] selection = batch.selection();
    for (int i = 0; i < count; i++) {
      rows[next[partitions[i]]++] = selection == null ? i : selection[i];
    }
    for (int p = 0; p < FANOUT; p++) {
      int size = ends[p + 1] - ends[p];
      if (size > 0) {
        int[] some = java.util.Arrays.copyOfRange(rows, ends[p], ends[p + 1]);
        BufferAllocator allocator = spill.allocator();
        try (Batch part = new Batch(BatchGather.gather(batch, some, size, allocator), size)) {
          writers.get(p).write(part, allocator);
        }
      }
    }
  }

  /// Writes what has been held back: nothing more comes.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      writers.forEach(SpillWriter::flush);
      spill.buffers(-reserved);
    }
  }
}
