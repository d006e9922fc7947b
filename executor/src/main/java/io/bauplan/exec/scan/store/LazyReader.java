package io.bauplan.exec.scan.store;

import org.jspecify.annotations.Nullable;

/// A file that is opened when it is first read: a scan that finds its columns in the cache needs
/// none. Thread-safe.
public final class LazyReader implements RangeReader {
  private final ObjectStore store;
  private final String location;
  private final long sizeBytes;
  private @Nullable RangeReader file;

  /// @param sizeBytes its length where that is known, otherwise -1
  public LazyReader(ObjectStore store, String location, long sizeBytes) {
    this.store = store;
    this.location = location;
    this.sizeBytes = sizeBytes;
  }

  private synchronized RangeReader file() {
    RangeReader opened = file;
    if (opened == null) {
      opened = sizeBytes >= 0 ? store.open(location, sizeBytes) : store.open(location);
      file = opened;
    }
    return opened;
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes >= 0 ? sizeBytes : file().sizeBytes();
  }

  @Override
  public String version() {
    return file().version();
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
  public synchronized void close() {
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
