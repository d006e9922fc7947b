package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterWriter;
import org.apache.arrow.memory.BufferAllocator;

/// Makes vectors of a table's keys.
final class KeyVectors {
  private KeyVectors() {}

  /// The keys of `count` groups from `start`. The caller owns them.
  static Vector of(Register key, int start, int count, BufferAllocator allocator) {
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
    return RegisterWriter.write(slice, null, count, count, allocator);
  }
}
