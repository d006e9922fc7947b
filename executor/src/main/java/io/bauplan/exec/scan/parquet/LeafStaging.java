package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import org.jspecify.annotations.Nullable;

/// Brings fixed-width values of at most 64 bits into an array of longs: integers sign-extended,
/// floats by their bits, decimals by their unscaled value.
final class LeafStaging {
  private LeafStaging() {}

  /// Rows `chosen` of the vector (null: the first `count`), none of them NULL.
  static void stage(FlatVector vector, int @Nullable [] chosen, int count, long[] out) {
    long data = vector.dataAddress();
    int bits = (int) FlatVector.bitsPerValue(vector.type());
    if (chosen == null) {
      all(data, bits, count, out);
    } else {
      some(data, bits, chosen, count, out);
    }
  }

  private static void all(long data, int bits, int count, long[] out) {
    switch (bits) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.bit(data, i) ? 1 : 0;
        }
      }
      case 8 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getByte(data + i);
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getShort(data + 2L * i);
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getInt(data + 4L * i);
        }
      }
      case 64 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getLong(data + 8L * i);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getLong(data + 16L * i);
        }
      }
    }
  }

  private static void some(long data, int bits, int[] chosen, int count, long[] out) {
    switch (bits) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.bit(data, chosen[i]) ? 1 : 0;
        }
      }
      case 8 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getByte(data + chosen[i]);
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getShort(data + 2L * chosen[i]);
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getInt(data + 4L * chosen[i]);
        }
      }
      case 64 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getLong(data + 8L * chosen[i]);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          out[i] = Memory.getLong(data + 16L * chosen[i]);
        }
      }
    }
  }
}
