package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Bytes;
import io.bauplan.exec.expression.Keys;
import io.bauplan.exec.expression.Register;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Hashes of rows' keys. NULLs are equal to each other.
public final class KeyHashes {
  private KeyHashes() {}

  /// One hash per row, written densely.
  public static void of(Register[] values, int @Nullable [] rows, int count, long[] to) {
    of(values, rows, 0, count, to);
  }

  /// Those of the rows from `from` to before `end`, each written to its row's place.
  public static void range(Register[] values, int from, int end, long[] to) {
    of(values, null, from, end, to);
  }

  private static void of(Register[] values, int @Nullable [] rows, int from, int end, long[] to) {
    Arrays.fill(to, from, end, 0);
    for (Register register : values) {
      boolean hasNulls = register.hasNulls;
      if (register.kind == Register.Kind.LONG && !hasNulls) {
        for (int i = from; i < end; i++) {
          int row = rows == null ? i : rows[i];
          to[i] = Bytes.mix(to[i] * 31 + register.longs[row]);
        }
        continue;
      }
      for (int i = from; i < end; i++) {
        int row = rows == null ? i : rows[i];
        long hash =
            hasNulls && register.nulls[row]
                ? 0x5bd1e995L
                : register.kind == Register.Kind.LONG
                    ? register.longs[row]
                    : Keys.hash(register, row);
        to[i] = Bytes.mix(to[i] * 31 + hash);
      }
    }
  }
}
