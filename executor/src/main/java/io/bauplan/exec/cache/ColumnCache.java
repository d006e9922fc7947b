package io.bauplan.exec.cache;

import io.bauplan.exec.batch.Vector;
import io.bauplan.sql.plan.DataType;
import io.bauplan.udf.api.FunctionRuntime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Decoded columns of row groups, in memory and below that on local disk ("Bauplan" paper, section
/// on the columnar differential cache): a scan reads from storage only the columns and row groups
/// that nobody read before, whatever query, branch or client asked first.
///
/// Nothing is ever stale: files of tables never change, and other files' keys hold their version.
/// What may stay is decided by value: how often a column was asked for of late, times what reading
/// it again would cost for each byte. A newcomer that is worth no more than what it would push out
/// is not kept, so one pass over a table larger than the cache leaves the cache as it was.
///
/// Thread-safe. Memory comes from a child of the given allocator and may pass the budget by what
/// running readers hold.
public final class ColumnCache implements AutoCloseable {
  /// What a byte costs, about, that comes from a disk, and from behind a network.
  static final double LOCAL_NANOS_PER_BYTE = 1;

  static final double REMOTE_NANOS_PER_BYTE = 10;

  /// Times that a column is asked for before it is kept, where it is not kept at once.
  private static final int TOUCHES = 2;

  /// Of a column's rows, read so far and again, from which on it is read whole to be kept.
  private static final double MIN_SHARE = 0.25;

  /// What a look-up found.
  public sealed interface Lookup {
    /// The column; the caller releases it.
    record Hit(CachedColumn column) implements Lookup {}

    /// Somebody is reading it: follow, then `leave`.
    record Follow(ColumnFill fill) implements Lookup {}

    /// The caller reads it and adds its vectors, then `finish` or `abandon`.
    record Fill(ColumnFill fill) implements Lookup {}

    /// There is no room for it: the caller reads it for itself.
    record Pass() implements Lookup {}
  }

  /// Figures of the cache since it was opened.
  ///
  /// @param hits look-ups answered from memory
  /// @param diskHits look-ups answered from local disk
  /// @param misses look-ups that had to read storage
  /// @param evictions columns that made room for others
  /// @param diskProblem why the disk takes no columns; empty while it does
  /// @param diskRefused columns that it did not take
  public record Statistics(
      long budgetBytes,
      long memoryBytes,
      int entries,
      long diskBudgetBytes,
      long diskBytes,
      int diskEntries,
      long hits,
      long diskHits,
      long misses,
      long evictions,
      String diskProblem,
      long diskRefused) {}

  /// A column or result that is held.
  ///
  /// @param file or the key of a result
  /// @param firstRow position of the column's rows in the file; -1 = a result
  /// @param column its name; empty = a result
  /// @param tier `memory`, `shared` (functions map it) or `disk`
  public record Entry(
      String file, long firstRow, String column, String tier, long sizeBytes, long hits) {

    /// @param key of any kind that entries have
    static Entry of(Object key, String tier, long sizeBytes, long hits) {
      return switch (key) {
        case ColumnKey column ->
            new Entry(
                column.file(),
                column.firstRow(),
                column.column().split(" ")[1],
                tier,
                sizeBytes,
                hits);
        case SharedColumns.Key(ColumnKey column) -> of(column, "shared", sizeBytes, hits);
        case ResultCache.Key(String hash) -> new Entry(hash, -1, "", tier, sizeBytes, hits);
        default -> throw new IllegalStateException("an entry under " + key);
      };
    }
  }

  private final BufferAllocator allocator;
  private final MemoryTier memory;
  private final Optional<ColumnFiles> files;
  private final Map<ColumnKey, ColumnFill> fills = new HashMap<>();
  private final SharedColumns shared;
  private final LongAdder hits = new LongAdder();
  private final LongAdder diskHits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private @Nullable ResultCache results;
  private boolean closed;

  /// @param parent outlives the cache
  /// @param budgetBytes of memory
  /// @param files the tier on local disk, which the cache closes; empty = none
  public ColumnCache(BufferAllocator parent, long budgetBytes, Optional<ColumnFiles> files) {
    this.allocator = parent.newChildAllocator("column-cache", 0, Long.MAX_VALUE);
    this.memory = new MemoryTier(budgetBytes);
    this.shared = new SharedColumns(memory, allocator);
    this.files = files;
  }

  BufferAllocator allocator() {
    return allocator;
  }

  /// Results within the same budgets: one cache for all who ask.
  ///
  /// @param runtime whose shared memory they lie in
  public ResultCache results(FunctionRuntime runtime) {
    synchronized (memory) {
      ResultCache known = results;
      if (known == null) {
        known = new ResultCache(memory, files.map(ColumnFiles::disk), runtime, allocator);
        results = known;
      }
      return known;
    }
  }

  /// Columns that functions map, within the same budget.
  public SharedColumns shared() {
    return shared;
  }

  /// Footers of remote files on local disk; empty where nothing is kept there.
  public Optional<FooterFiles> footers() {
    return files.map(ColumnFiles::footers);
  }

  /// Asks for a column.
  ///
  /// @param estimatedBytes of memory that it will take, should it have to be read
  /// @param remote read from behind a network
  /// @param atOnce kept though nobody asked for it before
  public Lookup lookup(ColumnKey key, long estimatedBytes, boolean remote, boolean atOnce) {
    return lookup(key, estimatedBytes, remote, atOnce, 1);
  }

  /// Whether a look-up would find it.
  public boolean has(ColumnKey key) {
    synchronized (memory) {
      if (memory.has(key) || fills.containsKey(key) || shared.hasVectors(key)) {
        return true;
      }
    }
    return files.map(tier -> tier.has(key)).orElse(false);
  }

  /// Whether a look-up would find it in memory.
  public boolean holds(ColumnKey key) {
    synchronized (memory) {
      return memory.has(key) || shared.hasVectors(key);
    }
  }

  /// The column, where it is in memory; the caller releases it.
  ///
  /// @param asks whether this counts as asking for it, as a look-up does
  public @Nullable CachedColumn held(ColumnKey key, boolean asks) {
    synchronized (memory) {
      if (asks) {
        var unused = memory.asks(key);
      }
      CachedColumn held = take(key);
      if (asks && held != null) {
        hits.increment();
      }
      return held;
    }
  }

  /// Under the lock.
  private @Nullable CachedColumn take(ColumnKey key) {
    CachedColumn held = (CachedColumn) memory.use(key);
    if (held == null) {
      held = shared.vectors(key);
    }
    if (held != null) {
      held.retain();
    }
    return held;
  }

  /// @param share of its rows that the caller needs and could read without the others: a small one
  ///     is not worth reading all of the column, unless it is asked for again and again
  public Lookup lookup(
      ColumnKey key, long estimatedBytes, boolean remote, boolean atOnce, double share) {
    synchronized (memory) {
      int asked = memory.asks(key);
      CachedColumn held = take(key);
      if (held != null) {
        hits.increment();
        return new Lookup.Hit(held);
      }
      ColumnFill filling = fills.get(key);
      if (filling != null && filling.follow()) {
        hits.increment();
        return new Lookup.Follow(filling);
      }
      // Without this time: or else each scan over more than there is room for, again and again,
      // would push out what the same scan is about to ask for.
      double value = (asked - 1) * (remote ? REMOTE_NANOS_PER_BYTE : LOCAL_NANOS_PER_BYTE);
      boolean whole = asked * share >= MIN_SHARE;
      boolean worthIt = atOnce || asked >= TOUCHES;
      boolean toDisk =
          whole && remote && files.isPresent() && files.get().asks(key, estimatedBytes) && !closed;
      boolean toMemory = whole && worthIt && !closed && memory.room(estimatedBytes, value);
      if (filling != null || !(toDisk || toMemory)) {
        return new Lookup.Pass();
      }
      ColumnFill fill = new ColumnFill(this, key, toMemory ? estimatedBytes : 0, remote, toMemory);
      memory.reserve(fill.reservedBytes());
      fills.put(key, fill);
      return new Lookup.Fill(fill);
    }
  }

  /// The column's vectors from local disk, null where they are not there; the caller owns them.
  public @Nullable List<Vector> fromDisk(ColumnKey key, DataType type, BufferAllocator into) {
    List<Vector> found = files.map(tier -> tier.read(key, type, into)).orElse(null);
    (found == null ? misses : diskHits).increment();
    return found;
  }

  void filled(ColumnFill fill, CachedColumn column) {
    synchronized (memory) {
      fills.remove(fill.key());
      memory.reserve(-fill.reservedBytes());
      if (closed) {
        column.release();
        return;
      }
      if (fill.remote() && files.isPresent()) {
        column.retain();
        files.get().write(fill.key(), column, this::isFilling);
      }
      if (!fill.toMemory() || shared.hasVectors(fill.key())) {
        column.release();
        return;
      }
      memory.put(fill.key(), column, fill.remote() ? REMOTE_NANOS_PER_BYTE : LOCAL_NANOS_PER_BYTE);
    }
  }

  private boolean isFilling() {
    synchronized (memory) {
      return !fills.isEmpty();
    }
  }

  void abandoned(ColumnFill fill) {
    synchronized (memory) {
      fills.remove(fill.key());
      memory.reserve(-fill.reservedBytes());
    }
  }

  /// Drops everything that nobody is reading, on disk too.
  public void clear() {
    synchronized (memory) {
      memory.clear();
    }
    files.ifPresent(ColumnFiles::clear);
  }

  public Statistics statistics() {
    synchronized (memory) {
      int sharedEntries = shared.size();
      return new Statistics(
          memory.budgetBytes(),
          memory.usedBytes() - shared.sizeBytes(),
          memory.entries().size() - sharedEntries,
          files.map(tier -> tier.disk().budgetBytes()).orElse(0L),
          files.map(ColumnFiles::sizeBytes).orElse(0L),
          files.map(ColumnFiles::size).orElse(0),
          hits.sum(),
          diskHits.sum(),
          misses.sum(),
          memory.evictions(),
          files.map(tier -> tier.disk().problem()).orElse(""),
          files.map(tier -> tier.disk().refused()).orElse(0L));
    }
  }

  /// What is held, in no order.
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    synchronized (memory) {
      for (MemoryTier.Held held : memory.entries()) {
        entries.add(Entry.of(held.key(), "memory", held.value().sizeBytes(), held.hits()));
      }
    }
    files.ifPresent(tier -> entries.addAll(tier.entries()));
    return entries;
  }

  @Override
  public void close() {
    files.ifPresent(ColumnFiles::close);
    synchronized (memory) {
      closed = true;
      memory.close();
    }
    allocator.close();
  }
}
