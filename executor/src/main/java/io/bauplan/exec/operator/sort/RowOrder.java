package io.bauplan.exec.operator.sort;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.Bytes;
import io.bauplan.exec.expression.Int128;
import io.bauplan.exec.expression.Nested;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.SortKey;
import java.util.List;
import java.util.Objects;

/// The order of a batch's rows by some keys. The first key is normalized to an unsigned long per
/// row, so that most comparisons touch one array; ties go to the typed comparison.
public final class RowOrder {
  private final List<SortKey> keys;
  private final Register[] values;
  private final long[] prefixes;
  private final boolean prefixDecides;

  /// Whether prefixes can be compared with those of other rows: those of decimals depend on their
  /// width here.
  private final boolean prefixesAgree;

  /// Borrows the batch, flat and without selection, while the order is used.
  public RowOrder(Batch rows, List<SortKey> keys) {
    this.keys = List.copyOf(keys);
    this.values = new Register[keys.size()];
    int count = rows.rowCount();
    for (int k = 0; k < values.length; k++) {
      values[k] = new Register(rows.column(keys.get(k).column()).type());
      RegisterLoader.load(rows.column(keys.get(k).column()), values[k], null, count, count);
    }
    this.prefixes = new long[count];
    this.prefixesAgree = values.length > 0 && values[0].kind != Register.Kind.DECIMAL;
    this.prefixDecides = values.length == 0 || prefixes(values[0], this.keys.getFirst(), count);
  }

  /// Fills `prefixes` and returns whether equal prefixes mean equal first keys.
  private boolean prefixes(Register first, SortKey key, int count) {
    boolean exact = first.kind == Register.Kind.DOUBLE;
    for (int row = 0; row < count; row++) {
      if (first.isNull(row)) {
        prefixes[row] = key.nullsFirst() ? 0 : -1;
        continue;
      }
      long prefix =
          switch (first.kind) {
            case LONG -> first.longs[row] ^ Long.MIN_VALUE;
            case DECIMAL -> first.wide ? wide(first, row) : first.longs[row] ^ Long.MIN_VALUE;
            case DOUBLE -> sortable(first.doubles[row]);
            case BYTES -> text(first.longs[row], first.lengths[row]);
            case NESTED -> 0;
          };
      prefixes[row] = key.ascending() ? prefix : ~prefix;
    }
    // Values may share their prefix with NULL's, wide and textual ones with each other.
    return (exact
            || first.kind == Register.Kind.LONG
            || first.kind == Register.Kind.DECIMAL && !first.wide)
        && !first.hasNulls;
  }

  private static long wide(Register register, int row) {
    long high = register.highs[row];
    // Monotonic, if coarse: the upper 64 of the 128 bits.
    return high ^ Long.MIN_VALUE;
  }

  /// Orders as an unsigned long: -0 is 0, NaN is above all.
  static long sortable(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
  }

  private static long text(long address, int length) {
    if (length >= 8) {
      return Long.reverseBytes(Memory.getLong(address));
    }
    long prefix = 0;
    for (int i = 0; i < length; i++) {
      prefix |= (Memory.getByte(address + i) & 0xffL) << (56 - 8 * i);
    }
    return prefix;
  }

  /// Tells the first key of row 0.
  void tell(TopBound bound) {
    bound.offer(values[0], 0);
  }

  public int compare(int left, int right) {
    long l = prefixes[left];
    long r = prefixes[right];
    if (l != r) {
      return Long.compareUnsigned(l, r);
    }
    for (int k = prefixDecides ? 1 : 0; k < values.length; k++) {
      int comparison = compare(values[k], keys.get(k), left, right);
      if (comparison != 0) {
        return comparison;
      }
    }
    return 0;
  }

  /// Compares a row of this with one of other rows under the same keys.
  int compare(int left, RowOrder other, int right) {
    if (prefixesAgree && other.prefixesAgree) {
      long l = prefixes[left];
      long r = other.prefixes[right];
      if (l != r) {
        return Long.compareUnsigned(l, r);
      }
    }
    for (int k = 0; k < values.length; k++) {
      int comparison = compare(values[k], left, other.values[k], right, keys.get(k));
      if (comparison != 0) {
        return comparison;
      }
    }
    return 0;
  }

  private static int compare(Register values, SortKey key, int left, int right) {
    return compare(values, left, values, right, key);
  }

  private static int compare(Register values, int left, Register others, int right, SortKey key) {
    boolean leftNull = values.isNull(left);
    boolean rightNull = others.isNull(right);
    if (leftNull || rightNull) {
      return leftNull == rightNull ? 0 : leftNull == key.nullsFirst() ? -1 : 1;
    }
    int comparison =
        switch (values.kind) {
          case LONG -> Long.compare(values.longs[left], others.longs[right]);
          case DOUBLE ->
              Long.compareUnsigned(sortable(values.doubles[left]), sortable(others.doubles[right]));
          case DECIMAL ->
              Int128.compare(
                  values.high(left), values.longs[left], others.high(right), others.longs[right]);
          case BYTES ->
              Bytes.compare(
                  values.longs[left], values.lengths[left],
                  others.longs[right], others.lengths[right]);
          case NESTED -> {
            FlatVector vector = Objects.requireNonNull(values.vector);
            FlatVector other = Objects.requireNonNull(others.vector);
            yield Nested.compare(vector, left, other, right);
          }
        };
    return key.ascending() ? comparison : -comparison;
  }

  /// The rows in order; stable.
  public int[] sorted() {
    int count = prefixes.length;
    int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      rows[i] = i;
    }
    if (keys.isEmpty()) {
      return rows;
    }
    int[] scratch = rows.clone();
    mergeSort(scratch, rows, 0, count);
    return rows;
  }

  private static final int INSERTION_ROWS = 16;

  /// Sorts `to[from..end)`, whose rows `source` holds too.
  private void mergeSort(int[] source, int[] to, int from, int end) {
    if (end - from <= INSERTION_ROWS) {
      for (int i = from + 1; i < end; i++) {
        int row = to[i];
        int j = i - 1;
        while (j >= from && compare(to[j], row) > 0) {
          to[j + 1] = to[j];
          j--;
        }
        to[j + 1] = row;
      }
      return;
    }
    int middle = (from + end) >>> 1;
    mergeSort(to, source, from, middle);
    mergeSort(to, source, middle, end);
    if (compare(source[middle - 1], source[middle]) <= 0) {
      System.arraycopy(source, from, to, from, end - from);
      return;
    }
    int l = from;
    int r = middle;
    for (int i = from; i < end; i++) {
      to[i] =
          r >= end || l < middle && compare(source[l], source[r]) <= 0 ? source[l++] : source[r++];
    }
  }
}
