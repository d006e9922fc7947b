package io.bauplan.exec.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Entries of all kinds within one budget of memory, and who of them leaves when it is full: the
/// least valuable of a sample, by how often it was asked for of late times what a byte of it costs
/// to have again. Not thread-safe: whoever uses it holds its monitor.
final class MemoryTier {
  /// Entries among which the least valuable is looked for.
  private static final int CANDIDATES = 24;

  static final class Held {
    private final Object key;
    private final Cached value;
    private final double nanosPerByte;
    private int index;
    private long lastUse;
    private long hits;
    private int pins;

    private Held(Object key, Cached value, double nanosPerByte) {
      this.key = key;
      this.value = value;
      this.nanosPerByte = nanosPerByte;
    }

    Object key() {
      return key;
    }

    Cached value() {
      return value;
    }

    long hits() {
      return hits;
    }
  }

  private final long budgetBytes;
  private final Map<Object, Held> entries = new HashMap<>();
  private final List<Held> order = new ArrayList<>();
  private final FrequencySketch frequencies = new FrequencySketch();
  private final SplittableRandom random = new SplittableRandom(1);
  private long evictions;
  private long usedBytes;
  private long uses;
  private boolean open = true;

  MemoryTier(long budgetBytes) {
    this.budgetBytes = budgetBytes;
  }

  long budgetBytes() {
    return budgetBytes;
  }

  long usedBytes() {
    return usedBytes;
  }

  long evictions() {
    return evictions;
  }

  Collection<Held> entries() {
    return Collections.unmodifiableCollection(order);
  }

  boolean has(Object key) {
    return entries.containsKey(key);
  }

  /// Notes that somebody asks; returns how often that was of late, this time included.
  int asks(Object key) {
    frequencies.add(key, entries.size());
    return frequencies.count(key);
  }

  /// How often it was asked for of late.
  int asked(Object key) {
    return frequencies.count(key);
  }

  /// What is held, which counts as a use; null where it is not. It stays with the tier.
  @Nullable Cached use(Object key) {
    Held held = entries.get(key);
    if (held == null) {
      return null;
    }
    held.lastUse = ++uses;
    held.hits++;
    return held.value;
  }

  /// The same, without that it counts.
  @Nullable Cached peek(Object key) {
    Held held = entries.get(key);
    return held == null ? null : held.value;
  }

  /// Makes room for `bytes` by dropping what is worth less than `value`; false where there is too
  /// little of it.
  boolean room(long bytes, double value) {
    if (bytes > budgetBytes) {
      return false;
    }
    while (usedBytes + bytes > budgetBytes) {
      Held least = leastValuable();
      if (least == null || value(least) >= value) {
        return false;
      }
      evict(least);
    }
    return true;
  }

  /// Counts bytes that are about to be filled; negative when they have been, or will not be.
  void reserve(long bytes) {
    usedBytes += bytes;
  }

  /// Takes over the caller's hold on a value; nothing may be held under the key.
  void put(Object key, Cached value, double nanosPerByte) {
    usedBytes += value.sizeBytes();
    Held held = new Held(key, value, nanosPerByte);
    held.lastUse = ++uses;
    held.index = order.size();
    order.add(held);
    entries.put(key, held);
    // The room that was made may have been too little.
    while (usedBytes > budgetBytes && order.size() > 1) {
      Held least = leastValuable();
      if (least == null) {
        break;
      }
      evict(least);
    }
  }

  /// Keeps an entry until it is unpinned; null where there is none.
  @Nullable Held pin(Object key) {
    Held held = entries.get(key);
    if (held != null) {
      held.pins++;
    }
    return held;
  }

  void unpin(Held held) {
    held.pins--;
  }

  boolean isOpen() {
    return open;
  }

  /// Drops everything; nothing may be put any more.
  void close() {
    open = false;
    clear();
  }

  /// Drops an entry that something better stands in for.
  void replace(Object key) {
    Held held = entries.get(key);
    if (held != null) {
      remove(held);
    }
  }

  void clear() {
    while (!order.isEmpty()) {
      evict(order.getLast());
    }
  }

  private double value(Held held) {
    return frequencies.count(held.key) * held.nanosPerByte;
  }

  private @Nullable Held leastValuable() {
    Held least = null;
    int n = order.size();
    for (int i = 0; i < Math.min(n, CANDIDATES); i++) {
      Held held = order.get(n <= CANDIDATES ? i : random.nextInt(n));
      if (held.pins > 0) {
        continue;
      }
      if (least == null
          || value(held) < value(least)
          || (value(held) == value(least) && held.lastUse < least.lastUse)) {
        least = held;
      }
    }
    return least;
  }

  private void evict(Held held) {
    evictions++;
    remove(held);
  }

  private void remove(Held held) {
    entries.remove(held.key);
    Held last = order.removeLast();
    if (last != held) {
      order.set(held.index, last);
      last.index = held.index;
    }
    usedBytes -= held.value.sizeBytes();
    held.value.release();
  }
}
