package io.bauplan.exec.cache;

import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.SharedTable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Tables that were computed, under keys that whoever asks gives: hashes of all that the rows
/// depend on, so that what is here is never stale. They lie in shared memory, where functions map
/// them and operators read them, and on local disk, from where they come back after a restart;
/// within the budgets of the columns' cache, where what took long to compute stays longer.
/// Thread-safe.
public final class ResultCache {
  /// Of a key in UTF-8.
  static final int MAX_KEY_BYTES = 1024;

  /// What a byte costs, at most and at least: a result that took a minute for a few rows is not
  /// worth all columns.
  private static final double MOST_NANOS_PER_BYTE = 1000;

  /// Under which a result is held.
  record Key(String hash) {}

  private static final class Entry implements Cached {
    private final SharedTable table;

    Entry(SharedTable table) {
      this.table = table;
    }

    @Override
    public long sizeBytes() {
      return table.byteSize();
    }

    @Override
    public void release() {
      table.close();
    }
  }

  /// A result that stays in memory until this is closed.
  public final class Pin implements AutoCloseable {
    private final MemoryTier.Held held;
    private final SharedTable table;
    private boolean closed;

    private Pin(MemoryTier.Held held, SharedTable table) {
      this.held = held;
      this.table = table;
    }

    /// The result; it stays with the pin.
    public SharedTable table() {
      return table;
    }

    @Override
    public void close() {
      synchronized (memory) {
        if (closed) {
          return;
        }
        closed = true;
        memory.unpin(held);
      }
      table.close();
    }
  }

  private final MemoryTier memory;
  private final Optional<DiskTier> disk;
  private final FunctionRuntime shared;
  private final BufferAllocator allocator;
  private final Map<Key, CompletableFuture<?>> making = new HashMap<>();

  /// @param shared gives the shared memory
  ResultCache(
      MemoryTier memory,
      Optional<DiskTier> disk,
      FunctionRuntime shared,
      BufferAllocator allocator) {
    this.memory = memory;
    this.disk = disk;
    this.shared = shared;
    this.allocator = allocator;
  }

  /// The result under a key, made by `maker` if it is not there: once for all who ask meanwhile.
  /// Where a maker fails, its caller gets what it threw, and the next who waited makes it. The
  /// caller closes the table.
  ///
  /// @param maker gives the caller's own hold on a table
  public SharedTable get(String hash, Supplier<SharedTable> maker) {
    Key key = key(hash);
    while (true) {
      CompletableFuture<?> other;
      synchronized (memory) {
        memory.asks(key);
        if (memory.use(key) instanceof Entry entry) {
          return entry.table.retain();
        }
        other = making.get(key);
        if (other == null) {
          making.put(key, new CompletableFuture<>());
        }
      }
      if (other == null) {
        return make(key, maker);
      }
      other.join();
    }
  }

  private SharedTable make(Key key, Supplier<SharedTable> maker) {
    try {
      Optional<SharedTable> stored = stored(key);
      if (stored.isPresent()) {
        return stored.get();
      }
      long start = System.nanoTime();
      SharedTable made = maker.get();
      keep(key, made, Duration.ofNanos(System.nanoTime() - start), true);
      return made;
    } finally {
      CompletableFuture<?> ended;
      synchronized (memory) {
        ended = making.remove(key);
      }
      if (ended != null) {
        ended.complete(null);
      }
    }
  }

  /// The result under a key, if it is there; the caller closes it.
  public Optional<SharedTable> find(String hash) {
    Key key = key(hash);
    synchronized (memory) {
      memory.asks(key);
      if (memory.use(key) instanceof Entry entry) {
        return Optional.of(entry.table.retain());
      }
    }
    return stored(key);
  }

  /// Keeps a result, as far as there is room. The table stays with the caller.
  ///
  /// @param cost what it took to compute
  public void put(String hash, SharedTable table, Duration cost) {
    Key key = key(hash);
    synchronized (memory) {
      memory.asks(key);
    }
    keep(key, table, cost, true);
  }

  /// The result under a key, if it is there, in memory until the pin is closed.
  public Optional<Pin> pin(String hash) {
    Key key = key(hash);
    Optional<SharedTable> found = find(hash);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    synchronized (memory) {
      if (!memory.isOpen()) {
        found.get().close();
        return Optional.empty();
      }
      MemoryTier.Held held = memory.pin(key);
      if (held == null) {
        // It came from disk and found no room: it comes in all the same, as it is held anyway.
        memory.put(key, new Entry(found.get().retain()), ColumnCache.LOCAL_NANOS_PER_BYTE);
        held = java.util.Objects.requireNonNull(memory.pin(key));
      }
      return Optional.of(new Pin(held, found.get()));
    }
  }

  private static Key key(String hash) {
    if (hash.isEmpty() || hash.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
      throw new IllegalArgumentException("a key of " + hash.length() + " characters");
    }
    return new Key(hash);
  }

  /// From disk, and in memory from then on.
  private Optional<SharedTable> stored(Key key) {
    @Nullable SharedTable found =
        disk.map(
                tier ->
                    tier.read(name(key), key, channel -> ResultFiles.read(channel, key, shared)))
            .orElse(null);
    if (found == null) {
      return Optional.empty();
    }
    keep(key, found, Duration.ZERO, false);
    return Optional.of(found);
  }

  private static String name(Key key) {
    return DiskTier.name(ResultFiles.SUFFIX, key.hash());
  }

  private void keep(Key key, SharedTable table, Duration cost, boolean toDisk) {
    double nanosPerByte =
        Math.clamp(
            (double) cost.toNanos() / Math.max(1, table.byteSize()),
            ColumnCache.LOCAL_NANOS_PER_BYTE,
            MOST_NANOS_PER_BYTE);
    synchronized (memory) {
      if (memory.isOpen()
          && !memory.has(key)
          && memory.room(table.byteSize(), memory.asked(key) * nanosPerByte)) {
        memory.put(key, new Entry(table.retain()), nanosPerByte);
      }
    }
    if (toDisk && disk.isPresent() && disk.get().asks(name(key), table.byteSize())) {
      disk.get().write(name(key), key, content(key, table.retain()), () -> false);
    }
  }

  private DiskTier.Content content(Key key, SharedTable table) {
    return new DiskTier.Content() {
      @Override
      public long sizeBytes() {
        return table.byteSize();
      }

      @Override
      public void write(FileChannel channel) throws IOException {
        ResultFiles.write(channel, key, table, allocator);
      }

      @Override
      public void release() {
        table.close();
      }
    };
  }
}
