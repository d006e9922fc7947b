package io.bauplan.exec.batch;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import org.apache.arrow.memory.BufferAllocator;

/// The same value in every row.
public final class ConstantVector implements Vector {
  private final FlatVector value;
  private final int length;

  /// Takes ownership of `value`, a vector of one row.
  public ConstantVector(FlatVector value, int length) {
    if (value.length() != 1) {
      throw new IllegalArgumentException("a constant has one row, not " + value.length());
    }
    this.value = value;
    this.length = length;
  }

  @Override
  public DataType type() {
    return value.type();
  }

  @Override
  public int length() {
    return length;
  }

  /// The vector of one row; it stays with this vector.
  public FlatVector value() {
    return value;
  }

  public boolean isNull() {
    return value.type() instanceof DataType.NullType
        || (value.validityAddress() != 0 && !Memory.bit(value.validityAddress(), 0));
  }

  @Override
  public boolean mayHaveNulls() {
    return isNull();
  }

  @Override
  public ConstantVector retain() {
    return new ConstantVector(value.retain(), length);
  }

  @Override
  public ConstantVector slice(int offset, int sliceLength) {
    return new ConstantVector(value.retain(), sliceLength);
  }

  @Override
  public FlatVector flatten(BufferAllocator allocator) {
    return Gather.gather(value, new int[length], length, 0, allocator);
  }

  @Override
  public void close() {
    value.close();
  }
}
