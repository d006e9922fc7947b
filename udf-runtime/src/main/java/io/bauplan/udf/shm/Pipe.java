package io.bauplan.udf.shm;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;

/// A pipe whose writing end another process of the same user opens below `/proc`, by its number
/// here. It has no name and leaves nothing after a crash. The stream ends when this process has
/// let the writing end go and every other process that had it has ended.
public final class Pipe implements AutoCloseable {
  private final Linux linux;
  private final int writer;
  private final InputStream in;
  private final AtomicBoolean writable = new AtomicBoolean(true);

  private Pipe(Linux linux, int writer, InputStream in) {
    this.linux = linux;
    this.writer = writer;
    this.in = in;
  }

  /// A new pipe; the caller closes it.
  public static Pipe open() throws IOException {
    Linux linux = Linux.system().orElseThrow(() -> new IOException("this system has no pipe2"));
    int[] ends = linux.pipe();
    try {
      return new Pipe(linux, ends[1], new FileInputStream("/proc/self/fd/" + ends[0]));
    } catch (IOException e) {
      linux.close(ends[1]);
      throw e;
    } finally {
      linux.close(ends[0]);
    }
  }

  /// The descriptor of the writing end in this process.
  public int writer() {
    return writer;
  }

  public InputStream in() {
    return in;
  }

  /// Lets the writing end go, once somebody else has it; more than once does nothing.
  public void letGo() {
    if (writable.getAndSet(false)) {
      try {
        linux.close(writer);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    letGo();
    in.close();
  }
}
