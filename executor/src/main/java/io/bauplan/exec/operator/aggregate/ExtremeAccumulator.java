package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.ByteArena;
import io.bauplan.exec.expression.Bytes;
import io.bauplan.exec.expression.Int128;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// MIN, MAX, ANY_VALUE and SINGLE_VALUE: a value of the argument per group.
final class ExtremeAccumulator extends Accumulator {
  enum Choice {
    MIN,
    MAX,
    ANY,
    /// Two rows are an error, NULL ones included.
    SINGLE
  }

  /// The smallest page that memory is mapped in.
  private static final int PAGE_BYTES = 4096;

  private final Choice choice;
  private final Register.Kind kind;
  private final ByteArena arena;
  private long[] longs = {};
  private long[] highs = {};
  private double[] doubles = {};
  private boolean[] present = {};
  private boolean[] seen = {};

  ExtremeAccumulator(Choice choice, DataType input, BufferAllocator allocator) {
    this.choice = choice;
    this.kind = Register.kind(input);
    this.arena = new ByteArena(allocator);
  }

  @Override
  void grow(int capacity) {
    present = grown(present, capacity);
    if (choice == Choice.SINGLE) {
      seen = grown(seen, capacity);
    }
    if (kind == Register.Kind.DOUBLE) {
      doubles = grown(doubles, capacity);
    } else {
      longs = grown(longs, capacity);
      if (kind != Register.Kind.LONG) {
        // Of decimals the high half, of bytes the length.
        highs = grown(highs, capacity);
      }
    }
  }

  @Override
  void add(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    Register in = arguments[0];
    if (choice == Choice.SINGLE) {
      for (int i = 0; i < count; i++) {
        see(groups[i]);
      }
    }
    boolean ordered = choice == Choice.MIN || choice == Choice.MAX;
    switch (kind) {
      case LONG -> {
        if (ordered) {
          addLongs(groups, in, rows, count);
        } else {
          offerLongs(groups, in, rows, count);
        }
      }
      case DOUBLE -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          if (!in.isNull(row)) {
            offerDouble(groups[i], in.doubles[row]);
          }
        }
      }
      case DECIMAL -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          if (!in.isNull(row)) {
            offerDecimal(groups[i], in.high(row), in.longs[row]);
          }
        }
      }
      case BYTES -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          if (!in.isNull(row)) {
            offerBytes(groups[i], in.longs[row], in.lengths[row]);
          }
        }
      }
      case NESTED -> throw new IllegalStateException("nested values are aggregated elsewhere");
    }
  }

  private void offerLongs(int[] groups, Register in, int @Nullable [] rows, int count) {
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (!in.isNull(row)) {
        offerLong(groups[i], in.longs[row]);
      }
    }
  }

  private void addLongs(int[] groups, Register in, int @Nullable [] rows, int count) {
    boolean min = choice == Choice.MIN;
    long[] values = in.longs;
    long[] best = longs;
    boolean[] any = present;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (in.isNull(row)) {
        continue;
      }
      int group = groups[i];
      long value = values[row];
      if (!any[group] || (min ? value < best[group] : value > best[group])) {
        any[group] = true;
        best[group] = value;
      }
    }
  }

  @Override
  boolean isIdempotent() {
    return choice != Choice.SINGLE;
  }

  @Override
  void addToOne(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    Register in = arguments[0];
    boolean ordered = choice == Choice.MIN || choice == Choice.MAX;
    if (ordered && kind == Register.Kind.BYTES) {
      addBytesToOne(in, rows, count);
    } else if (ordered && kind == Register.Kind.LONG && rows == null) {
      addLongsToOne(in, count);
    } else if (ordered && kind == Register.Kind.DOUBLE) {
      addDoublesToOne(in, rows, count);
    } else {
      add(groups, arguments, rows, count);
    }
  }

  /// NaN is above all numbers: it is the maximum wherever it occurs, and the minimum only alone.
  private void addDoublesToOne(Register in, int @Nullable [] rows, int count) {
    double[] values = in.doubles;
    boolean min = choice == Choice.MIN;
    double best = min ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    int noNumbers = 0;
    int added = count;
    if (rows == null && !in.hasNulls) {
      for (int i = 0; i < count; i++) {
        double value = values[i];
        noNumbers += Double.isNaN(value) ? 1 : 0;
        if (min ? value < best : value > best) {
          best = value;
        }
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        if (in.isNull(row)) {
          added--;
          continue;
        }
        double value = values[row];
        noNumbers += Double.isNaN(value) ? 1 : 0;
        if (min ? value < best : value > best) {
          best = value;
        }
      }
    }
    if (noNumbers > 0 && (!min || noNumbers == added)) {
      offerDouble(0, Double.NaN);
    } else if (added > 0) {
      offerDouble(0, best);
    }
  }

  private void addLongsToOne(Register in, int count) {
    boolean min = choice == Choice.MIN;
    long best = min ? Long.MAX_VALUE : Long.MIN_VALUE;
    long[] values = in.longs;
    boolean any = count > 0;
    if (in.hasNulls) {
      boolean[] nulls = in.nulls;
      any = false;
      for (int i = 0; i < count; i++) {
        if (!nulls[i]) {
          any = true;
          best = min ? Math.min(best, values[i]) : Math.max(best, values[i]);
        }
      }
    } else if (min) {
      for (int i = 0; i < count; i++) {
        best = Math.min(best, values[i]);
      }
    } else {
      for (int i = 0; i < count; i++) {
        best = Math.max(best, values[i]);
      }
    }
    if (any) {
      offerLong(0, best);
    }
  }

  /// Most values lose by their first eight bytes; of a dictionary's values each is looked at once
  /// in a row.
  private void addBytesToOne(Register in, int @Nullable [] rows, int count) {
    boolean min = choice == Choice.MIN;
    boolean any = present[0];
    long best = any ? start(longs[0], (int) highs[0]) : 0;
    long lastWon = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (in.isNull(row)) {
        continue;
      }
      long address = in.longs[row];
      int length = in.lengths[row];
      if (address == lastWon && length == highs[0]) {
        continue;
      }
      long start = start(address, length);
      int order = any ? Long.compareUnsigned(start, best) : 0;
      if (min ? order > 0 : order < 0) {
        continue;
      }
      if (offerBytes(0, address, length) || equal(address, length)) {
        lastWon = address;
      }
      best = start;
      any = true;
    }
  }

  private boolean equal(long address, int length) {
    return length == highs[0] && Bytes.compare(address, length, longs[0], length) == 0;
  }

  /// The first eight bytes, zeros behind shorter values: their order is that of the values, but for
  /// equal ones.
  private static long start(long address, int length) {
    if (length >= Long.BYTES) {
      return Long.reverseBytes(Memory.getLong(address));
    }
    if ((address & PAGE_BYTES - 1) <= PAGE_BYTES - Long.BYTES) {
      // What is read behind the value lies in the same page of memory, and is cut off.
      return length == 0
          ? 0
          : Long.reverseBytes(Memory.getLong(address)) & -1L << 8 * (Long.BYTES - length);
    }
    long start = 0;
    for (int i = 0; i < length; i++) {
      start |= (Memory.getByte(address + i) & 0xffL) << 8 * (Long.BYTES - 1 - i);
    }
    return start;
  }

  private void see(int group) {
    if (seen[group]) {
      throw new EngineException(
          ErrorCode.CARDINALITY_VIOLATION,
          "a subquery used as a value returned more than one row",
          null,
          "Add LIMIT 1, or aggregate it.",
          null);
    }
    seen[group] = true;
  }

  /// Whether a value that compares so to the one kept takes its place.
  private boolean wins(int comparison) {
    return choice == Choice.MIN ? comparison < 0 : choice == Choice.MAX && comparison > 0;
  }

  private void offerLong(int group, long value) {
    if (!present[group] || wins(Long.compare(value, longs[group]))) {
      present[group] = true;
      longs[group] = value;
    }
  }

  private void offerDouble(int group, double value) {
    if (!present[group] || wins(compare(value, doubles[group]))) {
      present[group] = true;
      doubles[group] = value;
    }
  }

  private static int compare(double left, double right) {
    return left == right ? 0 : Double.compare(left, right);
  }

  private void offerDecimal(int group, long high, long low) {
    if (!present[group] || wins(Int128.compare(high, low, highs[group], longs[group]))) {
      present[group] = true;
      longs[group] = low;
      highs[group] = high;
    }
  }

  /// Whether the value has taken the place of the one before.
  private boolean offerBytes(int group, long address, int length) {
    if (present[group] && !wins(Bytes.compare(address, length, longs[group], (int) highs[group]))) {
      return false;
    }
    // The place of the value before is used again where it is large enough.
    long place = present[group] && highs[group] >= length ? longs[group] : arena.allocate(length);
    Memory.copy(address, place, length);
    present[group] = true;
    longs[group] = place;
    highs[group] = length;
    return true;
  }

  @Override
  void merge(Accumulator other, int[] from, int[] to, int count) {
    ExtremeAccumulator others = (ExtremeAccumulator) other;
    for (int i = 0; i < count; i++) {
      int source = from[i];
      if (choice == Choice.SINGLE && others.seen[source]) {
        see(to[i]);
      }
      if (!others.present[source]) {
        continue;
      }
      switch (kind) {
        case LONG -> offerLong(to[i], others.longs[source]);
        case DOUBLE -> offerDouble(to[i], others.doubles[source]);
        case DECIMAL -> offerDecimal(to[i], others.highs[source], others.longs[source]);
        default -> offerBytes(to[i], others.longs[source], (int) others.highs[source]);
      }
    }
  }

  @Override
  void output(int start, int count, Register to) {
    if (to.kind == Register.Kind.DECIMAL) {
      to.makeWide(count);
    }
    for (int i = 0; i < count; i++) {
      int group = start + i;
      if (!present[group]) {
        to.setNull(i, count);
        continue;
      }
      switch (kind) {
        case LONG -> to.longs[i] = longs[group];
        case DOUBLE -> to.doubles[i] = doubles[group];
        case DECIMAL -> {
          to.longs[i] = longs[group];
          to.highs[i] = highs[group];
        }
        default -> {
          to.longs[i] = longs[group];
          to.lengths[i] = (int) highs[group];
        }
      }
    }
  }

  @Override
  int bytesPerGroup() {
    return kind == Register.Kind.LONG || kind == Register.Kind.DOUBLE ? 9 : 17;
  }

  @Override
  public void close() {
    arena.close();
  }

  @Override
  boolean isCompact() {
    return true;
  }
}
