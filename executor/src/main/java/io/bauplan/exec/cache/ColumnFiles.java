package io.bauplan.exec.cache;

import io.bauplan.exec.batch.Vector;
import io.bauplan.sql.plan.DataType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Columns and results on local disk, a file each, within one budget; see [DiskTier].
public final class ColumnFiles implements AutoCloseable {
  private static final String SUFFIX = ".column";

  /// Part of the budget that footers may take besides.
  private static final int FOOTERS_SHARE = 50;

  private final DiskTier disk;
  private final FooterFiles footers;

  /// Opens the tier in a folder, which is made; takes over what is in it.
  public ColumnFiles(Path folder, long budgetBytes) throws IOException {
    this.disk = new DiskTier(folder, budgetBytes, Set.of(SUFFIX, ResultFiles.SUFFIX));
    this.footers = new FooterFiles(folder.resolve("footers"), budgetBytes / FOOTERS_SHARE);
  }

  public FooterFiles footers() {
    return footers;
  }

  DiskTier disk() {
    return disk;
  }

  public long sizeBytes() {
    return disk.sizeBytes();
  }

  public int size() {
    return disk.size();
  }

  boolean has(ColumnKey key) {
    return disk.has(name(key));
  }

  /// Notes that a column was asked for; true where it is not here and may come.
  boolean asks(ColumnKey key, long bytes) {
    return disk.asks(name(key), bytes);
  }

  private static String name(ColumnKey key) {
    return DiskTier.name(
        SUFFIX, key.file(), key.version(), Long.toString(key.firstRow()), key.column());
  }

  /// Writes a column in the background, or not at all when the disk is slower than the readers.
  /// Takes over the caller's hold on the column.
  ///
  /// @param busy while this holds the cores have better to do; no longer than memory allows
  void write(ColumnKey key, CachedColumn column, BooleanSupplier busy) {
    DiskTier.Content content =
        new DiskTier.Content() {
          @Override
          public long sizeBytes() {
            return column.sizeBytes();
          }

          @Override
          public void write(FileChannel channel) throws IOException {
            ColumnFileFormat.write(channel, key, column.vectors());
          }

          @Override
          public void release() {
            column.release();
          }
        };
    disk.write(name(key), key, content, busy);
  }

  /// The vectors of a column, null where it is not there; the caller owns them.
  @Nullable List<Vector> read(ColumnKey key, DataType type, BufferAllocator allocator) {
    return disk.read(
        name(key), key, channel -> ColumnFileFormat.read(channel, key, type, allocator));
  }

  void clear() {
    disk.clear();
    footers.clear();
  }

  List<ColumnCache.Entry> entries() {
    List<ColumnCache.Entry> entries = new ArrayList<>();
    for (DiskTier.Item item : disk.items()) {
      Object label = item.label().orElse(null);
      try {
        if (label == null) {
          try (FileChannel channel = FileChannel.open(item.path(), StandardOpenOption.READ)) {
            label =
                item.name().endsWith(SUFFIX)
                    ? ColumnFileFormat.key(channel)
                    : ResultFiles.key(channel);
          }
        }
      } catch (IOException e) {
        // Gone, or damaged: its next reader deletes it.
        continue;
      }
      entries.add(ColumnCache.Entry.of(label, "disk", item.sizeBytes(), item.hits()));
    }
    return entries;
  }

  /// Waits for what is being written.
  @Override
  public void close() {
    disk.close();
  }
}
