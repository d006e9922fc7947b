package io.bauplan.sql.catalog.iceberg;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A small least-recently-used cache, bounded by the sum of its entries' weights. For immutable
/// values that can be loaded again: two threads that miss at once may both load. Thread-safe.
public final class BoundedCache<K extends Object, V extends Object> {
  private final long maxWeight;
  private final ToLongFunction<V> weigher;
  private final LinkedHashMap<K, V> entries = new LinkedHashMap<>(64, 0.75f, true);
  private long weight;

  public BoundedCache(long maxWeight, ToLongFunction<V> weigher) {
    this.maxWeight = maxWeight;
    this.weigher = weigher;
  }

  public Optional<V> get(K key) {
    synchronized (entries) {
      return Optional.ofNullable(entries.get(key));
    }
  }

  /// The cached value, or that of `loader`, which runs outside the lock. What it throws is not
  /// cached.
  public V get(K key, Function<K, V> loader) {
    @Nullable V cached;
    synchronized (entries) {
      cached = entries.get(key);
    }
    if (cached != null) {
      return cached;
    }
    V loaded = loader.apply(key);
    put(key, loaded);
    return loaded;
  }

  public void remove(K key) {
    removeIf(key::equals);
  }

  public void removeIf(java.util.function.Predicate<K> condition) {
    synchronized (entries) {
      entries
          .entrySet()
          .removeIf(
              entry -> {
                boolean removed = condition.test(entry.getKey());
                weight -= removed ? weigher.applyAsLong(entry.getValue()) : 0;
                return removed;
              });
    }
  }

  public void put(K key, V value) {
    long added = weigher.applyAsLong(value);
    synchronized (entries) {
      V before = entries.remove(key);
      if (before != null) {
        weight -= weigher.applyAsLong(before);
      }
      if (added > maxWeight) {
        return;
      }
      entries.put(key, value);
      weight += added;
      var eldest = entries.entrySet().iterator();
      while (weight > maxWeight) {
        Map.Entry<K, V> entry = eldest.next();
        weight -= weigher.applyAsLong(entry.getValue());
        eldest.remove();
      }
    }
  }
}
