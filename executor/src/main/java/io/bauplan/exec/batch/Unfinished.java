package io.bauplan.exec.batch;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;

/// Vectors and buffers on their way into something that will own them: closed with this unless
/// [#done] says that they got there. An allocation that reaches a limit leaves none of them behind.
public final class Unfinished implements AutoCloseable {
  private final List<Runnable> closers = new ArrayList<>();

  /// Takes ownership of a vector.
  public <V extends Vector> V add(V vector) {
    closers.add(vector::close);
    return vector;
  }

  /// Takes ownership of one reference to a buffer.
  public ArrowBuf add(ArrowBuf buffer) {
    closers.add(buffer::close);
    return buffer;
  }

  /// What was added has another owner from here on, to which it is given now.
  public <T> T done(T owner) {
    closers.clear();
    return owner;
  }

  @Override
  public void close() {
    closers.forEach(Runnable::run);
    closers.clear();
  }
}
