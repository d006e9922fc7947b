package io.bauplan.udf.python;

import io.bauplan.udf.api.OutputListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes one stream of a function's process on, line by line, as it arrives. A line longer than
/// [#MAX_LINE_BYTES] arrives in pieces; of text that a carriage return overwrites (progress bars)
/// the last state is passed on.
final class LinePump implements Runnable {
  static final int MAX_LINE_BYTES = 64 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(LinePump.class);

  private final InputStream in;
  private final OutputListener.Stream stream;
  private final OutputListener listener;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final LongPredicate mayPrint;

  LinePump(InputStream in, OutputListener.Stream stream, OutputListener listener) {
    this(in, stream, listener, bytes -> true);
  }

  /// @param mayPrint asked for each part with its bytes; the rest is dropped after the first no
  LinePump(
      InputStream in,
      OutputListener.Stream stream,
      OutputListener listener,
      LongPredicate mayPrint) {
    this.in = in;
    this.stream = stream;
    this.listener = listener;
    this.mayPrint = mayPrint;
  }

  Thread start(String name) {
    return Thread.ofPlatform().daemon(true).name(name).start(this);
  }

  @Override
  public void run() {
    byte[] bytes = new byte[16 << 10];
    try {
      int count;
      while ((count = in.read(bytes)) >= 0) {
        if (mayPrint.test(count)) {
          accept(bytes, count);
        }
      }
    } catch (IOException ended) {
      LOG.debug("stream of a function ended", ended);
    }
    if (line.size() > 0) {
      emit();
    }
  }

  private void accept(byte[] bytes, int count) {
    int from = 0;
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        line.write(bytes, from, i - from);
        emit();
        from = i + 1;
      } else if (line.size() + i - from >= MAX_LINE_BYTES) {
        line.write(bytes, from, i - from);
        emit();
        from = i;
      }
    }
    line.write(bytes, from, count - from);
  }

  private void emit() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (text.endsWith("\r")) {
      text = text.substring(0, text.length() - 1);
    }
    text = text.substring(text.lastIndexOf('\r') + 1);
    try {
      listener.line(stream, text);
    } catch (RuntimeException e) {
      LOG.warn("a listener of function output failed", e);
    }
  }
}
