package io.bauplan.exec.expression;

import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import org.jspecify.annotations.Nullable;

/// Rows chosen by their codes, after each entry of the dictionary was given an answer. The width of
/// codes and whether there are NULLs are asked once for a batch, not for every row.
public final class CodedRows {
  private CodedRows() {}

  /// The rows, of the given ones, whose entry has the wanted answer; NULL has none.
  ///
  /// @param answers by code
  /// @param to may be `rows`
  /// @return how many
  public static int select(
      DictionaryVector vector,
      byte[] answers,
      byte wanted,
      int @Nullable [] rows,
      int count,
      int[] to) {
    int selected =
        switch (vector.codeBytes()) {
          case 1 -> selectBytes(vector.codesAddress(), answers, wanted, rows, count, to);
          case 2 -> selectShorts(vector.codesAddress(), answers, wanted, rows, count, to);
          default -> selectInts(vector.codesAddress(), answers, wanted, rows, count, to);
        };
    return valid(vector.validityAddress(), to, selected);
  }

  /// Keeps the rows whose bit is set, in place.
  ///
  /// @param validity 0 = all are
  /// @return how many
  public static int valid(long validity, int[] rows, int count) {
    if (validity == 0) {
      return count;
    }
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      rows[kept] = row;
      kept += Memory.bit(validity, row) ? 1 : 0;
    }
    return kept;
  }

  private static int selectBytes(
      long codes, byte[] answers, byte wanted, int @Nullable [] rows, int count, int[] to) {
    int selected = 0;
    if (rows == null) {
      for (int row = 0; row < count; row++) {
        to[selected] = row;
        selected += answers[Memory.getByte(codes + row) & 0xff] == wanted ? 1 : 0;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = rows[i];
        to[selected] = row;
        selected += answers[Memory.getByte(codes + row) & 0xff] == wanted ? 1 : 0;
      }
    }
    return selected;
  }

  private static int selectShorts(
      long codes, byte[] answers, byte wanted, int @Nullable [] rows, int count, int[] to) {
    int selected = 0;
    if (rows == null) {
      for (int row = 0; row < count; row++) {
        to[selected] = row;
        selected += answers[Memory.getShort(codes + 2L * row) & 0xffff] == wanted ? 1 : 0;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = rows[i];
        to[selected] = row;
        selected += answers[Memory.getShort(codes + 2L * row) & 0xffff] == wanted ? 1 : 0;
      }
    }
    return selected;
  }

  private static int selectInts(
      long codes, byte[] answers, byte wanted, int @Nullable [] rows, int count, int[] to) {
    int selected = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      to[selected] = row;
      selected += answers[Memory.getInt(codes + 4L * row)] == wanted ? 1 : 0;
    }
    return selected;
  }

  /// Whether both are the same entries in the same memory: what was found for one holds for the
  /// other. Nothing else can be there as long as `known` is referred to.
  public static boolean isSame(@Nullable FlatVector known, FlatVector dictionary) {
    return known != null
        && known.data() == dictionary.data()
        && known.offsets() == dictionary.offsets()
        && known.start() == dictionary.start()
        && known.length() == dictionary.length();
  }
}
