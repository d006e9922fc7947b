package io.bauplan.exec.operator;

import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.SharedTask;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.shm.SegmentColumn;
import io.bauplan.udf.shm.SegmentTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// The rows of a plan that is whole columns of files, as a table in shared memory for functions to
/// map: columns that the cache has there are given as they are.
public final class SharedScan implements AutoCloseable {
  private final RowType type;
  private final List<Integer> picked;
  private final List<SharedTask> tasks;
  private final List<NodeFigures> nodes;
  private final QueryContext query;
  private final ScanContext context;
  private final SegmentTable.@Nullable Batch[] batches;
  private final SharedTask.Figures figures = new SharedTask.Figures();
  private final HeapReservation unkept;

  private SharedScan(
      RowType type,
      List<Integer> picked,
      List<SharedTask> tasks,
      List<NodeFigures> nodes,
      QueryContext query,
      BufferAllocator allocator) {
    this.type = type;
    this.picked = picked;
    this.tasks = tasks;
    this.nodes = nodes;
    this.query = query;
    this.context = ScanSource.context(query, allocator, nodes.getLast());
    this.batches = new SegmentTable.Batch[tasks.size()];
    this.unkept = new HeapReservation(allocator);
  }

  /// Empty where rows have to be computed or left out.
  ///
  /// @param figures of a node of the plan
  public static Optional<SharedScan> of(
      PhysicalPlan plan, QueryContext query, Function<PhysicalPlan, NodeFigures> figures) {
    if (!query.options().cached()) {
      return Optional.empty();
    }
    List<Integer> picked = IntStream.range(0, plan.output().size()).boxed().toList();
    List<PhysicalPlan> nodes = new ArrayList<>(List.of(plan));
    while (nodes.getLast() instanceof PhysicalPlan.Project project) {
      List<Integer> inner = new ArrayList<>();
      for (int column : picked) {
        if (!(project.expressions().get(column) instanceof Expression.InputRef ref)) {
          return Optional.empty();
        }
        inner.add(ref.index());
      }
      picked = List.copyOf(inner);
      nodes.add(project.input());
    }
    PhysicalPlan leaf = nodes.getLast();
    Optional<List<SharedTask>> tasks =
        leaf instanceof PhysicalPlan.TableScan || leaf instanceof PhysicalPlan.FileScan
            ? query.files().sharedTasks(leaf)
            : Optional.empty();
    if (tasks.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        query.own(
            new SharedScan(
                plan.output(),
                picked,
                tasks.get(),
                nodes.stream().map(figures).toList(),
                query,
                query.child("SharedScan"))));
  }

  /// What reads the columns; to be run before `table`.
  public Step step() {
    AtomicInteger next = new AtomicInteger();
    Source source =
        new Source() {
          @Override
          public int drivers() {
            return Math.max(1, Math.min(query.threads(), tasks.size()));
          }

          @Override
          public BatchReader open(int driver) {
            return Readers.of(
                () -> {
                  int task = next.getAndIncrement();
                  for (; task < tasks.size(); task = next.getAndIncrement()) {
                    query.check();
                    read(task);
                  }
                  return null;
                },
                () -> {});
          }
        };
    return new Step.Pipeline(
        new CountedSource(source, nodes.getLast(), query), driver -> batch -> batch.close());
  }

  private void read(int task) {
    SegmentTable.Batch batch = tasks.get(task).read(context, figures);
    batches[task] = batch;
    // What the cache holds is within its budget, the rest within the query's.
    unkept.set(figures.unkeptBytes().sum());
    nodes.forEach(node -> node.rows.add(batch.rows()));
  }

  /// The table; the caller owns a hold on it.
  public SegmentTable table() {
    List<SegmentTable.Batch> all = new ArrayList<>();
    for (SegmentTable.Batch batch : batches) {
      if (batch == null) {
        throw new IllegalStateException("the columns have not been read");
      }
      List<SegmentColumn> columns = new ArrayList<>();
      picked.forEach(index -> columns.add(batch.columns().get(index)));
      all.add(new SegmentTable.Batch(batch.rows(), columns));
    }
    return new SegmentTable(ArrowTypes.schema(type), all, figures.copiedBytes().sum()).retain();
  }

  @Override
  public void close() {
    unkept.close();
    for (int i = 0; i < batches.length; i++) {
      SegmentTable.Batch batch = batches[i];
      if (batch != null) {
        batch.close();
        batches[i] = null;
      }
    }
  }
}
