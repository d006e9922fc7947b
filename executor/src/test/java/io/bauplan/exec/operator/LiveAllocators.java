package io.bauplan.exec.operator;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.BufferAllocator;

/// Counts the allocators below a root that are open.
public final class LiveAllocators implements AllocationListener {
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  @Override
  public void onChildAdded(BufferAllocator parent, BufferAllocator child) {
    most.accumulateAndGet(open.incrementAndGet(), Math::max);
  }

  @Override
  public void onChildRemoved(BufferAllocator parent, BufferAllocator child) {
    open.decrementAndGet();
  }

  /// As many as were open at once.
  public int most() {
    return most.get();
  }
}
