package io.bauplan.exec.batch;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Copies the rows of small batches one behind the other, while they are in the processor's caches:
/// whoever reads them later finds a few large batches. Used by one thread.
public final class BatchAppender implements AutoCloseable {
  private static final int FIRST_BYTES_PER_VALUE = 16;

  private final Column[] columns;
  private final int capacity;
  private final BufferAllocator allocator;
  private int[] positions = {};
  private int rows;

  /// @param type one that is supported
  /// @param capacity rows, at most
  public BatchAppender(RowType type, int capacity, BufferAllocator allocator) {
    this.capacity = capacity;
    this.allocator = allocator;
    this.columns = new Column[type.size()];
    for (int c = 0; c < columns.length; c++) {
      columns[c] = new Column(type.type(c));
    }
  }

  /// Whether all columns have values of a fixed width, or texts or bytes.
  public static boolean supports(RowType type) {
    return type.columns().stream()
        .allMatch(c -> FlatVector.bitsPerValue(c.type()) > 0 || isBytes(c.type()));
  }

  private static boolean isBytes(DataType type) {
    return type instanceof DataType.VarcharType || type instanceof DataType.BinaryType;
  }

  public int rowCount() {
    return rows;
  }

  public boolean hasRoom(int more) {
    return more <= capacity - rows;
  }

  /// Copies the rows that are selected, for which there is room. Borrows the batch. Where memory is
  /// short, it throws, and has none of them.
  public void append(Batch batch) {
    int count = batch.rowCount();
    int[] selection = batch.selection();
    if (positions.length < count) {
      positions = new int[Math.max(count, 64)];
    }
    for (int c = 0; c < columns.length; c++) {
      columns[c].append(batch.column(c), selection, count);
    }
    rows += count;
  }

  /// All rows so far, and begins anew. The caller owns them.
  public Batch take() {
    List<Vector> vectors = new ArrayList<>();
    for (Column column : columns) {
      vectors.add(column.take());
    }
    Batch all = new Batch(vectors, rows);
    rows = 0;
    return all;
  }

  @Override
  public void close() {
    for (Column column : columns) {
      column.close();
    }
    rows = 0;
  }

  private final class Column {
    private final DataType type;
    private final int bits;
    private @Nullable ArrowBuf data;
    private @Nullable ArrowBuf validity;
    private @Nullable ArrowBuf offsets;

    Column(DataType type) {
      this.type = type;
      this.bits = (int) FlatVector.bitsPerValue(type);
    }

    void append(Vector from, int @Nullable [] selection, int count) {
      long nulls =
          switch (from) {
            case FlatVector flat -> flat.validityAddress();
            case DictionaryVector coded -> coded.validityAddress();
            case ConstantVector ignored -> 0;
          };
      FlatVector values =
          switch (from) {
            case FlatVector flat -> flat;
            case DictionaryVector coded -> coded.dictionary();
            case ConstantVector constant -> constant.value();
          };
      boolean none =
          values.length() == 0 || from instanceof ConstantVector constant && constant.isNull();
      if (none || nulls != 0 || validity != null) {
        appendValidity(none, nulls, selection, count);
      }
      if (data == null) {
        start();
      }
      if (!none) {
        locate(from, selection, count);
        if (bits == 0) {
          appendBytes(values, count);
        } else {
          appendFixed(values, count);
        }
      } else if (bits == 0) {
        long ends = Objects.requireNonNull(offsets).memoryAddress();
        int end = Memory.getInt(ends + 4L * rows);
        for (int i = 1; i <= count; i++) {
          Memory.putInt(ends + 4L * (rows + i), end);
        }
      }
    }

    /// Where each row's value is.
    private void locate(Vector from, int @Nullable [] selection, int count) {
      for (int i = 0; i < count; i++) {
        int row = selection == null ? i : selection[i];
        positions[i] =
            switch (from) {
              case FlatVector ignored -> row;
              case DictionaryVector coded -> coded.code(row);
              case ConstantVector ignored -> 0;
            };
      }
    }

    private void start() {
      if (bits == 0) {
        if (offsets == null) {
          offsets = Gather.zeroed(allocator, 4L * (capacity + 1));
        }
        data = allocator.buffer((long) capacity * FIRST_BYTES_PER_VALUE);
      } else {
        data = Gather.zeroed(allocator, ((long) capacity * bits + 7) >>> 3);
      }
    }

    private void appendValidity(boolean none, long from, int @Nullable [] selection, int count) {
      ArrowBuf to = validity;
      if (to == null) {
        to = Gather.zeroed(allocator, (capacity + 7L) >>> 3);
        validity = to;
        for (int i = 0; i < rows; i++) {
          Memory.setBit(to.memoryAddress(), i);
        }
      }
      for (int i = 0; i < count; i++) {
        boolean valid =
            !none && (from == 0 || Memory.bit(from, selection == null ? i : selection[i]));
        if (valid) {
          Memory.setBit(to.memoryAddress(), rows + i);
        } else {
          // An earlier attempt may have been given up.
          Memory.clearBit(to.memoryAddress(), rows + i);
        }
      }
    }

    private void appendFixed(FlatVector values, int count) {
      long to = Objects.requireNonNull(data).memoryAddress();
      if (bits == 1) {
        for (int i = 0; i < count; i++) {
          if (Memory.bit(values.dataAddress(), positions[i])) {
            Memory.setBit(to, rows + i);
          } else {
            Memory.clearBit(to, rows + i);
          }
        }
      } else {
        Gather.copyAll(
            values.dataAddress(), bits, positions, count, to + ((long) rows * bits >>> 3));
      }
    }

    private void appendBytes(FlatVector values, int count) {
      long ends = Objects.requireNonNull(offsets).memoryAddress() + 4L * rows;
      long starts = values.offsetsAddress();
      long end = Memory.getInt(ends);
      for (int i = 0; i < count; i++) {
        long at = starts + 4L * positions[i];
        end += Memory.getInt(at + 4) - Memory.getInt(at);
        if (end > Integer.MAX_VALUE - 64) {
          throw Gather.tooManyBytes();
        }
        Memory.putInt(ends + 4L * (i + 1), (int) end);
      }
      long to = room(end, Memory.getInt(ends));
      long from = values.dataAddress();
      long lastWord = Gather.lastWord(values);
      for (int i = 0; i < count; i++) {
        int begin = Memory.getInt(starts + 4L * positions[i]);
        int target = Memory.getInt(ends + 4L * i);
        int length = Memory.getInt(ends + 4L * (i + 1)) - target;
        Gather.copyValue(from + begin, to + target, length, lastWord);
      }
    }

    /// Makes room for so many bytes, of which some are there; gives where they begin.
    private long room(long bytes, int used) {
      ArrowBuf before = Objects.requireNonNull(data);
      if (bytes + Vector.TAIL_PADDING_BYTES <= before.capacity()) {
        return before.memoryAddress();
      }
      ArrowBuf more =
          allocator.buffer(Math.max(2 * before.capacity(), bytes + Vector.TAIL_PADDING_BYTES));
      Memory.copy(before.memoryAddress(), more.memoryAddress(), used);
      before.close();
      data = more;
      return more.memoryAddress();
    }

    FlatVector take() {
      FlatVector taken = new FlatVector(type, rows, validity, offsets, data, List.of());
      data = null;
      validity = null;
      offsets = null;
      return taken;
    }

    void close() {
      take().close();
    }
  }
}
