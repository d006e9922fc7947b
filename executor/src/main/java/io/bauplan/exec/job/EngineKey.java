package io.bauplan.exec.job;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Which engine wrote a line: process, its start, and a number within the process. By it a reader
/// knows whether a job without an end still runs or was lost with its engine.
record EngineKey(String text) implements AutoCloseable {
  private static final AtomicLong NEXT = new AtomicLong();
  private static final Set<String> OPEN = ConcurrentHashMap.newKeySet();

  static EngineKey next() {
    ProcessHandle self = ProcessHandle.current();
    EngineKey key = new EngineKey(self.pid() + "/" + start(self) + "/" + NEXT.incrementAndGet());
    OPEN.add(key.text());
    return key;
  }

  private static long start(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  static boolean isAlive(String key) {
    String[] parts = key.split("/", -1);
    if (parts.length != 3) {
      return false;
    }
    try {
      long pid = Long.parseLong(parts[0]);
      return pid == ProcessHandle.current().pid()
          ? OPEN.contains(key)
          : ProcessHandle.of(pid)
              .filter(process -> Long.toString(start(process)).equals(parts[1]))
              .isPresent();
    } catch (NumberFormatException e) {
      return false;
    }
  }

  @Override
  public void close() {
    OPEN.remove(text);
  }
}
