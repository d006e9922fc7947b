package io.bauplan.exec.engine;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The statements and runs under way in this engine, so that maintenance keeps what they use.
final class RunningStatements {
  private final Map<String, Instant> starts = new ConcurrentHashMap<>();

  void started(String id) {
    starts.put(id, Instant.now());
  }

  void ended(String id) {
    starts.remove(id);
  }

  /// When the oldest of the others began.
  Optional<Instant> oldestBut(String id) {
    return starts.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(id))
        .map(Map.Entry::getValue)
        .min(Instant::compareTo);
  }
}
