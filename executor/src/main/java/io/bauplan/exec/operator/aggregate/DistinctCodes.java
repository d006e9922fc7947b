package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.memory.Memory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The values of a dictionary's vector that occur in a batch, each once. Used by one thread.
final class DistinctCodes {
  private final Register values;
  private boolean[] seen = {};
  private int[] codes = {};

  DistinctCodes(Register values) {
    this.values = values;
  }

  /// Positions in `values` of what the given rows have, NULL left out.
  ///
  /// @return how many
  int collect(DictionaryVector vector, int @Nullable [] rows, int count) {
    int size = vector.dictionary().length();
    if (seen.length < size) {
      seen = new boolean[size];
      codes = new int[size];
    } else {
      Arrays.fill(seen, 0, size, false);
    }
    mark(vector, rows, count);
    int found = 0;
    for (int code = 0; code < size; code++) {
      if (seen[code]) {
        codes[found++] = code;
      }
    }
    RegisterLoader.load(vector.dictionary(), values, codes, found, size);
    return found;
  }

  private void mark(DictionaryVector vector, int @Nullable [] rows, int count) {
    long validity = vector.validityAddress();
    if (validity == 0 && vector.codeBytes() == 1 && rows == null) {
      long address = vector.codesAddress();
      for (int i = 0; i < count; i++) {
        seen[Memory.getByte(address + i) & 0xff] = true;
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (validity == 0 || Memory.bit(validity, row)) {
        seen[vector.code(row)] = true;
      }
    }
  }

  Register values() {
    return values;
  }

  int[] codes() {
    return codes;
  }
}
