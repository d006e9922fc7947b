package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/// Repetition and definition levels of one leaf for some rows, and the leaf's values in slots.
final class Levels {
  static final int BLOCK = 4096;

  private int[] repetitions = new int[BLOCK];
  private int[] definitions = new int[BLOCK];
  private int size;
  private @Nullable FlatVector values;

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  int repetition(int i) {
    return repetitions[i];
  }

  int definition(int i) {
    return definitions[i];
  }

  int[] repetitions() {
    return repetitions;
  }

  int[] definitions() {
    return definitions;
  }

  void room(int more) {
    int wanted = Math.max(size + more, size + BLOCK);
    if (wanted > repetitions.length) {
      int grown = Math.max(wanted, repetitions.length * 2);
      repetitions = Arrays.copyOf(repetitions, grown);
      definitions = Arrays.copyOf(definitions, grown);
    }
  }

  void put(int start, int[] fromRepetitions, int[] fromDefinitions, int count) {
    System.arraycopy(fromRepetitions, 0, repetitions, start, count);
    System.arraycopy(fromDefinitions, 0, definitions, start, count);
  }

  void truncate(int length) {
    size = length;
  }

  /// Spreads the values read to slots.
  void finish(ChunkReader reader, int slotDefinition, int maxDefinition, int valueCount) {
    int slots = 0;
    for (int i = 0; i < size; i++) {
      if (definitions[i] >= slotDefinition) {
        slots++;
      }
    }
    ArrowBuf validity = null;
    if (slots != valueCount) {
      validity = reader.allocator().buffer((slots + 7 >>> 3) + Vector.TAIL_PADDING_BYTES);
      validity.setZero(0, validity.capacity());
      int slot = 0;
      for (int i = 0; i < size; i++) {
        if (definitions[i] >= slotDefinition) {
          if (definitions[i] == maxDefinition) {
            Memory.setBit(validity.memoryAddress(), slot);
          }
          slot++;
        }
      }
    }
    values = reader.slots(slots, valueCount, validity);
  }

  /// The leaf's values; the caller owns them.
  FlatVector takeValues() {
    FlatVector taken = values;
    values = null;
    if (taken == null) {
      throw new IllegalStateException("taken before");
    }
    return taken;
  }

  void close() {
    FlatVector left = values;
    values = null;
    if (left != null) {
      left.close();
    }
  }
}
