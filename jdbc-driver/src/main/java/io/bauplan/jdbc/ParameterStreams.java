package io.bauplan.jdbc;

import io.bauplan.jdbc.wire.SqlErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Reads parameters that a program hands in as streams.
final class ParameterStreams {
  private static final int MAX_PARAMETER_LENGTH = 256 * 1024 * 1024;
  private static final int CHUNK_CHARS = 8192;

  private ParameterStreams() {}

  static byte @Nullable [] bytes(@Nullable InputStream stream, long length) throws SQLException {
    if (stream == null) {
      return null;
    }
    try {
      byte[] bytes = stream.readNBytes((int) Math.min(length, MAX_PARAMETER_LENGTH + 1L));
      checkLength(bytes.length);
      return bytes;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  static @Nullable String text(@Nullable InputStream stream, long length, Charset charset)
      throws SQLException {
    byte[] bytes = bytes(stream, length);
    return bytes == null ? null : new String(bytes, charset);
  }

  static @Nullable String text(@Nullable Reader reader, long length) throws SQLException {
    if (reader == null) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    char[] chunk = new char[CHUNK_CHARS];
    try {
      while (text.length() < length) {
        int count = reader.read(chunk, 0, (int) Math.min(chunk.length, length - text.length()));
        if (count < 0) {
          break;
        }
        text.append(chunk, 0, count);
        checkLength(text.length());
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    return text.toString();
  }

  private static void checkLength(int length) throws SQLException {
    if (length > MAX_PARAMETER_LENGTH) {
      throw SqlErrors.of(
          SqlErrors.OUT_OF_RANGE,
          "a parameter is longer than " + MAX_PARAMETER_LENGTH + " bytes or characters");
    }
  }

  private static SQLException unreadable(IOException e) {
    return SqlErrors.of(
        SqlErrors.INVALID_ARGUMENT, "the parameter's stream failed: " + e.getMessage(), e);
  }
}
