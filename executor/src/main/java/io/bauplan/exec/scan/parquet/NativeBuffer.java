package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Off-heap bytes that grow, with room for reading past the end.
final class NativeBuffer implements AutoCloseable {
  private final BufferAllocator allocator;
  private @Nullable ArrowBuf buffer;
  private long address;
  private long capacity;

  NativeBuffer(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  /// 0 before the first `reserve`.
  long address() {
    return address;
  }

  /// Bytes that may be written.
  long capacity() {
    return capacity;
  }

  /// Room for `bytes`, of which the first `kept` stay. The address may change.
  long reserve(long bytes, long kept) {
    ArrowBuf old = buffer;
    if (old != null && bytes <= capacity) {
      return address;
    }
    long wanted = kept > 0 ? Math.max(bytes, capacity * 2) : bytes;
    ArrowBuf grown = allocator.buffer(Math.max(wanted, 64) + Vector.TAIL_PADDING_BYTES);
    if (old != null) {
      Memory.copy(old.memoryAddress(), grown.memoryAddress(), kept);
      old.close();
    }
    buffer = grown;
    address = grown.memoryAddress();
    capacity = grown.capacity() - Vector.TAIL_PADDING_BYTES;
    return address;
  }

  /// The memory itself, now the caller's; this buffer is empty afterwards.
  ArrowBuf take() {
    reserve(0, 0);
    ArrowBuf taken = java.util.Objects.requireNonNull(buffer);
    buffer = null;
    address = 0;
    capacity = 0;
    return taken;
  }

  @Override
  public void close() {
    ArrowBuf old = buffer;
    buffer = null;
    address = 0;
    capacity = 0;
    if (old != null) {
      old.close();
    }
  }
}
