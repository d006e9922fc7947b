package io.bauplan.exec.cache;

import io.bauplan.exec.batch.Vector;
import io.bauplan.sql.plan.DataType;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The cache's tier on local disk: a file a column, which survives restarts. Files appear under
/// their name when they are whole; one that is damaged is deleted and read from storage again.
/// What was used longest ago goes first, but only for a column that was asked for more often: a
/// scan larger than the tier leaves it as it was. A disk that is full ends the writing, not the
/// queries. Thread-safe.
public final class ColumnFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ColumnFiles.class);
  private static final String SUFFIX = ".column";
  private static final long MAX_PENDING_BYTES = 256L << 20;
  private static final long BUSY_PAUSE_MILLIS = 5;

  /// Share of the disk that is left free.
  private static final double FREE_SHARE = 0.05;

  private static final long TOUCH_SECONDS = 60;

  /// Between two lines in the log about a disk that takes nothing.
  private static final long COMPLAINT_NANOS = TimeUnit.MINUTES.toNanos(10);

  /// Part of the budget that footers may take besides.
  private static final int FOOTERS_SHARE = 50;

  private static final class Stored {
    private final Path path;
    private final long sizeBytes;
    private Instant lastUse;
    private @Nullable ColumnKey key;
    private long hits;

    Stored(Path path, long sizeBytes, Instant lastUse, @Nullable ColumnKey key) {
      this.path = path;
      this.sizeBytes = sizeBytes;
      this.lastUse = lastUse;
      this.key = key;
    }
  }

  private final Path folder;
  private final long budgetBytes;
  private final FooterFiles footers;

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
  public ColumnFiles(Path folder, long budgetBytes) throws IOException {
    this.folder = folder;
    this.budgetBytes = budgetBytes;
    Files.createDirectories(folder);
    this.footers = new FooterFiles(folder.resolve("footers"), budgetBytes / FOOTERS_SHARE);
    List<Stored> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        if (name.endsWith(SUFFIX)) {
          long size = Files.size(file);
          Instant used = Files.getLastModifiedTime(file).toInstant();
          found.add(new Stored(file, size, used, null));
        } else if (!Files.isDirectory(file)) {
          // Half written when a process died.
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

  public FooterFiles footers() {
    return footers;
  }

  public long budgetBytes() {
    return budgetBytes;
  }

  public synchronized long sizeBytes() {
    return sizeBytes;
  }

  public synchronized int size() {
    return stored.size();
  }

  /// Why columns are left out; empty while the disk takes them.
  public synchronized String problem() {
    return problem;
  }

  /// Columns that were left out because the disk did not take them.
  public synchronized long refused() {
    return refused;
  }

  synchronized boolean has(ColumnKey key) {
    return stored.containsKey(name(key));
  }

  /// Notes that a column was asked for; true where it is not here and may come.
  boolean asks(ColumnKey key, long bytes) {
    String name = name(key);
    synchronized (this) {
      frequencies.add(name, stored.size());
      return !stored.containsKey(name) && admits(name, bytes);
    }
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

  private static String name(ColumnKey key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String text =
          String.join("\0", key.file(), key.version(), Long.toString(key.firstRow()), key.column());
      byte[] hash = digest.digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 20) + SUFFIX;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Writes a column in the background, or not at all when the disk is slower than the readers.
  /// Takes over the caller's hold on the column.
  ///
  /// @param busy while this holds the cores have better to do; no longer than memory allows
  void write(ColumnKey key, CachedColumn column, BooleanSupplier busy) {
    long bytes = column.sizeBytes();
    if (bytes > budgetBytes / 4 || pendingBytes.addAndGet(bytes) > MAX_PENDING_BYTES) {
      pendingBytes.addAndGet(bytes > budgetBytes / 4 ? 0 : -bytes);
      column.release();
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
              writeNow(key, column);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } finally {
              pendingBytes.addAndGet(-bytes);
              column.release();
            }
          });
    } catch (RejectedExecutionException e) {
      pendingBytes.addAndGet(-bytes);
      column.release();
    }
  }

  private void writeNow(ColumnKey key, CachedColumn column) {
    String name = name(key);
    synchronized (this) {
      if (stored.containsKey(name) || !admits(name, column.sizeBytes())) {
        return;
      }
    }
    trim(column.sizeBytes());
    Path temporary = folder.resolve(name + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      var store = Files.getFileStore(folder);
      if (store.getUsableSpace() - column.sizeBytes() < store.getTotalSpace() * FREE_SHARE) {
        complain("its disk is almost full");
        return;
      }
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ColumnFileFormat.write(channel, key, column.vectors());
      }
      long size = Files.size(temporary);
      Path path = folder.resolve(name);
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      synchronized (this) {
        if (stored.put(name, new Stored(path, size, Instant.now(), key)) == null) {
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

  /// The vectors of a column, null where it is not there; the caller owns them.
  @Nullable List<Vector> read(ColumnKey key, DataType type, BufferAllocator allocator) {
    String name = name(key);
    Stored found;
    synchronized (this) {
      found = stored.get(name);
      if (found == null) {
        return null;
      }
    }
    try (FileChannel channel = FileChannel.open(found.path, StandardOpenOption.READ)) {
      List<Vector> vectors = ColumnFileFormat.read(channel, key, type, allocator);
      used(found, key);
      return vectors;
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

  private void used(Stored found, ColumnKey key) throws IOException {
    Instant now = Instant.now();
    boolean touch;
    synchronized (this) {
      touch = found.lastUse.plusSeconds(TOUCH_SECONDS).isBefore(now);
      found.lastUse = now;
      found.key = key;
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
    footers.clear();
  }

  List<ColumnCache.Entry> entries() {
    List<ColumnCache.Entry> entries = new ArrayList<>();
    List<Stored> all;
    synchronized (this) {
      all = List.copyOf(stored.values());
    }
    for (Stored each : all) {
      ColumnKey key = each.key;
      if (key == null) {
        try (FileChannel channel = FileChannel.open(each.path, StandardOpenOption.READ)) {
          key = ColumnFileFormat.key(channel);
        } catch (IOException e) {
          // Gone, or damaged: its next reader deletes it.
          continue;
        }
      }
      entries.add(new ColumnCache.Entry(key, "disk", each.sizeBytes, each.hits));
    }
    return entries;
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
