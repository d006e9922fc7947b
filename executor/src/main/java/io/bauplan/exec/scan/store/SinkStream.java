package io.bauplan.exec.scan.store;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.WrittenFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/// A sink as a stream for libraries that want one. Closing the stream flushes it; the sink stays
/// open and with its owner.
public final class SinkStream extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 18;

  private final FileSink sink;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int length;

  public SinkStream(FileSink sink) {
    this.sink = sink;
  }

  @Override
  public void write(int value) {
    if (length == buffer.length) {
      flush();
    }
    buffer[length++] = (byte) value;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    if (count > buffer.length - length) {
      flush();
      if (count > buffer.length) {
        sink.write(ByteBuffer.wrap(bytes, offset, count));
        return;
      }
    }
    System.arraycopy(bytes, offset, buffer, length, count);
    length += count;
  }

  @Override
  public void flush() {
    sink.write(ByteBuffer.wrap(buffer, 0, length));
    length = 0;
  }

  @Override
  public void close() {
    flush();
  }

  public static EngineException failure(FileSink sink, IOException e) {
    return LocalStore.failure("write", sink.location(), e);
  }

  /// What is known of a file that is no table's.
  public static WrittenFile written(FileSink sink, long rows) {
    return new WrittenFile(
        sink.location(),
        sink.position(),
        rows,
        List.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of());
  }
}
