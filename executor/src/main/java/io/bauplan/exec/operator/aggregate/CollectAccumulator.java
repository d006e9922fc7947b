package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Unfinished;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.expression.ByteArena;
import io.bauplan.exec.expression.Literals;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.exec.operator.sort.RowOrder;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.SortKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// ARRAY_AGG and STRING_AGG: keeps every row's arguments, and puts them in order when results are
/// asked for.
final class CollectAccumulator extends Accumulator {
  /// Of heap: a row's group and its place in order, and its values when they are merged.
  private static final long BYTES_PER_ROW = 16;

  private final boolean strings;
  private final int arguments;
  private final List<SortKey> order;
  private final BufferAllocator allocator;
  private final ByteArena arena;
  private final List<VectorBuilder> columns = new ArrayList<>();
  private int[] groups = {};
  private int rows;
  private @Nullable Batch collected;
  private int[] sorted = {};
  private int[] starts = {};

  /// Of the collected rows.
  private Register[] values = {};

  private final HeapReservation reservation;
  private @Nullable FlatVector lists;

  /// @param types of the arguments, then of the columns that order them
  CollectAccumulator(
      boolean strings,
      int arguments,
      List<DataType> types,
      List<SortKey> order,
      BufferAllocator allocator) {
    this.strings = strings;
    this.arguments = arguments;
    this.allocator = allocator;
    this.arena = new ByteArena(allocator);
    this.reservation = new HeapReservation(allocator);
    List<SortKey> keys = new ArrayList<>();
    for (SortKey key : order) {
      keys.add(new SortKey(arguments + keys.size(), key.ascending(), key.nullsFirst()));
    }
    this.order = List.copyOf(keys);
    try {
      for (DataType type : types) {
        columns.add(new VectorBuilder(type, 64, allocator));
      }
    } catch (RuntimeException | Error e) {
      columns.forEach(VectorBuilder::close);
      throw e;
    }
  }

  @Override
  void grow(int capacity) {}

  @Override
  void add(int[] rowGroups, Register[] values, int @Nullable [] selected, int count) {
    if (groups.length < rows + count) {
      int length = Math.max(1024, (rows + count) * 2);
      reservation.set(BYTES_PER_ROW * length);
      groups = Arrays.copyOf(groups, length);
    }
    for (int i = 0; i < count; i++) {
      int row = selected == null ? i : selected[i];
      if (strings && values[0].isNull(row)) {
        continue;
      }
      groups[rows++] = rowGroups[i];
      for (int c = 0; c < columns.size(); c++) {
        append(values[c], row, columns.get(c));
      }
    }
  }

  private static void append(Register from, int row, VectorBuilder to) {
    if (from.isNull(row)) {
      to.appendNull();
      return;
    }
    switch (from.kind) {
      case LONG -> to.appendLong(from.longs[row]);
      case DOUBLE -> to.appendDouble(from.doubles[row]);
      case DECIMAL -> to.appendInt128(from.high(row), from.longs[row]);
      case BYTES -> to.appendBytes(from.longs[row], from.lengths[row]);
      case NESTED -> throw new IllegalStateException("nested values are collected elsewhere");
    }
  }

  @Override
  void merge(Accumulator other, int[] from, int[] to, int count) {
    CollectAccumulator others = (CollectAccumulator) other;
    others.collect();
    Register[] values = others.values;
    for (int i = 0; i < count; i++) {
      int first = others.start(from[i]);
      int end = others.start(from[i] + 1);
      int[] target = new int[end - first];
      Arrays.fill(target, to[i]);
      add(target, values, Arrays.copyOfRange(others.sorted, first, end), end - first);
    }
  }

  private int start(int group) {
    return starts[Math.min(group, starts.length - 1)];
  }

  /// Ends the collection: rows by group, and in order within. Several threads may merge from this
  /// at once.
  private synchronized void collect() {
    if (collected != null) {
      return;
    }
    List<Vector> vectors = new ArrayList<>();
    Batch batch;
    try (Unfinished unfinished = new Unfinished()) {
      for (VectorBuilder column : columns) {
        vectors.add(unfinished.add(column.build()));
      }
      batch = unfinished.done(new Batch(vectors, rows));
    }
    collected = batch;
    int most = -1;
    for (int i = 0; i < rows; i++) {
      most = Math.max(most, groups[i]);
    }
    starts = new int[most + 2];
    for (int i = 0; i < rows; i++) {
      starts[groups[i] + 1]++;
    }
    for (int g = 1; g < starts.length; g++) {
      starts[g] += starts[g - 1];
    }
    values = new Register[columns.size()];
    for (int c = 0; c < values.length; c++) {
      values[c] = new Register(batch.column(c).type());
      RegisterLoader.load(batch.column(c), values[c], null, rows, rows);
    }
    int[] rowsInOrder = new RowOrder(batch, order).sorted();
    int[] next = starts.clone();
    sorted = new int[rows];
    for (int row : rowsInOrder) {
      sorted[next[groups[row]]++] = row;
    }
  }

  @Override
  void output(int start, int count, Register to) {
    collect();
    Batch batch = java.util.Objects.requireNonNull(collected);
    if (strings) {
      for (int i = 0; i < count; i++) {
        join(batch, start + i, i, count, to);
      }
      return;
    }
    closeLists();
    FlatVector values = (FlatVector) batch.column(0);
    try (VectorBuilder builder = new VectorBuilder(to.type, count, allocator)) {
      for (int i = 0; i < count; i++) {
        int first = start(start + i);
        int end = start(start + i + 1);
        if (first == end) {
          builder.appendNull();
          continue;
        }
        for (int r = first; r < end; r++) {
          builder.child(0).appendFrom(values, sorted[r]);
        }
        builder.endList();
      }
      lists = builder.build();
    }
    RegisterLoader.load(lists, to, null, count, count);
  }

  private void join(Batch batch, int group, int row, int count, Register to) {
    int first = start(group);
    int end = start(group + 1);
    if (first == end) {
      to.setNull(row, count);
      return;
    }
    StringBuilder text = new StringBuilder();
    for (int r = first; r < end; r++) {
      if (r > first) {
        Object separator =
            arguments > 1 ? Literals.value((FlatVector) batch.column(1), sorted[r]) : ",";
        text.append(separator == null ? "" : separator);
      }
      text.append(Literals.value((FlatVector) batch.column(0), sorted[r]));
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    long address = arena.allocate(bytes.length);
    Memory.copy(bytes, 0, address, bytes.length);
    to.longs[row] = address;
    to.lengths[row] = bytes.length;
  }

  private void closeLists() {
    if (lists != null) {
      lists.close();
      lists = null;
    }
  }

  @Override
  public void close() {
    closeLists();
    columns.forEach(VectorBuilder::close);
    if (collected != null) {
      collected.close();
      collected = null;
    }
    arena.close();
    reservation.close();
  }
}
