package io.bauplan.exec.spill;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.RowType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file of blocks, which several threads append side by side and read back by position. Deleted
/// when it is closed.
public final class SpillFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpillFile.class);

  private final SpillFolder folder;
  private final Path path;
  private final FileChannel channel;
  private final AtomicLong end = new AtomicLong();
  private boolean closed;

  SpillFile(SpillFolder folder) {
    this.folder = folder;
    try {
      this.path = folder.newFile();
      this.channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw folder.failed("spill to", e);
    }
  }

  /// A stream without rows in this file.
  public SpillStream stream(RowType type) {
    return new SpillStream(this, type);
  }

  /// Where the bytes are from now on.
  long append(ByteBuffer bytes) {
    int length = bytes.remaining();
    folder.take(length);
    long at = end.getAndAdd(length);
    try {
      long position = at;
      while (bytes.hasRemaining()) {
        position += channel.write(bytes, position);
      }
      return at;
    } catch (IOException e) {
      throw folder.failed("spill to", e);
    }
  }

  void read(long position, ByteBuffer into) {
    try {
      long at = position;
      while (into.hasRemaining()) {
        int count = channel.read(into, at);
        if (count < 0) {
          throw new IOException("a spilled file is cut short");
        }
        at += count;
      }
    } catch (IOException e) {
      throw folder.failed("read what was spilled to", e);
    }
  }

  EngineException damaged() {
    return folder.failed(
        "read what was spilled to", new IOException("the checksum of a block does not fit"));
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    folder.give(end.get());
    try {
      channel.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("event=spill_not_deleted file={} error={}", path, e.toString());
    }
  }
}
