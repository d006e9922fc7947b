package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.Bytes;
import io.bauplan.exec.expression.Register;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A number for every distinct value of a column of texts or bytes. A coded column's values are
/// looked at once per entry of its dictionary.
final class ByteCodes {
  private static final int EMPTY = -1;

  private long[] addresses = new long[64];
  private int[] lengths = new int[64];
  private long[] hashes = new long[64];
  private int[] table = new int[128];
  private int size;

  private ByteCodes() {
    Arrays.fill(table, EMPTY);
  }

  /// @param values of the column, whose NULLs get a number that means nothing
  /// @param ordered whether greater values have greater numbers
  static long[] of(WindowRows rows, int column, Register values, boolean ordered) {
    ByteCodes codes = new ByteCodes();
    long[] result = codes.number(rows, column, values);
    if (ordered) {
      long[] ranks = codes.ranks();
      for (int row = 0; row < result.length; row++) {
        result[row] = values.isNull(row) ? 0 : ranks[(int) result[row]];
      }
    }
    return result;
  }

  private long[] number(WindowRows rows, int column, Register values) {
    long[] result = new long[rows.count()];
    Map<Dictionary, int[]> dictionaries = new HashMap<>();
    for (int b = 0; b < rows.batchCount(); b++) {
      Batch batch = rows.batch(b);
      int start = rows.start(b);
      int count = batch.rowCount();
      if (batch.column(column) instanceof DictionaryVector coded) {
        FlatVector entries = coded.dictionary();
        int[] known =
            dictionaries.computeIfAbsent(
                new Dictionary(entries.offsetsAddress(), entries.length()), Dictionary::unknown);
        for (int i = 0; i < count; i++) {
          int row = start + i;
          if (!values.isNull(row)) {
            int entry = coded.code(i);
            int code = known[entry];
            if (code == EMPTY) {
              code = number(values.longs[row], values.lengths[row]);
              known[entry] = code;
            }
            result[row] = code;
          }
        }
      } else {
        number(values, start, count, result);
      }
    }
    return result;
  }

  private record Dictionary(long address, int length) {
    private int[] unknown() {
      int[] codes = new int[length];
      Arrays.fill(codes, EMPTY);
      return codes;
    }
  }

  /// Equal values often come one after the other.
  private void number(Register values, int start, int count, long[] result) {
    int last = EMPTY;
    for (int row = start; row < start + count; row++) {
      if (values.isNull(row)) {
        continue;
      }
      long address = values.longs[row];
      int length = values.lengths[row];
      if (last == EMPTY || !Bytes.equal(addresses[last], lengths[last], address, length)) {
        last = number(address, length);
      }
      result[row] = last;
    }
  }

  private int number(long address, int length) {
    long hash = Bytes.hash(address, length);
    int mask = table.length - 1;
    int slot = (int) Bytes.mix(hash) & mask;
    while (true) {
      int code = table[slot];
      if (code == EMPTY) {
        break;
      }
      if (hashes[code] == hash && Bytes.equal(addresses[code], lengths[code], address, length)) {
        return code;
      }
      slot = slot + 1 & mask;
    }
    if (size == addresses.length) {
      grow();
      return number(address, length);
    }
    addresses[size] = address;
    lengths[size] = length;
    hashes[size] = hash;
    table[slot] = size;
    return size++;
  }

  private void grow() {
    addresses = Arrays.copyOf(addresses, 2 * size);
    lengths = Arrays.copyOf(lengths, 2 * size);
    hashes = Arrays.copyOf(hashes, 2 * size);
    table = new int[4 * size];
    Arrays.fill(table, EMPTY);
    int mask = table.length - 1;
    for (int code = 0; code < size; code++) {
      int slot = (int) Bytes.mix(hashes[code]) & mask;
      while (table[slot] != EMPTY) {
        slot = slot + 1 & mask;
      }
      table[slot] = code;
    }
  }

  private long[] ranks() {
    int[] codes = new int[size];
    Arrays.setAll(codes, i -> i);
    IntSort.sort(
        codes,
        (left, right) ->
            Bytes.compare(addresses[left], lengths[left], addresses[right], lengths[right]));
    long[] ranks = new long[size];
    for (int i = 0; i < size; i++) {
      ranks[codes[i]] = i;
    }
    return ranks;
  }
}
