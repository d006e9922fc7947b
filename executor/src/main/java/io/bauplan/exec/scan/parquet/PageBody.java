package io.bauplan.exec.scan.parquet;

/// The bytes of a page behind its header. Those that snappy compressed are decompressed as far as
/// they are asked for, so that a scan that wants few rows leaves out what lies behind the last of
/// them, and one that wants all finds them in the nearest cache; others are there from the start.
/// Used by one thread.
final class PageBody {
  private final SnappyDecoder snappy = new SnappyDecoder();

  /// Up to where bytes are good.
  private long good;

  /// All bytes before an address are good.
  void whole(long end) {
    good = end;
  }

  /// The bytes come out of a snappy stream; see [SnappyDecoder#start].
  void compressed(long from, int fromLength, long to, int toLength) {
    snappy.start(from, fromLength, to, toLength);
    good = to;
  }

  /// Makes the bytes before an address, which lies within the body or at its end, good.
  ///
  /// @return up to where bytes are good, at least `wanted`
  long upTo(long wanted) {
    if (wanted > good) {
      good = snappy.upTo(wanted);
    }
    return good;
  }
}
