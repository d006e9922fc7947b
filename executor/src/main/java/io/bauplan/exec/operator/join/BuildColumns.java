package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Unfinished;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.operator.BatchGather;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// The build side's columns in joined rows. They are codes into the build side's own memory, the
/// same codes for all columns: a value is copied when somebody reads it, and where nobody does,
/// never.
final class BuildColumns implements AutoCloseable {
  private final Batch build;

  /// By column, what its codes point into; null where values are copied at once.
  private final List<@Nullable FlatVector> entries = new ArrayList<>();

  private final int codeBytes;
  private final BufferAllocator allocator;

  /// Borrows the build side.
  BuildColumns(Batch build, BufferAllocator allocator) {
    this.build = build;
    this.allocator = allocator;
    this.codeBytes = build.rowCount() <= 1 << 8 ? 1 : build.rowCount() <= 1 << 16 ? 2 : 4;
    for (Vector column : build.columns()) {
      entries.add(column instanceof FlatVector flat && isCoded(flat.type()) ? bare(flat) : null);
    }
  }

  /// Types whose values kernels read through codes as quickly as from a copy.
  private static boolean isCoded(DataType type) {
    return switch (type) {
      case DataType.VarcharType(), DataType.BinaryType() -> true;
      case DataType.FloatType(int bits) -> bits == 64;
      case DataType.UuidType(), DataType.NullType() -> false;
      case DataType.ListType ignored -> false;
      case DataType.MapType ignored -> false;
      case DataType.StructType ignored -> false;
      default -> {
        long bits = FlatVector.bitsPerValue(type);
        yield bits == 32 || bits == 64;
      }
    };
  }

  /// The values alone: which of them are NULL, each joined row says for itself.
  private static FlatVector bare(FlatVector column) {
    return column.validity() == null ? column.retain() : column.withoutValidity();
  }

  /// The given rows of all columns; a negative row is all NULL. The caller owns the vectors.
  List<Vector> gather(int[] rows, int count) {
    List<Vector> made = new ArrayList<>();
    try (Shared shared = new Shared(rows, count)) {
      for (int column = 0; column < entries.size(); column++) {
        made.add(shared.column(column));
      }
      return made;
    } catch (RuntimeException | Error e) {
      made.forEach(Vector::close);
      throw e;
    }
  }

  /// The given rows of one column.
  Vector gather(int column, int[] rows, int count) {
    try (Shared shared = new Shared(rows, count)) {
      return shared.column(column);
    }
  }

  /// What the columns of one batch have in common, made when the first asks for it.
  private final class Shared implements AutoCloseable {
    private final int[] rows;
    private final int count;
    private final boolean anyNone;
    private @Nullable ArrowBuf codes;
    private @Nullable ArrowBuf found;

    Shared(int[] rows, int count) {
      this.rows = rows;
      this.count = count;
      int signs = 0;
      for (int i = 0; i < count; i++) {
        signs |= rows[i];
      }
      this.anyNone = signs < 0;
    }

    Vector column(int column) {
      FlatVector values = entries.get(column);
      if (values == null) {
        return BatchGather.gather(build.column(column), rows, count, allocator);
      }
      try (Unfinished unfinished = new Unfinished()) {
        ArrowBuf validity = validity((FlatVector) build.column(column));
        if (validity != null) {
          unfinished.add(validity);
        }
        ArrowBuf own = codes();
        own.getReferenceManager().retain();
        unfinished.add(own);
        return unfinished.done(
            new DictionaryVector(count, codeBytes, validity, own, values.retain()));
      }
    }

    /// Another reference to a bitmap that several columns may share; null where no row is NULL.
    private @Nullable ArrowBuf validity(FlatVector column) {
      long nulls = column.validityAddress();
      if (nulls == 0 && !anyNone) {
        return null;
      }
      if (nulls != 0) {
        ArrowBuf validity = Gather.zeroed(allocator, (count + 7) >>> 3);
        long to = validity.memoryAddress();
        for (int i = 0; i < count; i++) {
          if (rows[i] >= 0 && Memory.bit(nulls, rows[i])) {
            Memory.setBit(to, i);
          }
        }
        return validity;
      }
      ArrowBuf validity = found;
      if (validity == null) {
        validity = Gather.zeroed(allocator, (count + 7) >>> 3);
        for (int i = 0; i < count; i++) {
          if (rows[i] >= 0) {
            Memory.setBit(validity.memoryAddress(), i);
          }
        }
        found = validity;
      }
      validity.getReferenceManager().retain();
      return validity;
    }

    private ArrowBuf codes() {
      ArrowBuf known = codes;
      if (known != null) {
        return known;
      }
      long bytes = (long) count * codeBytes;
      ArrowBuf made = allocator.buffer(bytes + Vector.TAIL_PADDING_BYTES);
      made.setZero(bytes, made.capacity() - bytes);
      write(made.memoryAddress());
      codes = made;
      return made;
    }

    /// Rows that are NULL get code 0.
    private void write(long to) {
      switch (codeBytes) {
        case 1 -> {
          for (int i = 0; i < count; i++) {
            Memory.putByte(to + i, (byte) Math.max(0, rows[i]));
          }
        }
        case 2 -> {
          for (int i = 0; i < count; i++) {
            Memory.putShort(to + 2L * i, (short) Math.max(0, rows[i]));
          }
        }
        default -> {
          for (int i = 0; i < count; i++) {
            Memory.putInt(to + 4L * i, Math.max(0, rows[i]));
          }
        }
      }
    }

    @Override
    public void close() {
      if (codes != null) {
        codes.getReferenceManager().release();
      }
      if (found != null) {
        found.getReferenceManager().release();
      }
    }
  }

  @Override
  public void close() {
    for (FlatVector each : entries) {
      if (each != null) {
        each.close();
      }
    }
  }
}
