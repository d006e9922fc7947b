package io.bauplan.exec.cache;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Decimals;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.DataType;
import io.bauplan.udf.shm.Segment;
import io.bauplan.udf.shm.SegmentColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Columns in the form that functions map: Arrow's, one array for all rows, each in a segment of
/// shared memory. A column comes here when the first function asks for it, which costs the copy
/// that the call would have cost anyway; calls after that map it. Operators read it too where its
/// form is theirs, and the private copy goes.
///
/// Within the memory tier's budget; thread-safe by its monitor.
public final class SharedColumns {
  private static final Logger LOG = LoggerFactory.getLogger(SharedColumns.class);

  /// Part of the files that this process may have open: each column is one.
  private static final int FILES_SHARE = 2;

  /// Under which a column is held in this form.
  record Key(ColumnKey column) {}

  /// What a claim found.
  public sealed interface Claim {
    /// The column; the caller closes it.
    record Hit(SegmentColumn column) implements Claim {}

    /// The caller makes it, `keep`s it if it can, and always ends with `done`.
    record Make() implements Claim {}

    /// Somebody makes it: ask again, at most once, when the future is complete. Only for those who
    /// do not make another column meanwhile.
    record Wait(CompletableFuture<?> made) implements Claim {}
  }

  /// @param refused columns that could not be kept for want of descriptors
  /// @param problem why there is no shared memory; empty where there is
  record Statistics(
      long bytes, int entries, long hits, long misses, long refused, String problem) {}

  private static final class Entry implements Cached {
    private final SegmentColumn column;
    private final @Nullable CachedColumn vectors;
    private final SharedColumns owner;

    Entry(SegmentColumn column, @Nullable CachedColumn vectors, SharedColumns owner) {
      this.column = column;
      this.vectors = vectors;
      this.owner = owner;
    }

    @Override
    public long sizeBytes() {
      return column.byteSize();
    }

    @Override
    public void release() {
      owner.entries--;
      owner.bytes -= sizeBytes();
      if (vectors != null) {
        vectors.release();
      }
      column.close();
    }
  }

  private final MemoryTier memory;
  private final BufferAllocator allocator;
  private final int mostEntries;
  private final Map<Key, CompletableFuture<?>> making = new HashMap<>();
  private int entries;
  private long bytes;
  private long hits;
  private long misses;
  private long refused;

  SharedColumns(MemoryTier memory, BufferAllocator allocator) {
    this.memory = memory;
    this.allocator = allocator;
    this.mostEntries = (int) Math.min(1 << 20, openFiles() / FILES_SHARE);
    Segment.problem()
        .ifPresent(
            problem ->
                LOG.info("functions get copies of cached columns: no shared memory: {}", problem));
  }

  private static long openFiles() {
    var bean = java.lang.management.ManagementFactory.getOperatingSystemMXBean();
    return bean instanceof com.sun.management.UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : 1024;
  }

  /// Whether there is shared memory here.
  public boolean available() {
    return Segment.problem().isEmpty();
  }

  /// Asks for a column.
  public Claim claim(ColumnKey column) {
    Key key = new Key(column);
    synchronized (memory) {
      memory.asks(key);
      Cached held = memory.use(key);
      if (held != null) {
        hits++;
        return new Claim.Hit(((Entry) held).column.retain());
      }
      CompletableFuture<?> other = making.get(key);
      if (other != null) {
        return new Claim.Wait(other);
      }
      misses++;
      making.put(key, new CompletableFuture<>());
      return new Claim.Make();
    }
  }

  /// Keeps a column that was made, if there is room for it; tells whether. The column stays with
  /// the caller.
  ///
  /// @param type that operators read it as
  /// @param asRead whether operators have no better form of it, such as codes
  public boolean keep(
      ColumnKey key, SegmentColumn column, DataType type, boolean asRead, boolean remote) {
    CachedColumn vectors = asRead ? vectors(column, type) : null;
    double nanosPerByte =
        remote ? ColumnCache.REMOTE_NANOS_PER_BYTE : ColumnCache.LOCAL_NANOS_PER_BYTE;
    synchronized (memory) {
      Entry entry = new Entry(column.retain(), vectors, this);
      entries++;
      bytes += entry.sizeBytes();
      CachedColumn before =
          vectors != null && memory.peek(key) instanceof CachedColumn held && isFlat(held)
              ? held
              : null;
      long more = entry.sizeBytes() - (before == null ? 0 : before.sizeBytes());
      // Without this time, as for all that comes anew.
      double value = (memory.asked(new Key(key)) - 1) * nanosPerByte;
      boolean files = entries <= mostEntries;
      refused += files ? 0 : 1;
      if (!files || memory.has(new Key(key)) || !memory.room(more, value)) {
        entry.release();
        return false;
      }
      if (before != null) {
        memory.replace(key);
      }
      memory.put(new Key(key), entry, nanosPerByte);
      return true;
    }
  }

  /// Ends a claim to make a column, whatever came of it.
  public void done(ColumnKey column) {
    CompletableFuture<?> ended;
    synchronized (memory) {
      ended = making.remove(new Key(column));
    }
    if (ended != null) {
      ended.complete(null);
    }
  }

  /// What operators read; it stays with the cache. Null where there is nothing for them.
  @Nullable CachedColumn vectors(ColumnKey column) {
    Key key = new Key(column);
    if (memory.peek(key) instanceof Entry entry && entry.vectors != null) {
      memory.asks(key);
      memory.use(key);
      return entry.vectors;
    }
    return null;
  }

  boolean hasVectors(ColumnKey column) {
    return memory.peek(new Key(column)) instanceof Entry entry && entry.vectors != null;
  }

  int size() {
    return entries;
  }

  long sizeBytes() {
    return bytes;
  }

  Statistics statistics() {
    synchronized (memory) {
      return new Statistics(bytes, entries, hits, misses, refused, Segment.problem().orElse(""));
    }
  }

  private static boolean isFlat(CachedColumn column) {
    return column.vectors().stream().allMatch(FlatVector.class::isInstance);
  }

  /// Batches of a column where it lies, if operators have the same form of it.
  private @Nullable CachedColumn vectors(SegmentColumn column, DataType type) {
    if (!FlatVector.childTypes(type).isEmpty()
        || Decimals.isShort(type)
        || type instanceof DataType.NullType
        || !ArrowTypes.dataType(column.field()).equals(type)) {
      return null;
    }
    try (VectorSchemaRoot root = column.view(allocator);
        FlatVector whole = ArrowBatches.toVector(root.getVector(0), allocator)) {
      List<Vector> batches = new ArrayList<>();
      for (int at = 0; at < whole.length(); at += Vector.BATCH_ROWS) {
        batches.add(whole.slice(at, Math.min(Vector.BATCH_ROWS, whole.length() - at)));
      }
      return new CachedColumn(batches);
    }
  }
}
