package io.bauplan.exec.batch;

import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// The bridge between batches and Arrow's own vectors. Buffers are shared, not copied, wherever the
/// layout is the same.
public final class ArrowBatches {
  private ArrowBatches() {}

  /// The batch as a root with the schema of `type`. Takes ownership of the batch; the caller owns
  /// the root, whose buffers belong to `allocator` from then on.
  public static VectorSchemaRoot toRoot(Batch batch, RowType type, BufferAllocator allocator) {
    return toRoot(batch, ArrowTypes.schema(type), allocator);
  }

  /// As above, with a schema that differs from the batch's types in names and nullability at most.
  public static VectorSchemaRoot toRoot(Batch batch, Schema schema, BufferAllocator allocator) {
    VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
    List<FlatVector> flat = new ArrayList<>();
    try (Batch dense = batch.compact(allocator)) {
      List<ArrowFieldNode> nodes = new ArrayList<>();
      List<ArrowBuf> buffers = new ArrayList<>();
      List<ArrowBuf> made = new ArrayList<>();
      try (ArrowBuf empty = allocator.getEmpty()) {
        for (Vector column : dense.columns()) {
          FlatVector vector = column.flatten(allocator);
          flat.add(vector);
          add(vector, 0, vector.length(), nodes, buffers, made, empty, allocator);
        }
        try (ArrowRecordBatch message =
            new ArrowRecordBatch(
                dense.rowCount(),
                nodes,
                buffers,
                NoCompressionCodec.DEFAULT_BODY_COMPRESSION,
                false,
                true)) {
          new VectorLoader(root).load(message);
        }
        return root;
      } finally {
        made.forEach(ArrowBuf::close);
      }
    } catch (RuntimeException | Error e) {
      root.close();
      throw e;
    } finally {
      flat.forEach(FlatVector::close);
    }
  }

  /// Rows `offset` to `offset + length` of a vector, relative to its first.
  private static void add(
      FlatVector vector,
      int offset,
      int length,
      List<ArrowFieldNode> nodes,
      List<ArrowBuf> buffers,
      List<ArrowBuf> made,
      ArrowBuf empty,
      BufferAllocator allocator) {
    DataType type = vector.type();
    if (type instanceof DataType.NullType) {
      nodes.add(new ArrowFieldNode(length, length));
      return;
    }
    int first = vector.start() + offset;
    ArrowBuf validity = vector.validity();
    nodes.add(
        new ArrowFieldNode(length, validity == null ? 0 : nullCount(validity, first, length)));
    buffers.add(validity == null ? empty : bits(validity, first, length, made, allocator));
    switch (type) {
      case DataType.VarcharType(), DataType.BinaryType() -> {
        buffers.add(slice(vector.offsets(), 4L * first, 4L * (length + 1), empty));
        ArrowBuf data = vector.data();
        buffers.add(data == null ? empty : data);
      }
      case DataType.ListType ignored -> {
        buffers.add(slice(vector.offsets(), 4L * first, 4L * (length + 1), empty));
        FlatVector child = vector.children().getFirst();
        add(child, 0, child.length(), nodes, buffers, made, empty, allocator);
      }
      case DataType.MapType ignored -> {
        buffers.add(slice(vector.offsets(), 4L * first, 4L * (length + 1), empty));
        FlatVector child = vector.children().getFirst();
        add(child, 0, child.length(), nodes, buffers, made, empty, allocator);
      }
      case DataType.StructType ignored -> {
        for (FlatVector child : vector.children()) {
          add(child, first, length, nodes, buffers, made, empty, allocator);
        }
      }
      default -> {
        long width = FlatVector.bitsPerValue(type);
        ArrowBuf data = java.util.Objects.requireNonNull(vector.data());
        buffers.add(
            width == 1
                ? bits(data, first, length, made, allocator)
                : Decimals.isShort(type)
                    ? widened(data, first, length, made, allocator)
                    : data.slice(first * width >>> 3, length * width >>> 3));
      }
    }
  }

  private static ArrowBuf slice(
      @Nullable ArrowBuf buffer, long offset, long bytes, ArrowBuf empty) {
    return buffer == null || buffer.capacity() < offset + bytes
        ? empty
        : buffer.slice(offset, bytes);
  }

  private static ArrowBuf bits(
      ArrowBuf bitmap, int first, int length, List<ArrowBuf> made, BufferAllocator allocator) {
    if ((first & 7) == 0) {
      return bitmap.slice(first >>> 3, (length + 7) >>> 3);
    }
    ArrowBuf shifted = Gather.zeroed(allocator, (length + 7) >>> 3);
    made.add(shifted);
    for (int i = 0; i < length; i++) {
      if (io.bauplan.exec.memory.Memory.bit(bitmap.memoryAddress(), first + i)) {
        io.bauplan.exec.memory.Memory.setBit(shifted.memoryAddress(), i);
      }
    }
    return shifted;
  }

  private static ArrowBuf widened(
      ArrowBuf data, int first, int length, List<ArrowBuf> made, BufferAllocator allocator) {
    ArrowBuf wide = allocator.buffer(16L * length + Vector.TAIL_PADDING_BYTES);
    made.add(wide);
    Decimals.widen(data.memoryAddress() + 8L * first, wide.memoryAddress(), length);
    return wide.slice(0, 16L * length);
  }

  private static int nullCount(ArrowBuf validity, int first, int length) {
    int valid = 0;
    for (int i = 0; i < length; i++) {
      if (io.bauplan.exec.memory.Memory.bit(validity.memoryAddress(), first + i)) {
        valid++;
      }
    }
    return length - valid;
  }

  /// The rows of a root in the engine's types (see [ArrowTypes]), whatever wrote them; the root
  /// stays with its owner, and shared buffers are kept alive by the batch. The caller owns the
  /// batch.
  ///
  /// @throws io.bauplan.sql.error.EngineException `NOT_SUPPORTED` for Arrow types without a type of
  ///     ours, `NUMERIC_OVERFLOW` for values beyond it
  public static Batch toBatch(VectorSchemaRoot root, BufferAllocator allocator) {
    List<Vector> columns = new ArrayList<>();
    try {
      for (FieldVector vector : root.getFieldVectors()) {
        columns.add(toVector(vector, allocator));
      }
      return new Batch(columns, root.getRowCount());
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  /// One column; the caller owns it.
  public static FlatVector toVector(FieldVector vector, BufferAllocator allocator) {
    Field field = vector.getField();
    DataType type = ArrowTypes.dataType(field);
    int length = vector.getValueCount();
    if (length == 0 || type instanceof DataType.NullType) {
      try (VectorBuilder builder = new VectorBuilder(type, 0, allocator)) {
        for (int i = 0; i < length; i++) {
          builder.appendNull();
        }
        return builder.build();
      }
    }
    if (!field.getType().equals(ArrowTypes.arrowType(type)) && !sameLayout(field, type)) {
      return ForeignVectors.convert(vector, type, allocator);
    }
    if (Decimals.isShort(type)) {
      return narrowed(vector, type, allocator);
    }
    List<FlatVector> children = new ArrayList<>();
    try {
      for (FieldVector child : vector.getChildrenFromFields()) {
        children.add(toVector(child, allocator));
      }
    } catch (RuntimeException | Error e) {
      children.forEach(FlatVector::close);
      throw e;
    }
    boolean nested = !children.isEmpty() || type instanceof DataType.StructType;
    boolean offsets =
        type instanceof DataType.VarcharType
            || type instanceof DataType.BinaryType
            || type instanceof DataType.ListType
            || type instanceof DataType.MapType;
    return new FlatVector(
        type,
        length,
        vector.getNullCount() == 0 ? null : retain(vector.getValidityBuffer()),
        offsets ? retain(vector.getOffsetBuffer()) : null,
        nested ? null : retain(vector.getDataBuffer()),
        children);
  }

  private static FlatVector narrowed(FieldVector vector, DataType type, BufferAllocator allocator) {
    int length = vector.getValueCount();
    ArrowBuf validity = vector.getNullCount() == 0 ? null : vector.getValidityBuffer();
    ArrowBuf data = allocator.buffer(8L * length + Vector.TAIL_PADDING_BYTES);
    try {
      Decimals.narrow(
          vector.getDataBuffer().memoryAddress(),
          data.memoryAddress(),
          length,
          validity == null ? 0 : validity.memoryAddress(),
          type);
    } catch (RuntimeException | Error e) {
      data.close();
      throw e;
    }
    return new FlatVector(
        type, length, validity == null ? null : retain(validity), null, data, List.of());
  }

  /// Types that differ in a word only: the zone of a timestamp, the flag of sorted map keys.
  private static boolean sameLayout(Field field, DataType type) {
    return switch (field.getType()) {
      case org.apache.arrow.vector.types.pojo.ArrowType.Timestamp timestamp ->
          timestamp.getUnit() == org.apache.arrow.vector.types.TimeUnit.MICROSECOND;
      case org.apache.arrow.vector.types.pojo.ArrowType.Map ignored -> true;
      default -> false;
    };
  }

  private static ArrowBuf retain(ArrowBuf buffer) {
    buffer.getReferenceManager().retain();
    return buffer;
  }
}
