package io.bauplan.exec.spill;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import net.jpountz.lz4.LZ4Factory;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Reads a stream, a batch for each of its blocks.
final class SpillReader implements BatchReader {
  private final SpillStream stream;
  private final BufferAllocator allocator;
  private byte[] stored = {};
  private final AtomicInteger next;

  SpillReader(SpillStream stream, BufferAllocator allocator, AtomicInteger next) {
    this.next = next;
    this.stream = stream;
    this.allocator = allocator;
  }

  @Override
  public @Nullable Batch next() {
    int block = next.getAndIncrement();
    return block < stream.blocks() ? read(block) : null;
  }

  /// The rows of one block.
  private Batch read(int index) {
    SpillStream.Block block = stream.block(index);
    if (stored.length < block.stored()) {
      stored = new byte[block.stored()];
    }
    stream.file().read(block.position(), ByteBuffer.wrap(stored, 0, block.stored()));
    if (SpillWriter.checksum(stored, block.stored()) != block.checksum()) {
      throw stream.file().damaged();
    }
    try (ArrowBuf plain = allocator.buffer(block.plain() + (long) Vector.TAIL_PADDING_BYTES)) {
      ByteBuffer to = plain.nioBuffer(0, block.plain());
      int made =
          LZ4Factory.fastestInstance()
              .safeDecompressor()
              .decompress(
                  ByteBuffer.wrap(stored, 0, block.stored()),
                  0,
                  block.stored(),
                  to,
                  0,
                  block.plain());
      if (made != block.plain()) {
        throw stream.file().damaged();
      }
      return RowBytes.read(stream.type(), plain, block.plain(), allocator);
    }
  }

  @Override
  public void close() {}
}
