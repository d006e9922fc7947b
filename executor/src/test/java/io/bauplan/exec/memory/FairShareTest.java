package io.bauplan.exec.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class FairShareTest {
  private static final long MB = 1 << 20;

  private static BufferAllocator query(BufferAllocator pool, String name) {
    return pool.newChildAllocator(name, 0, Long.MAX_VALUE);
  }

  @Test
  void aQueryAloneMayHaveEverything() {
    try (BufferAllocator root = new RootAllocator();
        BufferAllocator pool = root.newChildAllocator(FairShare.POOL, 0, 64 * MB);
        BufferAllocator query = query(pool, "a");
        BufferAllocator operator = query(query, "sort")) {
      assertThat(FairShare.headroom(operator)).isEqualTo(64 * MB);
    }
  }

  @Test
  void whatOthersHaveAClaimToIsLeft() {
    try (BufferAllocator root = new RootAllocator();
        BufferAllocator pool = root.newChildAllocator(FairShare.POOL, 0, 64 * MB);
        BufferAllocator big = query(pool, "big");
        BufferAllocator operator = query(big, "sort");
        ArrowBuf held = operator.buffer(56 * MB);
        BufferAllocator small = query(pool, "small")) {
      assertThat(FairShare.headroom(operator)).as("8 free, 16 claimed").isEqualTo(-8 * MB);
      assertThat(FairShare.headroom(small)).isEqualTo(8 * MB);
      try (ArrowBuf some = small.buffer(4 * MB)) {
        assertThat(FairShare.headroom(operator)).as("4 free, 12 claimed").isEqualTo(-8 * MB);
        assertThat(some.capacity()).isEqualTo(4 * MB);
      }
      assertThat(held.capacity()).isEqualTo(56 * MB);
    }
  }

  @Test
  void whoMayHaveLittleClaimsNoMore() {
    try (BufferAllocator root = new RootAllocator();
        BufferAllocator pool = root.newChildAllocator(FairShare.POOL, 0, 64 * MB);
        BufferAllocator big = query(pool, "big");
        BufferAllocator modest = pool.newChildAllocator("modest", 0, MB)) {
      assertThat(FairShare.headroom(big)).isEqualTo(63 * MB);
      assertThat(FairShare.headroom(modest)).isEqualTo(MB);
    }
  }

  @Test
  void anAllocatorOfNoPoolHasItsHeadroom() {
    try (BufferAllocator root = new RootAllocator(8 * MB)) {
      assertThat(FairShare.headroom(root)).isEqualTo(8 * MB);
    }
  }
}
