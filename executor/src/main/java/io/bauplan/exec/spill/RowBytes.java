package io.bauplan.exec.spill;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Concat;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Unfinished;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Batches as bytes, one behind the other: the number of rows, then per column its buffers as they
/// are in memory. Only this process reads them.
///
/// | column | bytes |
/// |---|---|
/// | all | 1 where a validity bitmap follows, else 0 |
/// | fixed width | values |
/// | text and bytes | rows + 1 offsets from 0, bytes |
/// | list, map | rows + 1 offsets, rows of the child, child |
/// | struct | children |
final class RowBytes {
  /// Every buffer starts at a multiple of this.
  private static final int ALIGNMENT = 8;

  private byte[] bytes = new byte[1 << 10];
  private int length;

  int length() {
    return length;
  }

  byte[] array() {
    return bytes;
  }

  void clear() {
    length = 0;
  }

  /// Borrows the batch, which has no selection.
  void add(Batch batch, BufferAllocator allocator) {
    int rows = batch.rowCount();
    putInt(rows);
    for (Vector column : batch.columns()) {
      try (FlatVector flat = column.flatten(allocator)) {
        if (flat.children().isEmpty()) {
          put(flat, rows);
        } else {
          try (FlatVector compact = compact(flat, rows, allocator)) {
            put(compact, rows);
          }
        }
      }
    }
  }

  /// Without slices: children hold the rows that are pointed to and no others.
  private static FlatVector compact(FlatVector flat, int rows, BufferAllocator allocator) {
    int[] all = new int[rows];
    Arrays.setAll(all, i -> i);
    return Gather.gather(flat, all, rows, 0, allocator);
  }

  private void put(FlatVector flat, int rows) {
    putInt(flat.validityAddress() == 0 ? 0 : 1);
    if (flat.validityAddress() != 0) {
      putBytes(flat.validityAddress(), rows + 7 >>> 3);
    }
    switch (flat.type()) {
      case DataType.VarcharType(), DataType.BinaryType() -> {
        int end = putOffsets(flat, rows);
        int begin = rows == 0 ? 0 : Memory.getInt(flat.offsetsAddress());
        putBytes(flat.dataAddress() + begin, end);
      }
      case DataType.ListType ignored -> putChild(flat, putOffsets(flat, rows));
      case DataType.MapType ignored -> putChild(flat, putOffsets(flat, rows));
      case DataType.StructType ignored -> flat.children().forEach(child -> put(child, rows));
      case DataType.NullType() -> {}
      default ->
          putBytes(
              flat.dataAddress(), (int) (rows * FlatVector.bitsPerValue(flat.type()) + 7 >>> 3));
    }
  }

  private void putChild(FlatVector flat, int rows) {
    putInt(rows);
    put(flat.children().getFirst(), rows);
  }

  /// Offsets from 0 on; the last one.
  private int putOffsets(FlatVector flat, int rows) {
    int end = 0;
    ensure(4L * (rows + 1) + ALIGNMENT);
    if (rows == 0) {
      putInt(0);
      return 0;
    }
    long from = flat.offsetsAddress();
    int begin = Memory.getInt(from);
    for (int i = 0; i <= rows; i++) {
      end = Memory.getInt(from + 4L * i) - begin;
      INT.set(bytes, length + 4 * i, end);
    }
    length += 4 * (rows + 1);
    pad();
    return end;
  }

  private static final java.lang.invoke.VarHandle INT =
      java.lang.invoke.MethodHandles.byteArrayViewVarHandle(
          int[].class, java.nio.ByteOrder.LITTLE_ENDIAN);

  private void putInt(int value) {
    ensure(ALIGNMENT);
    INT.set(bytes, length, value);
    length += ALIGNMENT;
  }

  private void putBytes(long from, int count) {
    ensure((long) count + ALIGNMENT);
    if (count > 0) {
      Memory.copy(from, bytes, length, count);
      length += count;
      pad();
    }
  }

  private void pad() {
    length = length + ALIGNMENT - 1 & -ALIGNMENT;
  }

  private void ensure(long more) {
    long wanted = length + more;
    if (wanted > bytes.length) {
      int grown = (int) Math.min(Integer.MAX_VALUE - 64, Math.max(wanted, 2L * bytes.length));
      if (grown < wanted) {
        throw new OutOfMemoryError("a spilled batch of " + wanted + " bytes");
      }
      bytes = Arrays.copyOf(bytes, grown);
    }
  }

  /// All rows of a block as one batch, which the caller owns. Borrows the buffer.
  static Batch read(RowType type, ArrowBuf block, int length, BufferAllocator allocator) {
    List<Batch> batches = new ArrayList<>();
    try {
      Cursor cursor = new Cursor(block);
      while (cursor.at < length) {
        batches.add(cursor.batch(type));
      }
      if (batches.size() == 1) {
        return batches.removeFirst();
      }
      return concat(type, batches, allocator);
    } finally {
      batches.forEach(Batch::close);
    }
  }

  private static Batch concat(RowType type, List<Batch> batches, BufferAllocator allocator) {
    int rows = 0;
    for (Batch batch : batches) {
      rows += batch.rowCount();
    }
    try (Unfinished unfinished = new Unfinished()) {
      List<Vector> columns = new ArrayList<>();
      for (int c = 0; c < type.size(); c++) {
        List<FlatVector> parts = new ArrayList<>();
        for (Batch batch : batches) {
          parts.add((FlatVector) batch.column(c));
        }
        columns.add(unfinished.add(Concat.concat(type.type(c), parts, allocator)));
      }
      return unfinished.done(new Batch(columns, rows));
    }
  }

  /// Makes vectors that are parts of a block.
  private static final class Cursor {
    private final ArrowBuf block;
    private int at;

    Cursor(ArrowBuf block) {
      this.block = block;
    }

    Batch batch(RowType type) {
      int rows = readInt();
      try (Unfinished unfinished = new Unfinished()) {
        List<Vector> columns = new ArrayList<>();
        for (int c = 0; c < type.size(); c++) {
          columns.add(unfinished.add(vector(type.type(c), rows)));
        }
        return unfinished.done(new Batch(columns, rows));
      }
    }

    private FlatVector vector(DataType type, int rows) {
      @Nullable ArrowBuf validity = readInt() == 0 ? null : part(rows + 7 >>> 3);
      return switch (type) {
        case DataType.VarcharType(), DataType.BinaryType() -> {
          int end = Memory.getInt(block.memoryAddress() + at + 4L * rows);
          ArrowBuf offsets = part(4 * (rows + 1));
          yield new FlatVector(type, rows, validity, offsets, part(end), List.of());
        }
        case DataType.ListType ignored -> list(type, rows, validity);
        case DataType.MapType ignored -> list(type, rows, validity);
        case DataType.StructType ignored -> {
          List<FlatVector> children = new ArrayList<>();
          for (DataType child : FlatVector.childTypes(type)) {
            children.add(vector(child, rows));
          }
          yield new FlatVector(type, rows, validity, null, null, children);
        }
        case DataType.NullType() -> new FlatVector(type, rows, validity, null, null, List.of());
        default ->
            new FlatVector(
                type,
                rows,
                validity,
                null,
                part((int) (rows * FlatVector.bitsPerValue(type) + 7 >>> 3)),
                List.of());
      };
    }

    private FlatVector list(DataType type, int rows, @Nullable ArrowBuf validity) {
      ArrowBuf offsets = part(4 * (rows + 1));
      int childRows = readInt();
      FlatVector child = vector(FlatVector.childTypes(type).getFirst(), childRows);
      return new FlatVector(type, rows, validity, offsets, null, List.of(child));
    }

    private int readInt() {
      int value = Memory.getInt(block.memoryAddress() + at);
      at += ALIGNMENT;
      return value;
    }

    private ArrowBuf part(int count) {
      ArrowBuf part = block.slice(at, count);
      part.getReferenceManager().retain();
      at = at + count + ALIGNMENT - 1 & -ALIGNMENT;
      return part;
    }
  }
}
