package io.bauplan.jdbc.wire;

import java.util.concurrent.ArrayBlockingQueue;

/// Keeps the byte arrays of consumed messages for the next ones, so that a stream of many batches
/// does not make the garbage collector clear gigabytes.
final class BufferPool {
  private static final int MAX_KEPT_BUFFERS = 8;
  private static final int ROUND_BYTES = 64 * 1024;

  private final ArrayBlockingQueue<byte[]> free = new ArrayBlockingQueue<>(MAX_KEPT_BUFFERS);

  /// Returns an array of at least `bytes`; its content is undefined. The caller owns it.
  byte[] acquire(int bytes) {
    byte[] candidate = free.poll();
    if (candidate != null && candidate.length >= bytes) {
      return candidate;
    }
    long rounded = ((long) bytes + ROUND_BYTES - 1) / ROUND_BYTES * ROUND_BYTES;
    return new byte[(int) Math.min(rounded, Integer.MAX_VALUE - 8)];
  }

  /// Takes an array back. Nobody may use it afterwards.
  void release(byte[] buffer) {
    if (buffer.length > 0) {
      free.offer(buffer);
    }
  }
}
