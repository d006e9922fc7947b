package io.bauplan.exec.scan.store;

import io.bauplan.exec.memory.Memory;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.GZIPInputStream;

/// A stored file front to back. Used by one thread.
public final class StoreInputStream extends InputStream {
  private final RangeReader file;
  private final LongAdder bytesRead;
  private final Arena arena = Arena.ofShared();
  private final long window;
  private final int windowBytes;
  private long windowStart;
  private int windowLength;
  private long at;

  /// Takes ownership of the file.
  public StoreInputStream(RangeReader file, LongAdder bytesRead) {
    this.file = file;
    this.bytesRead = bytesRead;
    this.windowBytes = file.preferredReadBytes();
    this.window = arena.allocate(windowBytes).address();
  }

  /// The text of a file, unzipped where its name ends with `.gz`.
  public static InputStream open(ObjectStore store, String location, LongAdder bytesRead)
      throws IOException {
    InputStream raw = new StoreInputStream(store.open(location), bytesRead);
    if (!location.endsWith(".gz")) {
      return raw;
    }
    try {
      return new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (at >= file.sizeBytes()) {
      return -1;
    }
    if (at >= windowStart + windowLength || at < windowStart) {
      windowStart = at;
      windowLength = (int) Math.min(windowBytes, file.sizeBytes() - at);
      file.read(at, window, windowLength);
      bytesRead.add(windowLength);
    }
    int count = (int) Math.min(length, windowStart + windowLength - at);
    Memory.copy(window + (at - windowStart), target, offset, count);
    at += count;
    return count;
  }

  @Override
  public long skip(long count) {
    long skipped = Math.max(0, Math.min(count, file.sizeBytes() - at));
    at += skipped;
    return skipped;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
      file.close();
    }
  }
}
