package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Unfinished;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Window.Group;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import io.bauplan.sql.plan.SortKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/// Window functions over rows that are all in memory, in three rounds of tasks that threads may
/// take side by side; each round needs the one before it done. Groups with the same keys share a
/// sort. Rows keep the order and the batches they came in.
final class WindowComputation implements AutoCloseable {
  /// Positions that a task computes, at least, where there are more.
  private static final int SPAN_ROWS = 1 << 13;

  /// Heap that a row takes for a key or for a call, about.
  private static final long BYTES_PER_VALUE = 24;

  private final PhysicalPlan.Window node;
  private final WindowRows rows;
  private final HeapReservation reservation;
  private final List<Group> groups;
  private final Map<Group, List<WindowFunction>> functions = new LinkedHashMap<>();
  private final Map<Keys, SortedRows> sorted = new ConcurrentHashMap<>();
  private final Map<Key, List<NormalKey>> keys = new ConcurrentHashMap<>();

  private record Keys(List<Integer> partitionBy, List<SortKey> orderBy) {
    static Keys of(Group group) {
      return new Keys(group.partitionBy(), group.orderBy());
    }

    /// Rows that are equal to each other come together, in whatever order.
    List<Key> partitions() {
      return partitionBy.stream()
          .map(column -> new Key(new SortKey(column, true, true), false))
          .toList();
    }

    List<Key> orders() {
      return orderBy.stream().map(key -> new Key(key, true)).toList();
    }
  }

  private record Key(SortKey key, boolean ordered) {}

  /// Takes ownership of the rows.
  WindowComputation(PhysicalPlan.Window node, WindowRows rows) {
    this.node = node;
    this.rows = rows;
    this.groups = node.groups();
    this.reservation = new HeapReservation(rows.allocator());
  }

  /// Of what is made of a row, about.
  static long bytesPerRow(PhysicalPlan.Window node) {
    long values = 2;
    for (Group group : node.groups()) {
      values += group.partitionBy().size() + group.orderBy().size() + group.calls().size();
    }
    return values * BYTES_PER_VALUE;
  }

  /// First round: what is read of the input.
  List<Runnable> loads() {
    reservation.set(rows.count() * bytesPerRow(node));
    List<Runnable> tasks = new ArrayList<>();
    List<Key> wanted = new ArrayList<>();
    for (Group group : groups) {
      Keys of = Keys.of(group);
      wanted.addAll(of.partitions());
      wanted.addAll(of.orders());
    }
    for (Key key : wanted.stream().distinct().toList()) {
      tasks.add(() -> keys.put(key, NormalKey.of(rows, key.key, key.ordered)));
    }
    for (Group group : groups) {
      List<WindowFunction> calls = new ArrayList<>();
      for (WindowCall call : group.calls()) {
        WindowFunction function = WindowFunctions.of(call, rows);
        calls.add(function);
        tasks.add(function::prepare);
      }
      functions.put(group, calls);
    }
    return tasks;
  }

  /// Second round.
  List<Runnable> sorts() {
    List<Runnable> tasks = new ArrayList<>();
    for (Keys each : groups.stream().map(Keys::of).distinct().toList()) {
      tasks.add(
          () ->
              sorted.put(
                  each,
                  SortedRows.of(parts(each.partitions()), parts(each.orders()), rows.count())));
    }
    return tasks;
  }

  private List<NormalKey> parts(List<Key> of) {
    return of.stream().flatMap(key -> Objects.requireNonNull(keys.get(key)).stream()).toList();
  }

  /// Third round: every group's calls, some partitions at a time.
  List<Runnable> calls() {
    keys.clear();
    List<Runnable> tasks = new ArrayList<>();
    functions.forEach(
        (group, calls) -> {
          SortedRows order = Objects.requireNonNull(sorted.get(Keys.of(group)));
          int from = 0;
          for (int p = 1; p <= order.partitionCount(); p++) {
            boolean last = p == order.partitionCount();
            if (last || order.partition(p) - order.partition(from) >= SPAN_ROWS) {
              int first = from;
              int end = p;
              tasks.add(() -> compute(new Span(group, rows, order, first, end), calls));
              from = p;
            }
          }
        });
    return tasks;
  }

  private static void compute(Span span, List<WindowFunction> calls) {
    for (WindowFunction call : calls) {
      call.compute(span);
    }
  }

  int batchCount() {
    return rows.batchCount();
  }

  /// Rows of a batch of the input with the results behind their columns. The caller owns it.
  Batch batch(int index) {
    Batch from = rows.batch(index);
    try (Unfinished unfinished = new Unfinished()) {
      List<Vector> columns = new ArrayList<>();
      for (Vector column : from.columns()) {
        columns.add(unfinished.add(column.retain()));
      }
      for (List<WindowFunction> calls : functions.values()) {
        for (WindowFunction call : calls) {
          columns.add(unfinished.add(call.result(rows.start(index), from.rowCount())));
        }
      }
      return unfinished.done(new Batch(columns, from.rowCount()));
    }
  }

  /// The batches of the input, which are the caller's from here on; all else is given up.
  List<Batch> release() {
    List<Batch> batches = rows.batches().stream().map(WindowComputation::retained).toList();
    close();
    return batches;
  }

  private static Batch retained(Batch batch) {
    return new Batch(batch.columns().stream().map(Vector::retain).toList(), batch.rowCount());
  }

  @Override
  public void close() {
    functions.clear();
    sorted.clear();
    keys.clear();
    reservation.close();
    rows.close();
  }
}
