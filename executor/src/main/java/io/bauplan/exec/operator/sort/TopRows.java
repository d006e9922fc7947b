package io.bauplan.exec.operator.sort;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.operator.BatchGather;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.PlainBytes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// The first rows of one driver's input by some keys, in no order. Once as many are known as are
/// wanted, the last of them says which rows need not be looked at beyond their first key, and only
/// the others are copied.
final class TopRows implements AutoCloseable {
  private static final int MIN_PRUNE_ROWS = 1024;

  private final RowType type;
  private final List<SortKey> keys;

  /// The same keys, of batches that have only these.
  private final List<SortKey> keysAlone;

  private final RowType keyType;
  private final int limit;
  private final BufferAllocator allocator;
  private final OperatorSpill spill;

  /// What operators below are told; null where they are told nothing.
  private final @Nullable TopBound bound;

  private final ArrayDeque<Batch> batches = new ArrayDeque<>();

  /// Of the batches that are being pruned.
  private final List<Batch> kept = new ArrayList<>();

  private int rows;
  private long bytes;

  /// The first key of the last of the rows that are wanted, as far as they are known; null before.
  private @Nullable Batch last;

  private @Nullable RowOrder lastOrder;

  TopRows(
      RowType type,
      List<SortKey> keys,
      int limit,
      @Nullable TopBound bound,
      BufferAllocator allocator,
      OperatorSpill spill) {
    this.bound = bound;
    this.type = type;
    this.keys = keys;
    this.limit = limit;
    this.allocator = allocator;
    this.spill = spill;
    List<SortKey> alone = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    for (SortKey key : keys) {
      alone.add(new SortKey(alone.size(), key.ascending(), key.nullsFirst()));
      columns.add(type.columns().get(key.column()));
    }
    this.keysAlone = List.copyOf(alone);
    this.keyType = new RowType(columns);
  }

  /// Takes ownership of the batch.
  ///
  /// @return false where there is too little memory to go on: then the rows are to be taken
  boolean add(Batch batch) {
    Batch better = better(batch);
    if (better.rowCount() == 0 || limit == 0) {
      better.close();
      return true;
    }
    Batch compact = better.compact(allocator);
    batches.add(compact);
    rows += compact.rowCount();
    bytes += PlainBytes.of(compact);
    // Pruning makes a copy of what stays.
    if (spill.isDue(bytes, bytes)) {
      return false;
    }
    if (rows >= Math.max(MIN_PRUNE_ROWS, limit * 2L)) {
      prune();
    }
    return true;
  }

  /// Without rows whose first key says that they come too late.
  private Batch better(Batch batch) {
    RowOrder known = lastOrder;
    if (known == null) {
      return batch;
    }
    int count = batch.rowCount();
    int[] selection = batch.selection();
    int[] some = new int[count];
    int found = 0;
    int tie = keys.size() > 1 ? 0 : -1;
    try (Batch first =
        new Batch(
                List.of(batch.column(keys.getFirst().column()).retain()),
                batch.vectorLength(),
                selection,
                count)
            .compact(allocator)) {
      RowOrder order = new RowOrder(first, keysAlone.subList(0, 1));
      for (int i = 0; i < count; i++) {
        some[found] = selection == null ? i : selection[i];
        found += order.compare(i, known, 0) <= tie ? 1 : 0;
      }
    } catch (RuntimeException | Error e) {
      batch.close();
      throw e;
    }
    return found == count ? batch : batch.withSelection(some, found);
  }

  private void prune() {
    try (Batch all = keysOfAll()) {
      int[] sorted = new RowOrder(all, keysAlone).sorted();
      int count = Math.min(limit, sorted.length);
      if (count == limit && !keys.isEmpty()) {
        forgetLast();
        Vector first = all.column(0);
        last =
            new Batch(
                List.of(BatchGather.gather(first, new int[] {sorted[count - 1]}, 1, allocator)), 1);
        lastOrder = new RowOrder(last, keysAlone.subList(0, 1));
        if (bound != null) {
          lastOrder.tell(bound);
        }
      }
      int[] wanted = Arrays.copyOf(sorted, count);
      Arrays.sort(wanted);
      keep(wanted);
    }
  }

  private Batch keysOfAll() {
    List<Batch> alone = new ArrayList<>();
    try {
      for (Batch batch : batches) {
        alone.add(
            new Batch(
                keys.stream().map(key -> batch.column(key.column()).retain()).toList(),
                batch.rowCount()));
      }
      return RowCollector.concat(keyType, alone, allocator);
    } finally {
      alone.forEach(Batch::close);
    }
  }

  /// @param wanted by position among all rows, ascending
  private void keep(int[] wanted) {
    int next = 0;
    int start = 0;
    while (!batches.isEmpty()) {
      Batch batch = batches.remove();
      int[] some = new int[batch.rowCount()];
      int found = 0;
      while (next < wanted.length && wanted[next] < start + batch.rowCount()) {
        some[found++] = wanted[next++] - start;
      }
      start += batch.rowCount();
      if (found == 0) {
        batch.close();
      } else {
        kept.add(batch.withSelection(some, found).compact(allocator));
      }
    }
    Batch together = RowCollector.concat(type, kept, allocator);
    closeKept();
    batches.add(together);
    rows = together.rowCount();
    bytes = PlainBytes.of(together);
  }

  /// The rows, which are the caller's from here on. What is known of them stays known.
  List<Batch> take() {
    if (rows > limit && !spill.isDue(bytes, bytes)) {
      prune();
    }
    List<Batch> taken = new ArrayList<>(batches);
    batches.clear();
    rows = 0;
    bytes = 0;
    return taken;
  }

  private void closeKept() {
    kept.forEach(Batch::close);
    kept.clear();
  }

  private void forgetLast() {
    if (last != null) {
      last.close();
      last = null;
      lastOrder = null;
    }
  }

  @Override
  public void close() {
    batches.forEach(Batch::close);
    batches.clear();
    closeKept();
    forgetLast();
  }
}
