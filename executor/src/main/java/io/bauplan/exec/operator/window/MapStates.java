package io.bauplan.exec.operator.window;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// States of aggregates that give maps, with their keys in order; NULL keys do not count, and
/// without any the map is NULL.
final class MapStates {
  private MapStates() {}

  private static @Nullable Object sorted(Map<Object, ?> map) {
    if (map.isEmpty()) {
      return null;
    }
    Map<Object, @Nullable Object> result = new LinkedHashMap<>();
    map.entrySet().stream()
        .sorted((l, r) -> io.bauplan.exec.batch.CellValue.compare(l.getKey(), r.getKey()))
        .forEach(entry -> result.put(entry.getKey(), entry.getValue()));
    return result;
  }

  /// How often each value occurs.
  static final class Histogram extends Accumulator {
    private final Map<Object, Long> counts = new LinkedHashMap<>();

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        counts.merge(value, 1L, Long::sum);
      }
    }

    @Override
    @Nullable Object result() {
      return sorted(counts);
    }
  }

  /// Pairs of key and value: the first value of a key, or all of them as a list.
  static final class Pairs extends Accumulator {
    private final boolean all;
    private final Map<Object, @Nullable Object> values = new LinkedHashMap<>();

    Pairs(boolean all) {
      this.all = all;
    }

    @Override
    @SuppressWarnings("unchecked") // the lists are ours
    void add(@Nullable Object value) {
      List<?> pair = (List<?>) Objects.requireNonNull(value);
      Object key = pair.get(0);
      if (key == null) {
        return;
      }
      if (all) {
        List<@Nullable Object> list =
            (List<@Nullable Object>) values.computeIfAbsent(key, k -> new ArrayList<>());
        Objects.requireNonNull(list).add(pair.get(1));
      } else {
        values.putIfAbsent(key, pair.get(1));
      }
    }

    @Override
    @Nullable Object result() {
      return sorted(values);
    }
  }
}
