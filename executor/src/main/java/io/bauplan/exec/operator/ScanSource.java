package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Reads a leaf of the plan: drivers take its scan tasks one after the other, apply the filter to
/// every row and drop the columns that only the filter needs.
final class ScanSource implements Source {
  /// Below this share of rows that pass a batch is copied instead of carrying a selection.
  private static final int SPARSE = 16;

  private final PhysicalPlan leaf;
  private final QueryContext query;
  private final ExpressionContext expressions;
  private final ScanContext context;
  private final @Nullable Expression filter;
  private final List<Integer> output;
  private final int readColumns;
  private final AtomicLong wanted;
  private final OpenTasks open;
  private final ScanKeyFilters keyFilters;
  private final NodeFigures figures;

  /// @param keyFilters from joins that this scan's rows go to, by column
  ScanSource(
      PhysicalPlan leaf,
      QueryContext query,
      ExpressionContext expressions,
      NodeFigures figures,
      List<JoinKeyFilter.Target> keyFilters) {
    this.leaf = leaf;
    this.keyFilters = new ScanKeyFilters(keyFilters);
    this.figures = figures;
    this.query = query;
    this.expressions = expressions;
    this.context = context(query, expressions.allocator(), figures);
    this.filter =
        switch (leaf) {
          case PhysicalPlan.TableScan scan -> scan.filter().orElse(null);
          case PhysicalPlan.FileScan scan -> scan.filter().orElse(null);
          default -> null;
        };
    int columns = leaf.output().size();
    this.output = IntStream.range(0, columns).boxed().toList();
    this.readColumns =
        leaf instanceof PhysicalPlan.TableScan scan
            ? columns + scan.filterColumns().size()
            : columns;
    this.wanted =
        new AtomicLong(
            leaf instanceof PhysicalPlan.TableScan scan
                ? scan.limit().orElse(Long.MAX_VALUE)
                : Long.MAX_VALUE);
    this.open = new OpenTasks(context, wanted.get() == Long.MAX_VALUE);
  }

  /// What scan tasks count in a node's figures.
  static ScanContext context(QueryContext query, BufferAllocator allocator, NodeFigures figures) {
    return new ScanContext(
        allocator,
        new ScanContext.Figures(
            figures.detail("bytesRead"),
            figures.detail("rowsRead"),
            figures.detail("rowGroupsRead"),
            figures.detail("rowsSkipped"),
            figures.detail("bytesSkipped"),
            figures.detail("rowGroupsSkipped"),
            figures.detail("pagesSkipped"),
            figures.detail("cacheHits"),
            figures.detail("bytesFromMemory"),
            figures.detail("bytesFromDisk"),
            figures.detail("bytesSaved")),
        query.options().cached());
  }

  @Override
  public int drivers() {
    PhysicalPlan narrowed =
        leaf instanceof PhysicalPlan.TableScan scan ? keyFilters.start(scan) : leaf;
    List<ScanTask> tasks = keyFilters.rejectsAll() ? List.of() : query.files().tasks(narrowed);
    return Math.max(1, Math.min(query.threads(), open.start(tasks)));
  }

  @Override
  public BatchReader open(int driver) {
    return new Reader(
        new ScanConditions(
            filter, keyFilters, expressions, figures.detail("rowsDroppedByJoins")::add));
  }

  private final class Reader implements BatchReader {
    private final ScanConditions conditions;
    private final OpenTasks.Taker taker = new OpenTasks.Taker();
    private @Nullable BatchReader current;

    Reader(ScanConditions conditions) {
      this.conditions = conditions;
      open.enter();
    }

    @Override
    public @Nullable Batch next() {
      while (wanted.get() > 0) {
        query.check();
        BatchReader reader = current;
        if (reader == null) {
          reader = open.next(taker);
          if (reader == null) {
            return null;
          }
          current = reader;
        }
        Batch batch = conditions.passAll() ? reader.next() : reader.next(conditions);
        if (batch == null) {
          current = null;
          reader.close();
          continue;
        }
        if (batch.rowCount() == 0) {
          batch.close();
          if (Clock.isTurnOver()) {
            return Batch.none();
          }
          continue;
        }
        wanted.addAndGet(-batch.rowCount());
        Batch picked = readColumns == output.size() ? batch : batch.pick(output);
        return picked.rowCount() * SPARSE < picked.vectorLength()
            ? picked.compact(expressions.allocator())
            : picked;
      }
      return null;
    }

    @Override
    public void close() {
      try {
        if (current != null) {
          current.close();
          current = null;
        }
      } finally {
        open.leave();
        conditions.close();
      }
    }
  }
}
