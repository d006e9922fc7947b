package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;

/// Codes of distinct byte strings in the order of their first appearance.
final class BytesDictionary implements AutoCloseable {
  private static final int FIRST_SLOTS = 1 << 10;

  private final NativeBuffer data;
  private long bytes;
  private int[] ends = new int[FIRST_SLOTS / 2 + 1];
  private int[] hashes = new int[FIRST_SLOTS / 2];
  private int[] slots = new int[FIRST_SLOTS];
  private int size;

  BytesDictionary(BufferAllocator allocator) {
    this.data = new NativeBuffer(allocator);
    Arrays.fill(slots, -1);
  }

  int size() {
    return size;
  }

  long bytes() {
    return bytes;
  }

  long address(int code) {
    return data.address() + ends[code];
  }

  int length(int code) {
    return ends[code + 1] - ends[code];
  }

  /// May read up to 7 bytes past the value.
  int code(long address, int length) {
    int hash = DistinctCheck.hash(address, length);
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (true) {
      int code = slots[slot];
      if (code < 0) {
        break;
      }
      if (hashes[code] == hash
          && length(code) == length
          && DistinctCheck.equal(address(code), address, length)) {
        return code;
      }
      slot = slot + 1 & mask;
    }
    if (size == hashes.length) {
      grow();
      mask = slots.length - 1;
      slot = hash & mask;
      while (slots[slot] >= 0) {
        slot = slot + 1 & mask;
      }
    }
    data.reserve(bytes + length, bytes);
    Memory.copy(address, data.address() + bytes, length);
    bytes += length;
    hashes[size] = hash;
    ends[size + 1] = (int) bytes;
    slots[slot] = size;
    return size++;
  }

  private void grow() {
    hashes = Arrays.copyOf(hashes, hashes.length * 2);
    ends = Arrays.copyOf(ends, hashes.length + 1);
    slots = new int[slots.length * 2];
    Arrays.fill(slots, -1);
    int mask = slots.length - 1;
    for (int code = 0; code < size; code++) {
      int slot = hashes[code] & mask;
      while (slots[slot] >= 0) {
        slot = slot + 1 & mask;
      }
      slots[slot] = code;
    }
  }

  @Override
  public void close() {
    data.close();
  }
}
