package io.bauplan.exec.operator.aggregate;

/// Groups in memory that do not change any more, for those who merge them part by part.
interface HeldGroups {
  int size();

  /// Hashes of all keys of some groups, dense.
  void hashes(int[] some, int from, int count, long[] to);

  /// Adds some groups to others. Leaves these as they are.
  void addTo(PartialAggregation target, int[] some);

  /// The groups of one thread.
  static HeldGroups of(PartialAggregation partial) {
    partial.table().hashAllKeys();
    return new HeldGroups() {
      @Override
      public int size() {
        return partial.settled();
      }

      @Override
      public void hashes(int[] some, int from, int count, long[] to) {
        for (int i = 0; i < count; i++) {
          to[i] = partial.table().hash(some[from + i]);
        }
      }

      @Override
      public void addTo(PartialAggregation target, int[] some) {
        target.merge(partial, some);
      }
    };
  }
}
