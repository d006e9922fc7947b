package io.bauplan.exec.scan.store;

import java.nio.ByteBuffer;

/// A file being written, front to back, by one thread.
public interface FileSink extends AutoCloseable {
  String location();

  long position();

  /// Writes all of the buffer. Borrows it until return.
  void write(ByteBuffer bytes);

  /// Makes the file visible under its name.
  void finish();

  /// Without `finish` before: nothing remains.
  @Override
  void close();
}
