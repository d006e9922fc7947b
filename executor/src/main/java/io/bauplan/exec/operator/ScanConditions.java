package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
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

/// What a scan's rows must satisfy: the scan's own filter, then the keys of joins above it. Used by
/// one thread.
final class ScanConditions implements RowFilter, AutoCloseable {
  private final List<Integer> columns;
  private final @Nullable Predicate filter;
  private final @Nullable Predicate keys;
  private final ScanKeyFilters keyFilters;
  private final IntConsumer droppedByKeys;

  ScanConditions(
      @Nullable Expression filter,
      ScanKeyFilters keyFilters,
      ExpressionContext expressions,
      IntConsumer droppedByKeys) {
    BitSet used = new BitSet();
    Expression condition = keyFilters.condition();
    if (filter != null) {
      used.or(Expressions.inputColumns(filter));
    }
    if (condition != null) {
      used.or(Expressions.inputColumns(condition));
    }
    this.columns = used.stream().boxed().toList();
    this.keyFilters = keyFilters;
    this.droppedByKeys = droppedByKeys;
    this.filter = compile(filter, expressions);
    try {
      this.keys = compile(condition, expressions);
    } catch (RuntimeException | Error e) {
      if (this.filter != null) {
        this.filter.close();
      }
      throw e;
    }
  }

  /// Over the columns that are used, and no others.
  private @Nullable Predicate compile(
      @Nullable Expression condition, ExpressionContext expressions) {
    return condition == null
        ? null
        : Predicate.compile(Expressions.remap(condition, columns::indexOf), expressions);
  }

  /// Whether every row passes unseen.
  boolean passAll() {
    return filter == null && (keys == null || !keyFilters.pay());
  }

  @Override
  public List<Integer> columns() {
    return columns;
  }

  @Override
  public int select(Batch batch, int[] to) {
    Predicate byKeys = keys != null && keyFilters.pay() ? keys : null;
    if (filter == null) {
      return byKeys == null ? all(batch, to) : selectByKeys(byKeys, batch, to);
    }
    int count = filter.select(batch, to);
    if (byKeys == null || count == 0) {
      return count;
    }
    int[] rows = Arrays.copyOf(to, count);
    return selectByKeys(byKeys, new Batch(batch.columns(), batch.vectorLength(), rows, count), to);
  }

  private int selectByKeys(Predicate byKeys, Batch batch, int[] to) {
    int count = byKeys.select(batch, to);
    keyFilters.count(batch.rowCount(), count);
    droppedByKeys.accept(batch.rowCount() - count);
    return count;
  }

  private static int all(Batch batch, int[] to) {
    int[] rows = batch.selection();
    for (int i = 0; i < batch.rowCount(); i++) {
      to[i] = rows == null ? i : rows[i];
    }
    return batch.rowCount();
  }

  @Override
  public void close() {
    if (filter != null) {
      filter.close();
    }
    if (keys != null) {
      keys.close();
    }
  }
}
