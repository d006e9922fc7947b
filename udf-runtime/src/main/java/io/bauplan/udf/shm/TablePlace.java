package io.bauplan.udf.shm;

import io.bauplan.udf.api.NoRoomException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// A folder that tables lie in, and how much of it they may take. Asked before bytes are written: a
/// mapped page that finds no room ends the process.
final class TablePlace {
  /// Stays free in any case, for small files and other processes.
  private static final long FREE_BYTES = 64L << 20;

  private final Path folder;
  private final FileStore store;
  private final long budget;
  private final AtomicLong held = new AtomicLong();

  /// @param budget bytes of all tables together
  TablePlace(Path folder, long budget) throws IOException {
    this.folder = folder;
    this.store = Files.getFileStore(folder);
    this.budget = budget;
  }

  Path folder() {
    return folder;
  }

  /// Bytes of its tables.
  long held() {
    return held.get();
  }

  /// Counts bytes of a table, before they are written. Whether there is room for them.
  boolean take(long bytes) {
    try {
      if (held.addAndGet(bytes) <= budget && store.getUsableSpace() - FREE_BYTES >= bytes) {
        return true;
      }
    } catch (IOException e) {
      held.addAndGet(-bytes);
      throw new NoRoomException("cannot tell how much room " + folder + " has", e);
    }
    held.addAndGet(-bytes);
    return false;
  }

  /// Counts what is there already.
  void add(long bytes) {
    held.addAndGet(bytes);
  }

  void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }

  String inWords() {
    return "%s (%d MB of tables, at most %d)".formatted(folder, held.get() >> 20, budget >> 20);
  }
}
