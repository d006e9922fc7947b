package io.bauplan.tests.modes;

import io.bauplan.sql.session.Session;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A way to run queries that must not change what they give.
///
/// @param threads of the engine; 0 = as many as the machine has
/// @param share of the memory that a query takes by itself that it may have; 0 = no limit
record Mode(String name, int threads, double share, Map<String, String> settings) {
  static final List<Mode> ALL =
      List.of(
          new Mode("plain", 0, 0, Map.of()),
          new Mode("threads-1", 1, 0, Map.of()),
          new Mode("threads-8", 8, 0, Map.of()),
          new Mode("quarter-memory", 0, 0.25, Map.of()),
          new Mode("quarter-memory-1", 1, 0.25, Map.of()),
          new Mode("quarter-memory-8", 8, 0.25, Map.of()),
          new Mode("batch-1", 0, 0, Map.of(Session.BATCH_ROWS, "1")),
          new Mode("batch-7", 0, 0, Map.of(Session.BATCH_ROWS, "7")),
          new Mode("optimizer-off", 0, 0, Map.of(Session.OPTIMIZER, "off")));

  static Mode named(String name) {
    return ALL.stream()
        .filter(mode -> mode.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no mode " + name + "; there are " + ALL.stream().map(Mode::name).toList()));
  }

  Session session() {
    return session(Map.of());
  }

  /// With a limit of the query's memory.
  Session session(long bytes) {
    return session(Map.of(Session.MEMORY_LIMIT, Long.toString(bytes)));
  }

  private Session session(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(settings);
    all.putAll(more);
    return new Session(
        Session.DEFAULT.principal(),
        Session.DEFAULT.reference(),
        Session.DEFAULT.namespace(),
        Session.DEFAULT.zone(),
        all);
  }
}
