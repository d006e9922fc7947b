package io.bauplan.exec.expression;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/// Off-heap room for the bytes that kernels and hash tables make. Nothing moves once it is written;
/// `reset` forgets everything and keeps the first chunks for reuse.
public final class ByteArena implements AutoCloseable {
  private static final int FIRST_CHUNK_BYTES = 16 << 10;
  private static final int MAX_CHUNK_BYTES = 4 << 20;

  private final BufferAllocator allocator;
  private final List<ArrowBuf> chunks = new ArrayList<>();
  private int current = -1;
  private long position;
  private long end;

  public ByteArena(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  /// Address of `bytes` fresh bytes, followed by at least 8 readable ones.
  public long allocate(long bytes) {
    if (position + bytes + 8 > end) {
      nextChunk(bytes + 8);
    }
    long address = position;
    position += bytes;
    return address;
  }

  /// Gives back what the last `allocate` got too much.
  public void shrinkLast(long bytesUnused) {
    position -= bytesUnused;
  }

  public void reset() {
    current = -1;
    position = 0;
    end = 0;
  }

  private void nextChunk(long bytes) {
    current++;
    while (current < chunks.size() && chunks.get(current).capacity() < bytes) {
      current++;
    }
    if (current >= chunks.size()) {
      long size =
          Math.min((long) FIRST_CHUNK_BYTES << Math.min(chunks.size(), 20), MAX_CHUNK_BYTES);
      chunks.add(allocator.buffer(Math.max(size, bytes)));
      current = chunks.size() - 1;
    }
    position = chunks.get(current).memoryAddress();
    end = position + chunks.get(current).capacity();
  }

  @Override
  public void close() {
    chunks.forEach(ArrowBuf::close);
    chunks.clear();
    reset();
  }
}
