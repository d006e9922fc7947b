package io.bauplan.graalpy;

import io.bauplan.udf.api.OutputListener;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// A function's prints, as lines; of all of a session together, a limited number of bytes.
final class LineStream extends OutputStream {
  private static final long MOST_BYTES = 1L << 30;
  private static final int LINE_BYTES = 64 << 10;

  private final OutputListener.Stream stream;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private OutputListener listener = OutputListener.NONE;
  private long bytes;

  LineStream(OutputListener.Stream stream) {
    this.stream = stream;
  }

  synchronized void to(OutputListener next) {
    listener = next;
  }

  @Override
  public synchronized void write(int value) {
    if (++bytes > MOST_BYTES) {
      return;
    }
    if (value != '\n') {
      line.write(value);
    }
    if (value == '\n' || line.size() >= LINE_BYTES) {
      tell();
    }
  }

  @Override
  public synchronized void write(byte[] values, int from, int count) {
    for (int i = from; i < from + count; i++) {
      write(values[i]);
    }
  }

  private void tell() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    listener.line(stream, text);
  }

  /// Tells what has no end of line.
  @Override
  public synchronized void close() {
    if (line.size() > 0) {
      tell();
    }
  }
}
