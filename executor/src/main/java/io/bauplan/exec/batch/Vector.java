package io.bauplan.exec.batch;

import io.bauplan.sql.plan.DataType;
import org.apache.arrow.memory.BufferAllocator;

/// One column of a batch. Immutable once it has left its builder. Reference counted through its
/// Arrow buffers: whoever holds a vector closes it once; `retain` gives a second holder its own.
///
/// Kernels ask for the encoding by an exhaustive switch; an operator that has no use for
/// dictionaries or constants calls `flatten`.
public sealed interface Vector extends AutoCloseable
    permits FlatVector, DictionaryVector, ConstantVector {
  /// Rows of a batch, at most, that operators make.
  int BATCH_ROWS = 4096;

  /// Bytes that may be read (never written) past the end of every buffer a builder made.
  int TAIL_PADDING_BYTES = 64;

  DataType type();

  int length();

  /// False means that no row is NULL; true means that some may be.
  boolean mayHaveNulls();

  /// Another holder's reference to the same memory.
  Vector retain();

  /// The same values with one entry per row; the caller owns the result, this vector stays with its
  /// owner.
  FlatVector flatten(BufferAllocator allocator);

  /// Rows `offset` to `offset + length` without a copy; `offset` is a multiple of 64. The caller
  /// owns it.
  Vector slice(int offset, int length);

  @Override
  void close();
}
