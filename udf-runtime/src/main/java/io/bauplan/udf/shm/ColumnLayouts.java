package io.bauplan.udf.shm;

import static io.bauplan.udf.shm.IpcFile.require;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// Layouts of single columns: a batch's taken apart, and rows of one.
final class ColumnLayouts {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private int nodes;
  private int buffers;

  private ColumnLayouts() {}

  /// The layout of each column of a batch.
  static List<BatchLayout> split(Schema schema, BatchLayout batch) {
    ColumnLayouts walk = new ColumnLayouts();
    List<BatchLayout> columns = new ArrayList<>();
    for (Field field : schema.getFields()) {
      int node = walk.nodes;
      int buffer = walk.buffers;
      walk.pass(field);
      columns.add(
          new BatchLayout(
              batch.rows(),
              Arrays.copyOfRange(batch.nodeLengths(), node, walk.nodes),
              Arrays.copyOfRange(batch.nodeNulls(), node, walk.nodes),
              Arrays.copyOfRange(batch.bufferOffsets(), buffer, walk.buffers),
              Arrays.copyOfRange(batch.bufferLengths(), buffer, walk.buffers)));
    }
    return columns;
  }

  private void pass(Field field) {
    nodes++;
    buffers +=
        switch (ColumnKind.of(field)) {
          case ColumnKind.Nothing _ -> 0;
          case ColumnKind.Bits _, ColumnKind.Fixed _, ColumnKind.Listed _ -> 2;
          case ColumnKind.Variable _ -> 3;
          case ColumnKind.FixedList _, ColumnKind.Structure _ -> 1;
        };
    field.getChildren().forEach(this::pass);
  }

  /// Rows of a column that need no byte to move: any rows of values of one width, from a whole byte
  /// on where there are bits, the first rows of texts. Nested columns only whole.
  ///
  /// @param address that the column's offsets count from
  static BatchLayout slice(Field field, BatchLayout column, long from, long rows, long address)
      throws MalformedTableException {
    require(
        from >= 0 && rows >= 0 && rows <= column.rows() && from <= column.rows() - rows,
        "rows of column '%s' lie outside of it".formatted(field.getName()));
    if (from == 0 && rows == column.rows()) {
      return column;
    }
    ColumnKind kind = ColumnKind.of(field);
    long[] offsets = column.bufferOffsets().clone();
    long[] lengths = column.bufferLengths().clone();
    long nulls = column.nodeNulls()[0] == column.rows() ? rows : 0;
    boolean mixed = column.nodeNulls()[0] > 0 && nulls == 0;
    boolean aligned =
        switch (kind) {
          case ColumnKind.Fixed _ -> !mixed || from % 8 == 0;
          case ColumnKind.Bits _ -> from % 8 == 0;
          case ColumnKind.Variable _ -> from == 0;
          default -> false;
        };
    require(aligned, "rows of column '%s' do not begin where they can".formatted(field.getName()));
    offsets[0] += from / 8;
    lengths[0] = mixed ? (rows + 7) / 8 : 0;
    if (mixed) {
      nulls = rows - ones(address + offsets[0], rows);
    }
    switch (kind) {
      case ColumnKind.Bits _ -> {
        offsets[1] += from / 8;
        lengths[1] = (rows + 7) / 8;
      }
      case ColumnKind.Variable(int width, _) -> {
        lengths[1] = (rows + 1) * width;
        long end = offsets[1] + rows * width;
        MemorySegment all = MemorySegment.ofAddress(address + end).reinterpret(width);
        lengths[2] = width == 4 ? all.get(INT, 0) : all.get(LONG, 0);
      }
      case ColumnKind.Fixed(int width) -> {
        offsets[1] += from * width;
        lengths[1] = rows * width;
      }
      default -> {}
    }
    return new BatchLayout((int) rows, new long[] {rows}, new long[] {nulls}, offsets, lengths);
  }

  private static long ones(long address, long bits) {
    MemorySegment bytes = MemorySegment.ofAddress(address).reinterpret((bits + 7) / 8);
    long ones = 0;
    long at = 0;
    for (; at + 64 <= bits; at += 64) {
      ones += Long.bitCount(bytes.get(LONG, at / 8));
    }
    for (; at < bits; at++) {
      ones += bytes.get(ValueLayout.JAVA_BYTE, at / 8) >> (at % 8) & 1;
    }
    return ones;
  }
}
