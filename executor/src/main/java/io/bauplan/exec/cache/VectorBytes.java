package io.bauplan.exec.cache;

import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/// Memory that vectors hold.
public final class VectorBytes {
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private long bytes;

  private VectorBytes() {}

  /// Bytes of all buffers; a buffer that several vectors use is counted once.
  public static long of(List<Vector> vectors) {
    VectorBytes sum = new VectorBytes();
    vectors.forEach(sum::add);
    return sum.bytes;
  }

  private void add(Vector vector) {
    switch (vector) {
      case FlatVector flat -> {
        add(flat.validity());
        add(flat.offsets());
        add(flat.data());
        flat.children().forEach(this::add);
      }
      case DictionaryVector dictionary -> {
        add(dictionary.validity());
        add(dictionary.codes());
        add(dictionary.dictionary());
      }
      case ConstantVector constant -> add(constant.value());
    }
  }

  private void add(@Nullable ArrowBuf buffer) {
    if (buffer != null && seen.add(buffer.getReferenceManager())) {
      bytes += buffer.getReferenceManager().getSize();
    }
  }
}
