package io.bauplan.exec.spill;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;

/// What rows take with a value per row, about: a few steps per column, whatever their number.
public final class PlainBytes {
  private PlainBytes() {}

  public static long of(Batch batch) {
    int length = batch.vectorLength();
    if (length == 0) {
      return 0;
    }
    long bytes = 0;
    for (Vector column : batch.columns()) {
      bytes += of(column);
    }
    return batch.selection() == null ? bytes : bytes * batch.rowCount() / length;
  }

  private static long of(Vector vector) {
    return switch (vector) {
      case FlatVector flat -> of(flat, flat.length());
      case ConstantVector constant -> constant.length() * of(constant.value(), 1);
      case DictionaryVector coded -> {
        FlatVector entries = coded.dictionary();
        yield entries.length() == 0
            ? 0
            : coded.length() * of(entries, entries.length()) / entries.length();
      }
    };
  }

  private static long of(FlatVector flat, int rows) {
    long bytes = flat.validityAddress() == 0 ? 0 : rows >>> 3;
    bytes += rows * FlatVector.bitsPerValue(flat.type()) >>> 3;
    if (flat.offsetsAddress() != 0 && rows > 0) {
      int entries =
          Memory.getInt(flat.offsetsAddress() + 4L * rows) - Memory.getInt(flat.offsetsAddress());
      boolean text =
          flat.type() instanceof DataType.VarcharType || flat.type() instanceof DataType.BinaryType;
      bytes += 4L * rows + (text ? entries : of(flat.children().getFirst(), entries));
    } else {
      for (FlatVector child : flat.children()) {
        bytes += of(child, rows);
      }
    }
    return bytes;
  }
}
