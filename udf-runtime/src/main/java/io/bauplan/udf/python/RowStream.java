package io.bauplan.udf.python;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Iterator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/// Writes batches as an Arrow stream, small writes put together.
final class RowStream implements WritableByteChannel {
  private static final int BUFFER_BYTES = 1 << 16;

  private final WritableByteChannel to;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  RowStream(WritableByteChannel to) {
    this.to = to;
  }

  /// Writes a line of text and a whole stream behind it.
  void write(byte[] line, Schema schema, Iterator<VectorSchemaRoot> batches) throws IOException {
    write(ByteBuffer.wrap(line));
    // Not closed: that would close the socket.
    WriteChannel out = new WriteChannel(this);
    MessageSerializer.serialize(out, schema);
    while (batches.hasNext()) {
      try (ArrowRecordBatch batch = new VectorUnloader(batches.next()).getRecordBatch()) {
        MessageSerializer.serialize(out, batch);
      }
    }
    out.writeIntLittleEndian(MessageSerializer.IPC_CONTINUATION_TOKEN);
    out.writeIntLittleEndian(0);
    flush();
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    if (count > buffer.remaining()) {
      flush();
    }
    if (count > buffer.remaining()) {
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
    } else {
      buffer.put(bytes);
    }
    return count;
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      to.write(buffer);
    }
    buffer.clear();
  }

  @Override
  public boolean isOpen() {
    return to.isOpen();
  }

  @Override
  public void close() {}
}
