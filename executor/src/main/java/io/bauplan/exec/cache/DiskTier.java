package io.bauplan.exec.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The cache's tier on local disk: a file an entry, whatever kind it is of, which survives
/// restarts. Files appear under their name when they are whole; one that is damaged is deleted.
/// What was used longest ago goes first, but only for what was asked for more often: a scan larger
/// than the tier leaves it as it was. A disk that is full ends the writing, not the queries.
/// Thread-safe.
final class DiskTier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskTier.class);
  private static final long MAX_PENDING_BYTES = 256L << 20;
  private static final long BUSY_PAUSE_MILLIS = 5;

  /// Share of the disk that is left free.
  private static final double FREE_SHARE = 0.05;

  private static final long TOUCH_SECONDS = 60;

  /// Between two lines in the log about a disk that takes nothing.
  private static final long COMPLAINT_NANOS = TimeUnit.MINUTES.toNanos(10);

  /// What is to be written.
  interface Content {
    /// Memory that it takes until it is written, and about the length of the file.
    long sizeBytes();

    void write(FileChannel channel) throws IOException;

    /// It has been written, or will not be.
    void release();
  }

  /// Takes a file's content out of it.
  interface Reading<T> {
    /// @throws IOException if it is damaged
    T from(FileChannel channel) throws IOException;
  }

  /// A file that is there.
  ///
  /// @param label that it was written or read with last; empty since this process started
  record Item(String name, Path path, Optional<Object> label, long sizeBytes, long hits) {}

  private static final class Stored {
    private final Path path;
    private final long sizeBytes;
    private Instant lastUse;
    private @Nullable Object label;
    private long hits;

    Stored(Path path, long sizeBytes, Instant lastUse, @Nullable Object label) {
      this.path = path;
      this.sizeBytes = sizeBytes;
      this.lastUse = lastUse;
      this.label = label;
    }
  }

  private final Path folder;
  private final long budgetBytes;

  /// What was used longest ago first.
  private final LinkedHashMap<String, Stored> stored = new LinkedHashMap<>(16, 0.75f, true);

  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("column-cache-writer").factory());
  private final AtomicLong pendingBytes = new AtomicLong();
  private final FrequencySketch frequencies = new FrequencySketch();
  private long sizeBytes;
  private String problem = "";
  private long complainedNanos;
  private long refused;

  /// Opens the tier in a folder, which is made; takes over what is in it.
  ///
  /// @param suffixes of files that are kept; others were half written when a process died
  DiskTier(Path folder, long budgetBytes, Set<String> suffixes) throws IOException {
    this.folder = folder;
    this.budgetBytes = budgetBytes;
    Files.createDirectories(folder);
    List<Stored> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        if (suffixes.stream().anyMatch(name::endsWith)) {
          long size = Files.size(file);
          Instant used = Files.getLastModifiedTime(file).toInstant();
          found.add(new Stored(file, size, used, null));
        } else if (!Files.isDirectory(file)) {
          Files.deleteIfExists(file);
        }
      }
    }
    found.sort(Comparator.comparing(each -> each.lastUse));
    for (Stored each : found) {
      stored.put(each.path.getFileName().toString(), each);
      sizeBytes += each.sizeBytes;
    }
    trim(0);
  }

  long budgetBytes() {
    return budgetBytes;
  }

  synchronized long sizeBytes() {
    return sizeBytes;
  }

  synchronized int size() {
    return stored.size();
  }

  /// Why entries are left out; empty while the disk takes them.
  synchronized String problem() {
    return problem;
  }

  /// Entries that were left out because the disk did not take them.
  synchronized long refused() {
    return refused;
  }

  synchronized boolean has(String name) {
    return stored.containsKey(name);
  }

  /// Notes that an entry was asked for; true where it is not here and may come.
  synchronized boolean asks(String name, long bytes) {
    frequencies.add(name, stored.size());
    return !stored.containsKey(name) && admits(name, bytes);
  }

  private boolean admits(String name, long bytes) {
    if (bytes > budgetBytes / 4) {
      return false;
    }
    if (sizeBytes + bytes <= budgetBytes) {
      return true;
    }
    // Without this time, as in memory.
    return !stored.isEmpty()
        && frequencies.count(name) - 1 > frequencies.count(stored.firstEntry().getKey());
  }

  /// A file's name for what `parts` say.
  static String name(String suffix, String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(String.join("\0", parts).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 20) + suffix;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Writes an entry in the background, or not at all when the disk is slower than the readers.
  /// Takes over the caller's hold on the content.
  ///
  /// @param busy while this holds the cores have better to do; no longer than memory allows
  void write(String name, Object label, Content content, BooleanSupplier busy) {
    long bytes = content.sizeBytes();
    if (bytes > budgetBytes / 4 || pendingBytes.addAndGet(bytes) > MAX_PENDING_BYTES) {
      pendingBytes.addAndGet(bytes > budgetBytes / 4 ? 0 : -bytes);
      content.release();
      return;
    }
    try {
      writer.execute(
          () -> {
            try {
              while (busy.getAsBoolean()
                  && pendingBytes.get() < MAX_PENDING_BYTES / 2
                  && !writer.isShutdown()) {
                Thread.sleep(BUSY_PAUSE_MILLIS);
              }
              writeNow(name, label, content);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } finally {
              pendingBytes.addAndGet(-bytes);
              content.release();
            }
          });
    } catch (RejectedExecutionException e) {
      pendingBytes.addAndGet(-bytes);
      content.release();
    }
  }

  private void writeNow(String name, Object label, Content content) {
    synchronized (this) {
      if (stored.containsKey(name) || !admits(name, content.sizeBytes())) {
        return;
      }
    }
    trim(content.sizeBytes());
    Path temporary = folder.resolve(name + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      var store = Files.getFileStore(folder);
      if (store.getUsableSpace() - content.sizeBytes() < store.getTotalSpace() * FREE_SHARE) {
        complain("its disk is almost full");
        return;
      }
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        content.write(channel);
      }
      long size = Files.size(temporary);
      Path path = folder.resolve(name);
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      synchronized (this) {
        if (stored.put(name, new Stored(path, size, Instant.now(), label)) == null) {
          sizeBytes += size;
        }
        problem = "";
      }
      trim(0);
    } catch (ColumnFileFormat.Unsupported e) {
      delete(temporary);
    } catch (IOException | RuntimeException e) {
      delete(temporary);
      complain(String.valueOf(e.getMessage()));
    }
  }

  private synchronized void complain(String message) {
    problem = message;
    refused++;
    long now = System.nanoTime();
    if (complainedNanos == 0 || now - complainedNanos > COMPLAINT_NANOS) {
      complainedNanos = now;
      LOG.warn("the column cache leaves columns out of {}: {}", folder, message);
    }
  }

  /// Deletes what was used longest ago until there is room for some bytes more.
  private void trim(long bytes) {
    List<Stored> gone = new ArrayList<>();
    synchronized (this) {
      if (sizeBytes + bytes <= budgetBytes) {
        return;
      }
      while (sizeBytes + bytes > budgetBytes && !stored.isEmpty()) {
        Stored oldest = stored.pollFirstEntry().getValue();
        sizeBytes -= oldest.sizeBytes;
        gone.add(oldest);
      }
    }
    gone.forEach(each -> delete(each.path));
  }

  /// What `reading` makes of an entry; null where it is not there.
  <T> @Nullable T read(String name, Object label, Reading<T> reading) {
    Stored found;
    synchronized (this) {
      found = stored.get(name);
      if (found == null) {
        return null;
      }
    }
    try (FileChannel channel = FileChannel.open(found.path, StandardOpenOption.READ)) {
      T content = reading.from(channel);
      used(found, label);
      return content;
    } catch (NoSuchFileException e) {
      // Another process on the same folder made room.
      forget(name, found);
      return null;
    } catch (IOException | IndexOutOfBoundsException e) {
      LOG.warn("dropped a damaged file of the column cache: {}: {}", found.path, e.getMessage());
      forget(name, found);
      delete(found.path);
      return null;
    }
  }

  private void used(Stored found, Object label) throws IOException {
    Instant now = Instant.now();
    boolean touch;
    synchronized (this) {
      touch = found.lastUse.plusSeconds(TOUCH_SECONDS).isBefore(now);
      found.lastUse = now;
      found.label = label;
      found.hits++;
    }
    if (touch) {
      Files.setLastModifiedTime(found.path, FileTime.from(now));
    }
  }

  private synchronized void forget(String name, Stored found) {
    if (stored.remove(name, found)) {
      sizeBytes -= found.sizeBytes;
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("cannot delete {}: {}", path, e.getMessage());
    }
  }

  void clear() {
    List<Stored> all;
    synchronized (this) {
      all = List.copyOf(stored.values());
      stored.clear();
      sizeBytes = 0;
    }
    all.forEach(each -> delete(each.path));
  }

  synchronized List<Item> items() {
    return stored.entrySet().stream()
        .map(
            entry -> {
              Stored each = entry.getValue();
              return new Item(
                  entry.getKey(),
                  each.path,
                  Optional.ofNullable(each.label),
                  each.sizeBytes,
                  each.hits);
            })
        .toList();
  }

  /// Waits for what is being written.
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.warn("the column cache did not finish writing to {}", folder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
