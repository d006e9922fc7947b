package io.bauplan.exec.cache;

import io.bauplan.exec.batch.Vector;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A whole column of a row group as vectors of [Vector#BATCH_ROWS] rows, the last one shorter.
/// Counted by holders: its memory goes when the cache and all readers have let go of it.
public final class CachedColumn implements Cached {
  private final List<Vector> vectors;
  private final long sizeBytes;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// Takes ownership of the vectors; the caller is the first holder.
  CachedColumn(List<Vector> vectors) {
    this.vectors = List.copyOf(vectors);
    this.sizeBytes = VectorBytes.of(vectors);
  }

  /// Memory of all vectors, what they share counted once.
  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  /// Number of vectors.
  public int size() {
    return vectors.size();
  }

  /// A vector; the caller owns the result.
  public Vector vector(int index) {
    return vectors.get(index).retain();
  }

  List<Vector> vectors() {
    return vectors;
  }

  void retain() {
    holders.incrementAndGet();
  }

  /// Lets go of the column.
  @Override
  public void release() {
    if (holders.decrementAndGet() == 0) {
      vectors.forEach(Vector::close);
    }
  }
}
