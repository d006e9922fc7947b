package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.expression.Predicate;
import io.bauplan.exec.scan.RowFilter;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expressions;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// What a scan's rows must satisfy: the scan's own filter and the keys of joins above it, first
/// what leaves fewer rows to the other. Used by one thread.
final class ScanConditions implements RowFilter, AutoCloseable {
  private final List<Integer> columns;
  private final @Nullable Predicate filter;
  private final List<ScanKeyFilters.Keys> keys;

  /// By key.
  private final List<KeyTest> tests;

  private final IntConsumer droppedByKeys;
  private long filtered;
  private long passed;

  ScanConditions(
      @Nullable Expression filter,
      ScanKeyFilters keyFilters,
      ExpressionContext expressions,
      IntConsumer droppedByKeys) {
    this.keys = keyFilters.keys();
    this.tests = keys.stream().map(each -> new KeyTest(each.set())).toList();
    this.droppedByKeys = droppedByKeys;
    BitSet used = new BitSet();
    if (filter != null) {
      used.or(Expressions.inputColumns(filter));
    }
    keys.forEach(each -> used.set(each.column()));
    this.columns = used.stream().boxed().toList();
    // Over the columns that are used, and no others.
    this.filter =
        filter == null
            ? null
            : Predicate.compile(Expressions.remap(filter, columns::indexOf), expressions);
  }

  /// Whether every row passes unseen.
  boolean passAll() {
    return filter == null && keys.stream().noneMatch(ScanKeyFilters.Keys::pays);
  }

  @Override
  public List<Integer> columns() {
    return columns;
  }

  @Override
  public int select(Batch batch, int[] to) {
    if (filter == null || !keysFirst()) {
      int count = filter == null ? batch.rowCount() : filter(filter, batch, to);
      return selectKeys(batch, filter == null ? batch.selection() : to, count, to);
    }
    int[] before = batch.selection();
    int count = selectKeys(batch, before, batch.rowCount(), to);
    if (count == 0) {
      return 0;
    }
    // The filter is to see the rows that are left, and no others. The batch stays the caller's.
    return filter(filter, batch.lent(Arrays.copyOf(to, count), count), to);
  }

  private int filter(Predicate condition, Batch batch, int[] to) {
    int count = condition.select(batch, to);
    filtered += batch.rowCount();
    passed += count;
    return count;
  }

  private boolean keysFirst() {
    double share = 1;
    for (ScanKeyFilters.Keys each : keys) {
      if (each.pays()) {
        share = Math.min(share, each.share());
      }
    }
    return filtered > 0 && share < (double) passed / filtered;
  }

  /// @param from the rows to look at; null = the first `from`
  private int selectKeys(Batch batch, int @Nullable [] from, int fromCount, int[] to) {
    int count = fromCount;
    int[] rows = from;
    for (int k = 0; k < keys.size(); k++) {
      ScanKeyFilters.Keys each = keys.get(k);
      if (count > 0 && each.pays()) {
        Vector column = batch.column(columns.indexOf(each.column()));
        int kept = tests.get(k).select(column, rows, count, to);
        rows = to;
        each.count(count, kept);
        droppedByKeys.accept(count - kept);
        count = kept;
      }
    }
    if (rows != to) {
      // Nobody has looked at any row.
      for (int i = 0; i < count; i++) {
        to[i] = rows == null ? i : rows[i];
      }
    }
    return count;
  }

  @Override
  public void close() {
    if (filter != null) {
      filter.close();
    }
    tests.forEach(KeyTest::close);
  }
}
