package io.bauplan.exec.spill;

import io.bauplan.exec.batch.Batch;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.xxhash.XXHashFactory;
import org.apache.arrow.memory.BufferAllocator;

/// Writes batches to a stream: packed into blocks, which are compressed one by one. Used by one
/// thread.
public final class SpillWriter {
  private static final long SEED = 0;

  private final SpillStream stream;
  private final SpillFigures figures;
  private final RowBytes bytes = new RowBytes();
  private final int blockBytes;
  private long rows;

  /// @param blockBytes of a block before compression, about
  SpillWriter(SpillStream stream, int blockBytes, SpillFigures figures) {
    this.stream = stream;
    this.blockBytes = blockBytes;
    this.figures = figures;
  }

  /// Borrows the batch, which has no selection.
  public void write(Batch batch, BufferAllocator allocator) {
    if (batch.rowCount() == 0) {
      return;
    }
    bytes.add(batch, allocator);
    rows += batch.rowCount();
    if (bytes.length() >= blockBytes) {
      flush();
    }
  }

  /// Writes what has been held back.
  public void flush() {
    if (rows == 0) {
      return;
    }
    int plain = bytes.length();
    LZ4Compressor lz4 = LZ4Factory.fastestInstance().fastCompressor();
    byte[] to = new byte[lz4.maxCompressedLength(plain)];
    int stored = lz4.compress(bytes.array(), 0, plain, to, 0, to.length);
    long position = stream.file().append(ByteBuffer.wrap(to, 0, stored));
    stream.add(new SpillStream.Block(position, stored, plain, checksum(to, stored)), rows);
    figures.add(stored, 0);
    rows = 0;
    bytes.clear();
  }

  static long checksum(byte[] bytes, int length) {
    return XXHashFactory.fastestInstance().hash64().hash(bytes, 0, length, SEED);
  }
}
