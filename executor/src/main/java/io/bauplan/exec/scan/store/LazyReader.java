package io.bauplan.exec.scan.store;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A file that is opened when it is first read: a scan that finds its columns in the cache needs
/// none. Thread-safe.
public final class LazyReader implements RangeReader {
  private final ObjectStore store;
  private final ObjectStore.FileInfo info;
  private @Nullable RangeReader file;

  /// A file of a table, which never changes.
  public LazyReader(ObjectStore store, String location, long sizeBytes) {
    this(store, new ObjectStore.FileInfo(location, sizeBytes, ""));
  }

  /// A file that may change.
  public LazyReader(ObjectStore store, ObjectStore.FileInfo info) {
    this.store = store;
    this.info = info;
  }

  private synchronized RangeReader file() {
    RangeReader opened = file;
    if (opened == null) {
      opened =
          info.version().isEmpty()
              ? store.open(info.location(), info.sizeBytes())
              : store.open(info);
      file = opened;
    }
    return opened;
  }

  @Override
  public String location() {
    return info.location();
  }

  @Override
  public long sizeBytes() {
    return info.sizeBytes();
  }

  @Override
  public String version() {
    return info.version();
  }

  @Override
  public int preferredReadBytes() {
    return file().preferredReadBytes();
  }

  @Override
  public void read(long offset, long address, int length) {
    file().read(offset, address, length);
  }

  @Override
  public void read(long offset, long address, int length, IntConsumer arrived) {
    file().read(offset, address, length, arrived);
  }

  @Override
  public synchronized void close() {
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
