package io.bauplan.exec.operator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/// What must be freed at the end of a query, or of a plan within it that runs by itself.
/// Thread-safe.
final class Resources {
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Deque<BufferAllocator> allocators = new ArrayDeque<>();

  synchronized void own(AutoCloseable resource) {
    owned.push(resource);
  }

  synchronized void ownAllocator(BufferAllocator allocator) {
    allocators.push(allocator);
  }

  /// Closes everything, last come first.
  void release() {
    List<AutoCloseable> resources;
    synchronized (this) {
      resources = new ArrayList<>(owned);
      // Resources hold buffers of any allocator.
      resources.addAll(allocators);
      owned.clear();
      allocators.clear();
    }
    RuntimeException first = null;
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        if (first == null) {
          first = e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
