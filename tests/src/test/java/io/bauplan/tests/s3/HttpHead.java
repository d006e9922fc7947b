package io.bauplan.tests.s3;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// First line and headers of a request or an answer of HTTP/1.1.
record HttpHead(String firstLine, List<String> headers) {
  private static final int MAX_BYTES = 1 << 20;

  /// Null where the other side closed the connection instead.
  static @Nullable HttpHead read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int newlines = 0;
    while (newlines < 2) {
      int next = in.read();
      if (next < 0) {
        if (bytes.size() == 0) {
          return null;
        }
        throw new EOFException("a head breaks off");
      }
      bytes.write(next);
      newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
      if (bytes.size() > MAX_BYTES) {
        throw new IOException("a head of more than " + MAX_BYTES + " bytes");
      }
    }
    List<String> lines = bytes.toString(StandardCharsets.ISO_8859_1).strip().lines().toList();
    return new HttpHead(lines.getFirst(), lines.subList(1, lines.size()));
  }

  byte[] bytes() {
    StringBuilder text = new StringBuilder(firstLine).append("\r\n");
    headers.forEach(header -> text.append(header).append("\r\n"));
    return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  HttpHead without(String name) {
    return new HttpHead(
        firstLine, headers.stream().filter(header -> !named(header, name)).toList());
  }

  /// Empty where there is none.
  String header(String name) {
    for (String header : headers) {
      if (named(header, name)) {
        return header.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  private static boolean named(String header, String name) {
    return header.regionMatches(true, 0, name + ":", 0, name.length() + 1);
  }

  String word(int index) {
    return firstLine.split(" ", 3)[index];
  }

  boolean chunked() {
    return header("Transfer-Encoding").toLowerCase(Locale.ROOT).contains("chunked");
  }

  /// Length of the body, unless it is chunked.
  long length() {
    String length = header("Content-Length");
    return length.isEmpty() ? 0 : Long.parseLong(length);
  }

  boolean closes() {
    return header("Connection").equalsIgnoreCase("close");
  }
}
