package io.bauplan.udf.shm;

/// Memory that columns lie in and that processes of this user can map: nobody changes it any more.
/// Reference counted: `retain` and `close` pair up.
public sealed interface Backing extends AutoCloseable permits Segment, MappedTable {
  /// Where this process sees it.
  long address();

  /// Bytes that are mapped.
  long mappedBytes();

  /// Where its file was written to, as [io.bauplan.udf.api.SharedTable#written()].
  long[] written();

  Backing retain();

  @Override
  void close();
}
