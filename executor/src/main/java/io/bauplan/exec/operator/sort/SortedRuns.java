package io.bauplan.exec.operator.sort;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.operator.BatchGather;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.PlainBytes;
import io.bauplan.exec.spill.SpillFile;
import io.bauplan.exec.spill.SpillStream;
import io.bauplan.exec.spill.SpillWriter;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Sorted runs of rows on disk, and what merges them. Thread-safe until it is read.
public final class SortedRuns {
  /// Runs that are merged at once: a block of each is in memory.
  private static final int FAN_IN = 32;

  /// Share of the free memory that the rows of a run take while they are sorted: they are copied,
  /// and their keys and order lie beside them.
  private static final int RUN_SHARE = 4;

  private static final long MIN_RUN_BYTES = 256 << 10;

  private final RowType type;
  private final List<SortKey> keys;
  private final OperatorSpill spill;
  private final BufferAllocator allocator;
  private final Deque<Run> runs = new ArrayDeque<>();

  private record Run(SpillFile file, SpillStream rows) {}

  public SortedRuns(RowType type, List<SortKey> keys, OperatorSpill spill) {
    this.type = type;
    this.keys = List.copyOf(keys);
    this.spill = spill;
    this.allocator = spill.allocator();
  }

  public synchronized boolean isEmpty() {
    return runs.isEmpty();
  }

  /// Sorts rows and writes them, in as many runs as there is memory for. Takes the batches out of
  /// the list and closes them; they have no selection.
  public void add(List<Batch> batches) {
    Deque<Batch> left = new ArrayDeque<>(batches);
    batches.clear();
    try {
      while (!left.isEmpty()) {
        List<Batch> some = new ArrayList<>();
        try {
          long most = Math.max(MIN_RUN_BYTES, spill.headroom() / RUN_SHARE);
          long bytes = 0;
          while (!left.isEmpty() && (some.isEmpty() || bytes < most)) {
            bytes += PlainBytes.of(left.getFirst());
            some.add(left.removeFirst());
          }
          write(some);
        } finally {
          some.forEach(Batch::close);
        }
      }
    } finally {
      left.forEach(Batch::close);
    }
  }

  private void write(List<Batch> batches) {
    SpillFile file = spill.newFile();
    SpillStream rows = file.stream(type);
    SpillWriter writer = spill.writer(rows);
    try (Batch all = RowCollector.concat(type, batches, allocator)) {
      int[] sorted = new RowOrder(all, keys).sorted();
      for (int from = 0; from < sorted.length; from += Vector.BATCH_ROWS) {
        int end = Math.min(sorted.length, from + Vector.BATCH_ROWS);
        int[] picked = Arrays.copyOfRange(sorted, from, end);
        try (Batch part =
            new Batch(BatchGather.gather(all, picked, end - from, allocator), end - from)) {
          writer.write(part, allocator);
        }
      }
    }
    writer.flush();
    synchronized (this) {
      runs.add(new Run(file, rows));
    }
  }

  /// All rows in order. Nothing is added from here on.
  public synchronized BatchReader merged() {
    while (runs.size() > FAN_IN) {
      List<Run> first = new ArrayList<>();
      for (int i = 0; i < FAN_IN; i++) {
        first.add(runs.removeFirst());
      }
      SpillFile file = spill.newFile();
      SpillStream rows = file.stream(type);
      SpillWriter writer = spill.writer(rows);
      try (BatchReader reader = merge(first)) {
        for (Batch next = reader.next(); next != null; next = reader.next()) {
          try (Batch batch = next) {
            writer.write(batch, allocator);
          }
        }
      }
      writer.flush();
      runs.add(new Run(file, rows));
    }
    List<Run> last = new ArrayList<>(runs);
    runs.clear();
    return merge(last);
  }

  private BatchReader merge(List<Run> some) {
    BatchReader reader =
        new RunMerge(some.stream().map(run -> run.rows.open(allocator)).toList(), keys, allocator);
    return new BatchReader() {
      @Override
      public @Nullable Batch next() {
        return reader.next();
      }

      @Override
      public void close() {
        reader.close();
        some.forEach(run -> run.file.close());
      }
    };
  }
}
