package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.store.RangeReader;

/// A file of which a part is known already.
///
/// @param known what is not read again
record EndReader(RangeReader file, Footer.Known known) implements RangeReader {
  @Override
  public String location() {
    return file.location();
  }

  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public String version() {
    return file.version();
  }

  @Override
  public int preferredReadBytes() {
    return file.preferredReadBytes();
  }

  @Override
  public void read(long from, long address, int length) {
    long at = from - known.offset();
    if (from >= known.offset() && at <= known.bytes().length - length) {
      Memory.copy(known.bytes(), (int) at, address, length);
    } else {
      file.read(from, address, length);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
