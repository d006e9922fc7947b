package io.bauplan.exec.cache;

import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.SharedTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/// A result as a file: magic, length of the key, key, an Arrow IPC file, and a checksum of all of
/// it.
final class ResultFiles {
  static final String SUFFIX = ".result";

  private static final long MAGIC = 0x315445534c504142L;
  private static final int FIXED_BYTES = 12;
  private static final int CHECKSUM_BYTES = 4;
  private static final int PIECE_BYTES = 1 << 20;

  private ResultFiles() {}

  /// What is written, with its checksum.
  private static final class CheckedChannel implements WritableByteChannel {
    private final FileChannel channel;
    private final CRC32C checksum = new CRC32C();

    CheckedChannel(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int count = bytes.remaining();
      checksum.update(bytes.duplicate());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return count;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() {}
  }

  static void write(
      FileChannel channel, ResultCache.Key key, SharedTable table, BufferAllocator allocator)
      throws IOException {
    CheckedChannel out = new CheckedChannel(channel);
    byte[] name = key.hash().getBytes(StandardCharsets.UTF_8);
    ByteBuffer head = ByteBuffer.allocate(FIXED_BYTES + name.length);
    out.write(head.putLong(MAGIC).putInt(name.length).put(name).flip());
    try (VectorSchemaRoot root = VectorSchemaRoot.create(table.schema(), allocator);
        ArrowFileWriter writer = new ArrowFileWriter(root, null, out)) {
      VectorLoader loader = new VectorLoader(root);
      writer.start();
      for (int i = 0; i < table.batchCount(); i++) {
        try (VectorSchemaRoot batch = table.batch(i, allocator);
            ArrowRecordBatch message = new VectorUnloader(batch).getRecordBatch()) {
          loader.load(message);
          writer.writeBatch();
        }
      }
      writer.end();
    }
    ByteBuffer end = ByteBuffer.allocate(CHECKSUM_BYTES);
    end.putInt((int) out.checksum.getValue()).flip();
    while (end.hasRemaining()) {
      channel.write(end);
    }
  }

  /// The key of a file, without a look at the rest.
  static ResultCache.Key key(FileChannel channel) throws IOException {
    return new ResultCache.Key(new String(head(channel), StandardCharsets.UTF_8));
  }

  /// The bytes of the key.
  private static byte[] head(FileChannel channel) throws IOException {
    ByteBuffer fixed = ByteBuffer.allocate(FIXED_BYTES);
    readAll(channel, fixed, 0);
    int length = fixed.getInt(8);
    if (fixed.getLong(0) != MAGIC || length < 0 || length > ResultCache.MAX_KEY_BYTES) {
      throw new ColumnFileFormat.Damaged("another format");
    }
    ByteBuffer name = ByteBuffer.allocate(length);
    readAll(channel, name, FIXED_BYTES);
    return name.array();
  }

  private static void readAll(FileChannel channel, ByteBuffer into, long at) throws IOException {
    long position = at;
    while (into.hasRemaining()) {
      int count = channel.read(into, position);
      if (count < 0) {
        throw new ColumnFileFormat.Damaged("it is cut short");
      }
      position += count;
    }
  }

  /// The table, in shared memory; the caller owns it.
  static SharedTable read(FileChannel channel, ResultCache.Key key, FunctionRuntime memory)
      throws IOException {
    byte[] name = head(channel);
    if (!key.hash().equals(new String(name, StandardCharsets.UTF_8))) {
      throw new ColumnFileFormat.Damaged("it is another result");
    }
    long start = FIXED_BYTES + name.length;
    long end = channel.size() - CHECKSUM_BYTES;
    if (end < start) {
      throw new ColumnFileFormat.Damaged("it is cut short");
    }
    // Before anything of it is used.
    verify(channel, end);
    channel.position(start);
    return memory.load(new Limited(Channels.newInputStream(channel), end - start));
  }

  private static void verify(FileChannel channel, long end) throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
    for (long done = 0; done < end; done += piece.limit()) {
      piece.clear().limit((int) Math.min(PIECE_BYTES, end - done));
      readAll(channel, piece, done);
      checksum.update(piece.flip());
    }
    ByteBuffer stored = ByteBuffer.allocate(CHECKSUM_BYTES);
    readAll(channel, stored, end);
    if (stored.getInt(0) != (int) checksum.getValue()) {
      throw new ColumnFileFormat.Damaged("its checksum does not fit");
    }
  }

  /// So many bytes of a stream.
  private static final class Limited extends InputStream {
    private final InputStream in;
    private long left;

    Limited(InputStream in, long length) {
      this.in = in;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int count = in.read(into, offset, (int) Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }
  }
}
