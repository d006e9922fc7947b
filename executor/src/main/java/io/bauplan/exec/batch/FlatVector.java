package io.bauplan.exec.batch;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// One entry per row in Arrow's layout of the type (see [io.bauplan.sql.plan.ArrowTypes]), but for
/// [Decimals].
///
/// | type | offsets | data | children |
/// |---|---|---|---|
/// | fixed width | - | values (BOOLEAN: a bitmap) | - |
/// | VARCHAR, BINARY | int32, length + 1 | bytes | - |
/// | list | int32, length + 1 | - | element |
/// | map | int32, length + 1 | - | one struct of key and value |
/// | struct | - | - | one per field |
/// | null | - | - | - |
///
/// `start` is the first row within the buffers, a multiple of 64 (0 unless sliced); the address
/// methods have it applied already, except that offsets point into the unsliced data and children.
public final class FlatVector implements Vector {
  private final DataType type;
  private final int start;
  private final int length;
  private final @Nullable ArrowBuf validity;
  private final @Nullable ArrowBuf offsets;
  private final @Nullable ArrowBuf data;
  private final List<FlatVector> children;

  /// Takes ownership of one reference to each buffer and child. No validity buffer = no NULLs.
  public FlatVector(
      DataType type,
      int length,
      @Nullable ArrowBuf validity,
      @Nullable ArrowBuf offsets,
      @Nullable ArrowBuf data,
      List<FlatVector> children) {
    this(type, 0, length, validity, offsets, data, children);
  }

  private FlatVector(
      DataType type,
      int start,
      int length,
      @Nullable ArrowBuf validity,
      @Nullable ArrowBuf offsets,
      @Nullable ArrowBuf data,
      List<FlatVector> children) {
    this.type = type;
    this.start = start;
    this.length = length;
    this.validity = validity;
    this.offsets = offsets;
    this.data = data;
    this.children = List.copyOf(children);
  }

  @Override
  public DataType type() {
    return type;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public boolean mayHaveNulls() {
    return validity != null || type instanceof DataType.NullType;
  }

  /// Address of the validity bitmap (bit set = not NULL), 0 where there is none.
  public long validityAddress() {
    return validity == null ? 0 : validity.memoryAddress() + (start >>> 3);
  }

  /// Address of the first row's int32 offset.
  public long offsetsAddress() {
    return offsets == null ? 0 : offsets.memoryAddress() + 4L * start;
  }

  /// Address of the first row's value for fixed-width types (for BOOLEAN of its bitmap), of the
  /// unsliced bytes for VARCHAR and BINARY.
  public long dataAddress() {
    if (data == null) {
      return 0;
    }
    if (offsets != null) {
      return data.memoryAddress();
    }
    return data.memoryAddress() + (start * bitsPerValue(type) >>> 3);
  }

  /// First row within the buffers and children.
  public int start() {
    return start;
  }

  public @Nullable ArrowBuf validity() {
    return validity;
  }

  public @Nullable ArrowBuf offsets() {
    return offsets;
  }

  public @Nullable ArrowBuf data() {
    return data;
  }

  public List<FlatVector> children() {
    return children;
  }

  @Override
  public FlatVector retain() {
    return slice(0, length);
  }

  /// The same rows as another type of the same layout: names and nullability inside differ. The
  /// caller owns the result.
  public FlatVector retainAs(DataType other) {
    List<DataType> inner = childTypes(other);
    List<FlatVector> retained = new ArrayList<>();
    for (int i = 0; i < children.size(); i++) {
      retained.add(children.get(i).retainAs(inner.get(i)));
    }
    retainBuffer(validity);
    retainBuffer(offsets);
    retainBuffer(data);
    return new FlatVector(other, start, length, validity, offsets, data, retained);
  }

  /// The same values as if none were NULL: what stands in the places of NULLs. The caller owns it.
  public FlatVector withoutValidity() {
    retainBuffer(offsets);
    retainBuffer(data);
    List<FlatVector> retained = children.stream().map(FlatVector::retain).toList();
    return new FlatVector(type, start, length, null, offsets, data, retained);
  }

  @Override
  public FlatVector flatten(BufferAllocator allocator) {
    return retain();
  }

  @Override
  public FlatVector slice(int offset, int sliceLength) {
    if ((offset & 63) != 0 || offset < 0 || sliceLength < 0 || offset + sliceLength > length) {
      throw new IllegalArgumentException(
          "slice " + offset + " + " + sliceLength + " of " + length + " rows");
    }
    retainBuffer(validity);
    retainBuffer(offsets);
    retainBuffer(data);
    // Children are addressed through the offsets, or for structs through `start`: never sliced
    // here.
    List<FlatVector> retained =
        children.isEmpty() ? children : children.stream().map(FlatVector::retain).toList();
    return new FlatVector(type, start + offset, sliceLength, validity, offsets, data, retained);
  }

  @Override
  public void close() {
    releaseBuffer(validity);
    releaseBuffer(offsets);
    releaseBuffer(data);
    children.forEach(FlatVector::close);
  }

  /// Types of the children of a vector of this type.
  public static List<DataType> childTypes(DataType type) {
    return switch (type) {
      case DataType.ListType(DataType element, boolean ignored) -> List.of(element);
      case DataType.MapType(DataType key, DataType value, boolean nullable) ->
          List.of(VectorBuilder.entryType(key, value, nullable));
      case DataType.StructType(List<Column> fields) -> fields.stream().map(Column::type).toList();
      default -> List.of();
    };
  }

  /// Bits per value of a fixed-width type; 0 for the others.
  public static long bitsPerValue(DataType type) {
    return switch (type) {
      case DataType.BooleanType() -> 1;
      case DataType.IntegerType(int bits) -> bits;
      case DataType.FloatType(int bits) -> bits;
      case DataType.DecimalType(int precision, int ignored) -> Decimals.bits(precision);
      case DataType.UuidType() -> 128;
      case DataType.DateType() -> 32;
      case DataType.IntervalYearMonthType() -> 32;
      case DataType.TimeType() -> 64;
      case DataType.TimestampType ignored -> 64;
      case DataType.IntervalDayTimeType() -> 64;
      case DataType.NullType() -> 0;
      case DataType.VarcharType() -> 0;
      case DataType.BinaryType() -> 0;
      case DataType.ListType ignored -> 0;
      case DataType.MapType ignored -> 0;
      case DataType.StructType ignored -> 0;
    };
  }

  private static void retainBuffer(@Nullable ArrowBuf buffer) {
    if (buffer != null) {
      buffer.getReferenceManager().retain();
    }
  }

  private static void releaseBuffer(@Nullable ArrowBuf buffer) {
    if (buffer != null) {
      buffer.getReferenceManager().release();
    }
  }
}
