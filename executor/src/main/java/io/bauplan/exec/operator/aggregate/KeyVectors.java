package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Register;
import java.util.Arrays;

/// The keys of a table's groups, an array per column.
final class KeyVectors {
  private KeyVectors() {}

  /// The keys of `count` groups from `start`.
  static Register slice(Register key, int start, int count) {
    Register slice = new Register(key.type);
    slice.reset(count);
    if (key.hasNulls) {
      slice.clearNulls(count);
      System.arraycopy(key.nulls, start, slice.nulls, 0, count);
    }
    switch (key.kind) {
      case DOUBLE -> System.arraycopy(key.doubles, start, slice.doubles, 0, count);
      case DECIMAL -> {
        slice.makeWide(count);
        System.arraycopy(key.longs, start, slice.longs, 0, count);
        System.arraycopy(key.highs, start, slice.highs, 0, count);
      }
      case BYTES -> {
        System.arraycopy(key.longs, start, slice.longs, 0, count);
        System.arraycopy(key.lengths, start, slice.lengths, 0, count);
      }
      default -> System.arraycopy(key.longs, start, slice.longs, 0, count);
    }
    return slice;
  }

  /// Makes room for so many groups.
  static void grow(Register[] keys, int groups) {
    for (Register key : keys) {
      switch (key.kind) {
        case LONG -> key.longs = Arrays.copyOf(key.longs, groups);
        case DOUBLE -> key.doubles = Arrays.copyOf(key.doubles, groups);
        case DECIMAL -> {
          key.longs = Arrays.copyOf(key.longs, groups);
          key.highs = Arrays.copyOf(key.highs, groups);
          key.wide = true;
        }
        default -> {
          key.longs = Arrays.copyOf(key.longs, groups);
          key.lengths = Arrays.copyOf(key.lengths, groups);
        }
      }
      if (key.hasNulls) {
        key.nulls = Arrays.copyOf(key.nulls, groups);
      }
    }
  }
}
