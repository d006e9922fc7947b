package io.bauplan.server.endpoint;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/// The way out of one result stream: waits until the client takes more, learns when it has gone,
/// and lets rows and function output through one at a time.
final class StreamGate {
  private final ServerStreamListener listener;
  private final Runnable onGone;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile boolean gone;

  /// @param onGone called once the client has gone or cancelled
  StreamGate(ServerStreamListener listener, Runnable onGone) {
    this.listener = listener;
    this.onGone = onGone;
    listener.setOnReadyHandler(this::wake);
    listener.setOnCancelHandler(this::leave);
  }

  private void leave() {
    gone = true;
    onGone.run();
    wake();
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Sends the listener's root as it stands, when the client is ready for it.
  void putNext() throws InterruptedException {
    lock.lock();
    try {
      while (!listener.isReady() && !gone) {
        changed.await();
      }
      throwIfGone();
      listener.putNext();
    } finally {
      lock.unlock();
    }
  }

  /// Sends the root together with a message for the client.
  void putNext(String metadata, BufferAllocator allocator) {
    lock.lock();
    try {
      throwIfGone();
      listener.putNext(text(metadata, allocator));
    } finally {
      lock.unlock();
    }
  }

  /// Sends a message alone. Dropped where the client is gone or slow: it must not hold up a
  /// function.
  void putMetadata(String metadata, BufferAllocator allocator) {
    lock.lock();
    try {
      if (!gone && listener.isReady()) {
        listener.putMetadata(text(metadata, allocator));
      }
    } finally {
      lock.unlock();
    }
  }

  void throwIfGone() {
    if (gone || listener.isCancelled()) {
      throw new EngineException(ErrorCode.CANCELLED, "the client cancelled the statement");
    }
  }

  private static ArrowBuf text(String metadata, BufferAllocator allocator) {
    byte[] bytes = metadata.getBytes(StandardCharsets.UTF_8);
    ArrowBuf buffer = allocator.buffer(bytes.length);
    buffer.writeBytes(bytes);
    return buffer;
  }
}
