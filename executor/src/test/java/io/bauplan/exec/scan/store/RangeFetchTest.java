package io.bauplan.exec.scan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.memory.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RangeFetchTest {
  private static final int HALF = 1 << 20;

  /// A file whose bytes tell their place. The second half of an answer comes when it is let.
  private static final class HalvedFile implements RangeReader {
    private final CountDownLatch rest = new CountDownLatch(1);
    private final boolean fails;

    HalvedFile(boolean fails) {
      this.fails = fails;
    }

    @Override
    public void read(long offset, long address, int length, IntConsumer arrived) {
      arrived.accept(0);
      fill(offset, address, HALF);
      arrived.accept(HALF);
      try {
        rest.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException("given up", e);
      }
      if (fails) {
        throw new IllegalStateException("broken off");
      }
      fill(offset + HALF, address + HALF, length - HALF);
      arrived.accept(length);
    }

    @Override
    public void read(long offset, long address, int length) {
      fill(offset, address, length);
    }

    private static void fill(long offset, long address, int length) {
      for (int i = 0; i < length; i++) {
        Memory.putByte(address + i, (byte) ((offset + i) % 127));
      }
    }

    @Override
    public String location() {
      return "halved";
    }

    @Override
    public long sizeBytes() {
      return 4L * HALF;
    }

    @Override
    public String version() {
      return "";
    }

    @Override
    public int preferredReadBytes() {
      return HALF;
    }

    @Override
    public void close() {}
  }

  private static void check(RangeFetch fetch, BufferAllocator allocator, long offset, int length) {
    try (ArrowBuf buffer = allocator.buffer(length)) {
      fetch.read(offset, buffer.memoryAddress(), length);
      for (int i = 0; i < length; i++) {
        assertThat(buffer.getByte(i)).isEqualTo((byte) ((offset + i) % 127));
      }
    }
  }

  @Test
  void whatHasComeIsReadWhileTheRestIsOnItsWay() {
    try (BufferAllocator allocator = new RootAllocator();
        HalvedFile file = new HalvedFile(false);
        FetchPool pool = new FetchPool();
        RangeFetch fetch = new RangeFetch(file, pool, allocator)) {
      fetch.want(3, 2 * HALF);
      fetch.start();
      check(fetch, allocator, 3, HALF);
      file.rest.countDown();
      check(fetch, allocator, 3 + HALF, HALF);
      assertThat(fetch.isFetching()).isFalse();
    }
  }

  @Test
  void whatHasComeIsUsedWhereItLies() {
    try (BufferAllocator allocator = new RootAllocator();
        HalvedFile file = new HalvedFile(false);
        FetchPool pool = new FetchPool();
        RangeFetch fetch = new RangeFetch(file, pool, allocator)) {
      fetch.want(3, HALF + HALF / 2);
      fetch.start();
      try (RangeReader.Lent lent = fetch.lend(10, 100, HALF)) {
        assertThat(lent.length()).isEqualTo(HALF);
        lent.await(100);
        assertThat(Memory.getByte(lent.address() + 99)).isEqualTo((byte) (109 % 127));
        file.rest.countDown();
        check(fetch, allocator, 3, HALF + HALF / 2);
        // It is all read, but not given back.
        assertThat(fetch.isFetching()).isTrue();
        lent.await(HALF);
        assertThat(Memory.getByte(lent.address() + HALF - 1)).isEqualTo((byte) ((HALF + 9) % 127));
      }
      assertThat(fetch.isFetching()).isFalse();
      assertThat(fetch.lend(10, 100, HALF)).as("read before").isNull();
    }
  }

  @Test
  void anAnswerThatBreaksOffIsAnErrorForItsOtherHalf() {
    try (BufferAllocator allocator = new RootAllocator();
        HalvedFile file = new HalvedFile(true);
        FetchPool pool = new FetchPool();
        RangeFetch fetch = new RangeFetch(file, pool, allocator)) {
      fetch.want(0, 2 * HALF);
      fetch.start();
      check(fetch, allocator, 0, HALF);
      file.rest.countDown();
      assertThatThrownBy(() -> check(fetch, allocator, HALF, HALF)).hasMessage("broken off");
    }
  }

  @Test
  void closingGivesUpWhatIsOnItsWay() {
    try (BufferAllocator allocator = new RootAllocator();
        HalvedFile file = new HalvedFile(false);
        FetchPool pool = new FetchPool();
        RangeFetch fetch = new RangeFetch(file, pool, allocator)) {
      fetch.want(0, 2 * HALF);
      fetch.start();
      check(fetch, allocator, 0, 10);
      assertThat(fetch.isFetching()).isTrue();
    }
  }

  @Test
  void turnsAreTakenInTheirOrder() throws InterruptedException {
    Turns turns = new Turns(1);
    turns.await(0);
    List<Long> order = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (long place : new long[] {5, 3, 9, 1}) {
      Thread thread =
          Thread.startVirtualThread(
              () -> {
                turns.await(place);
                synchronized (order) {
                  order.add(place);
                }
                turns.leave();
              });
      threads.add(thread);
      while (thread.getState() != Thread.State.WAITING) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
    turns.leave();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(order).containsExactly(1L, 3L, 5L, 9L);
  }
}
