package io.bauplan.exec.batch;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Makes a flat vector of any type, nested ones included, row by row. Grows as needed. Not for hot
/// loops: those write whole columns.
public final class VectorBuilder implements AutoCloseable {
  private static final int MIN_ROWS = 8;

  private final DataType type;
  private final BufferAllocator allocator;
  private final List<VectorBuilder> children = new ArrayList<>();
  private final int bits;
  private int length;
  private int capacity;
  private boolean anyNull;
  private @Nullable ArrowBuf validity;
  private @Nullable ArrowBuf offsets;
  private @Nullable ArrowBuf data;
  private long bytes;

  public VectorBuilder(DataType type, int expectedRows, BufferAllocator allocator) {
    this.type = type;
    this.allocator = allocator;
    this.bits = (int) FlatVector.bitsPerValue(type);
    try {
      switch (type) {
        case DataType.ListType(DataType element, boolean ignored) ->
            children.add(new VectorBuilder(element, expectedRows, allocator));
        case DataType.MapType(DataType key, DataType value, boolean nullable) ->
            children.add(
                new VectorBuilder(entryType(key, value, nullable), expectedRows, allocator));
        case DataType.StructType(List<Column> fields) -> {
          for (Column field : fields) {
            children.add(new VectorBuilder(field.type(), expectedRows, allocator));
          }
        }
        default -> {}
      }
      grow(Math.max(expectedRows, MIN_ROWS));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /// The type of the one child of a map.
  public static DataType.StructType entryType(DataType key, DataType value, boolean valueNullable) {
    return new DataType.StructType(
        List.of(new Column("key", key, false), new Column("value", value, valueNullable)));
  }

  public int length() {
    return length;
  }

  private boolean hasOffsets() {
    return switch (type) {
      case DataType.VarcharType(), DataType.BinaryType() -> true;
      case DataType.ListType ignored -> true;
      case DataType.MapType ignored -> true;
      default -> false;
    };
  }

  private void grow(int rows) {
    if (type instanceof DataType.NullType) {
      capacity = Integer.MAX_VALUE;
      return;
    }
    validity = resize(validity, (rows + 7) >>> 3);
    if (hasOffsets()) {
      offsets = resize(offsets, 4L * (rows + 1));
    } else if (bits > 0) {
      data = resize(data, ((long) rows * bits + 7) >>> 3);
    }
    capacity = rows;
  }

  private ArrowBuf resize(@Nullable ArrowBuf old, long size) {
    ArrowBuf buffer = Gather.zeroed(allocator, size);
    if (old != null) {
      Memory.copy(
          old.memoryAddress(), buffer.memoryAddress(), Math.min(old.capacity(), buffer.capacity()));
      old.close();
    }
    return buffer;
  }

  private void next() {
    if (length == capacity) {
      grow(Math.multiplyExact(capacity, 2));
    }
    length++;
  }

  public void appendNull() {
    next();
    anyNull = true;
    if (hasOffsets()) {
      endOffset();
    }
    if (type instanceof DataType.StructType) {
      children.forEach(VectorBuilder::appendNull);
    }
  }

  private void endOffset() {
    long end =
        type instanceof DataType.VarcharType || type instanceof DataType.BinaryType
            ? bytes
            : children.getFirst().length;
    Memory.putInt(address(offsets) + 4L * length, Math.toIntExact(end));
  }

  private void valid() {
    next();
    Memory.setBit(address(validity), length - 1);
  }

  private static long address(@Nullable ArrowBuf buffer) {
    return Objects.requireNonNull(buffer).memoryAddress();
  }

  /// An integer type, BOOLEAN (0 or 1), DATE, TIME, TIMESTAMP or interval.
  public void appendLong(long value) {
    valid();
    int row = length - 1;
    long address = address(data);
    switch (bits) {
      case 1 -> {
        if (value != 0) {
          Memory.setBit(address, row);
        }
      }
      case 8 -> Memory.putByte(address + row, (byte) value);
      case 16 -> Memory.putShort(address + 2L * row, (short) value);
      case 32 -> Memory.putInt(address + 4L * row, (int) value);
      default -> Memory.putLong(address + 8L * row, value);
    }
  }

  public void appendDouble(double value) {
    valid();
    if (bits == 32) {
      Memory.putFloat(address(data) + 4L * (length - 1), (float) value);
    } else {
      Memory.putDouble(address(data) + 8L * (length - 1), value);
    }
  }

  /// The unscaled value of a decimal.
  public void appendInt128(long high, long low) {
    if (bits == 64) {
      if (low >> 63 != high) {
        throw Decimals.overflow(type);
      }
      appendLong(low);
      return;
    }
    valid();
    Memory.putLong(address(data) + 16L * (length - 1), low);
    Memory.putLong(address(data) + 16L * (length - 1) + 8, high);
  }

  /// VARCHAR (UTF-8), BINARY or UUID. Borrows the memory until return.
  public void appendBytes(long from, int count) {
    valid();
    if (type instanceof DataType.UuidType) {
      if (count != 16) {
        throw new IllegalArgumentException("a UUID of " + count + " bytes");
      }
      Memory.copy(from, address(data) + 16L * (length - 1), 16);
      return;
    }
    Memory.copy(from, room(count), count);
    bytes += count;
    endOffset();
  }

  public void appendBytes(byte[] from) {
    valid();
    if (type instanceof DataType.UuidType) {
      if (from.length != 16) {
        throw new IllegalArgumentException("a UUID of " + from.length + " bytes");
      }
      Memory.copy(from, 0, address(data) + 16L * (length - 1), 16);
      return;
    }
    Memory.copy(from, 0, room(from.length), from.length);
    bytes += from.length;
    endOffset();
  }

  private long room(int count) {
    long needed = bytes + count;
    if (data == null || needed + Vector.TAIL_PADDING_BYTES > data.capacity()) {
      data = resize(data, Math.max(needed * 2, 64));
    }
    return address(data) + bytes;
  }

  /// A copy of a row of a flat vector of the same type. Borrows it until return.
  public void appendFrom(FlatVector from, int row) {
    if (from.type() instanceof DataType.NullType
        || (from.validityAddress() != 0 && !Memory.bit(from.validityAddress(), row))) {
      appendNull();
      return;
    }
    switch (type) {
      case DataType.VarcharType(), DataType.BinaryType() -> {
        int begin = Memory.getInt(from.offsetsAddress() + 4L * row);
        int end = Memory.getInt(from.offsetsAddress() + 4L * row + 4);
        appendBytes(from.dataAddress() + begin, end - begin);
      }
      case DataType.UuidType() -> appendBytes(from.dataAddress() + 16L * row, 16);
      case DataType.ListType ignored -> appendElements(from, row);
      case DataType.MapType ignored -> appendElements(from, row);
      case DataType.StructType ignored -> {
        valid();
        for (int i = 0; i < children.size(); i++) {
          children.get(i).appendFrom(from.children().get(i), from.start() + row);
        }
      }
      default -> appendFixed(from.dataAddress(), row);
    }
  }

  private void appendFixed(long from, int row) {
    switch (bits) {
      case 1 -> appendLong(Memory.bit(from, row) ? 1 : 0);
      case 8 -> appendLong(Memory.getByte(from + row));
      case 16 -> appendLong(Memory.getShort(from + 2L * row));
      case 32 -> {
        valid();
        Memory.putInt(address(data) + 4L * (length - 1), Memory.getInt(from + 4L * row));
      }
      case 64 -> {
        valid();
        Memory.putLong(address(data) + 8L * (length - 1), Memory.getLong(from + 8L * row));
      }
      default ->
          appendInt128(Memory.getLong(from + 16L * row + 8), Memory.getLong(from + 16L * row));
    }
  }

  private void appendElements(FlatVector from, int row) {
    int end = Memory.getInt(from.offsetsAddress() + 4L * row + 4);
    for (int i = Memory.getInt(from.offsetsAddress() + 4L * row); i < end; i++) {
      children.getFirst().appendFrom(from.children().getFirst(), i);
    }
    endList();
  }

  /// The builder of elements: of a list its element, of a map its entry struct, of a struct field
  /// `index`.
  public VectorBuilder child(int index) {
    return children.get(index);
  }

  /// Ends a list or map row made of the child's rows since the row before.
  public void endList() {
    valid();
    endOffset();
  }

  /// Ends a struct row, whose children have each got one more row.
  public void endStruct() {
    valid();
  }

  /// A value as [io.bauplan.sql.plan.Expression.Literal] holds it.
  public void appendValue(@Nullable Object value) {
    if (value == null) {
      appendNull();
      return;
    }
    switch (type) {
      case DataType.NullType() -> appendNull();
      case DataType.BooleanType() -> appendLong((Boolean) value ? 1 : 0);
      case DataType.FloatType ignored -> appendDouble(((Number) value).doubleValue());
      case DataType.DecimalType(int ignored, int scale) -> {
        BigInteger unscaled = toDecimal(value).setScale(scale).unscaledValue();
        appendInt128(unscaled.shiftRight(64).longValue(), unscaled.longValue());
      }
      case DataType.VarcharType() -> appendBytes(((String) value).getBytes(StandardCharsets.UTF_8));
      case DataType.BinaryType(), DataType.UuidType() -> appendBytes((byte[]) value);
      case DataType.ListType ignored -> {
        for (Object element : (List<?>) value) {
          children.getFirst().appendValue(element);
        }
        endList();
      }
      case DataType.MapType ignored -> {
        VectorBuilder entries = children.getFirst();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
          entries.child(0).appendValue(entry.getKey());
          entries.child(1).appendValue(entry.getValue());
          entries.endStruct();
        }
        endList();
      }
      case DataType.StructType ignored -> {
        List<?> fields = (List<?>) value;
        for (int i = 0; i < children.size(); i++) {
          children.get(i).appendValue(fields.get(i));
        }
        endStruct();
      }
      default -> appendLong(((Number) value).longValue());
    }
  }

  private static BigDecimal toDecimal(Object value) {
    return value instanceof BigDecimal decimal ? decimal : new BigDecimal(value.toString());
  }

  /// The vector; the builder is empty afterwards. The caller owns the result.
  public FlatVector build() {
    if (hasOffsets() && data == null && children.isEmpty()) {
      data = Gather.zeroed(allocator, 0);
    }
    List<FlatVector> built = new ArrayList<>();
    try (Unfinished unfinished = new Unfinished()) {
      for (VectorBuilder child : children) {
        built.add(unfinished.add(child.build()));
      }
      unfinished.done(built);
    }
    ArrowBuf nulls = validity;
    if (!anyNull && nulls != null) {
      nulls.close();
      nulls = null;
    }
    FlatVector vector = new FlatVector(type, length, nulls, offsets, data, built);
    validity = null;
    offsets = null;
    data = null;
    length = 0;
    capacity = type instanceof DataType.NullType ? Integer.MAX_VALUE : 0;
    bytes = 0;
    return vector;
  }

  @Override
  public void close() {
    for (ArrowBuf buffer : new @Nullable ArrowBuf[] {validity, offsets, data}) {
      if (buffer != null) {
        buffer.close();
      }
    }
    validity = null;
    offsets = null;
    data = null;
    children.forEach(VectorBuilder::close);
  }
}
