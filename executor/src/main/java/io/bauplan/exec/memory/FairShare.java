package io.bauplan.exec.memory;

import org.apache.arrow.memory.BufferAllocator;

/// How much of the free memory a query's state may take beside other queries. Each of them has a
/// claim to a part that is the same for all; what it has not taken of that, nobody else counts on.
/// A query that is alone may have everything; one that has taken more than is left to it when
/// another comes spills at its next batch.
public final class FairShare {
  /// Name of the allocator whose children are the queries'.
  public static final String POOL = "worker";

  /// All claims together are this part of the memory; the rest is for who comes first.
  private static final int CLAIMED_PART = 2;

  private FairShare() {}

  /// Bytes that state may still take, less than zero where it has taken too many.
  ///
  /// @param operator an allocator of a query; one that belongs to no pool has its headroom
  public static long headroom(BufferAllocator operator) {
    BufferAllocator query = operator;
    BufferAllocator pool = query.getParentAllocator();
    while (pool != null && !pool.getName().equals(POOL)) {
      query = pool;
      pool = query.getParentAllocator();
    }
    long free = operator.getHeadroom();
    return pool == null ? free : Math.min(free, pool.getHeadroom() - claims(pool, query));
  }

  /// What the others have a claim to and have not taken.
  private static long claims(BufferAllocator pool, BufferAllocator mine) {
    var queries = pool.getChildAllocators();
    if (queries.size() <= 1) {
      return 0;
    }
    long claim = pool.getLimit() / CLAIMED_PART / queries.size();
    long all = 0;
    for (BufferAllocator query : queries) {
      if (query != mine) {
        all += Math.max(0, Math.min(claim, query.getLimit()) - query.getAllocatedMemory());
      }
    }
    return all;
  }
}
