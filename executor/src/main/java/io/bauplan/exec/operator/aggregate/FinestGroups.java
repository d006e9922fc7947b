package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.Arrays;

/// The groups of an aggregation by all keys as rows of one of several grouping sets: nothing is
/// held for them but the groups that they are made of.
///
/// @param node has the grouping sets
record FinestGroups(PhysicalPlan.Aggregate node, PartialAggregation finest, int set)
    implements HeldGroups {
  @Override
  public int size() {
    return finest.settled();
  }

  @Override
  public void hashes(int[] some, int from, int count, long[] to) {
    KeyHashes.of(keys(some, from, count), null, count, to);
  }

  @Override
  public void addTo(PartialAggregation target, int[] some) {
    for (int start = 0; start < some.length; start += Vector.BATCH_ROWS) {
      int count = Math.min(Vector.BATCH_ROWS, some.length - start);
      int[] groups = Arrays.copyOfRange(some, start, start + count);
      target.merge(finest, keys(some, start, count), null, groups, count);
    }
  }

  private Register[] keys(int[] some, int from, int count) {
    return new GroupingSets(node)
        .keys(set, k -> finest.table().key(k).pick(some, from, count), count);
  }
}
