package io.bauplan.udf.shm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A piece of memory that other processes may map and nobody can change: a file of the kernel's
/// memory without a name, sealed once it is filled. It goes when its last holder here has closed it
/// and every process that maps it has ended, so nothing is left of it after a crash. Reference
/// counted: `retain` and `close` pair up.
public final class Segment implements Backing {
  private static final Logger LOG = LoggerFactory.getLogger(Segment.class);
  private static final AtomicInteger OPEN = new AtomicInteger();

  private final Linux linux;
  private final int file;
  private final long inode;
  private final long address;
  private final long length;
  private final long[] written;
  private final References references = new References("this segment");

  private Segment(Linux linux, int file, long inode, long address, long length, long[] written) {
    this.linux = linux;
    this.file = file;
    this.inode = inode;
    this.address = address;
    this.length = length;
    this.written = written;
    OPEN.incrementAndGet();
  }

  private static final Optional<String> PROBLEM = probe();

  /// Why there are no segments here; empty where there are.
  public static Optional<String> problem() {
    return PROBLEM;
  }

  private static Optional<String> probe() {
    if (Linux.system().isEmpty()) {
      return Optional.of("this system has no memfd_create");
    }
    try {
      sample().close();
      return Optional.empty();
    } catch (IOException | UncheckedIOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /// A segment of one page, to try out who may open it. The caller owns it.
  public static Segment sample() throws IOException {
    try (Draft draft = draft(Reservation.PAGE)) {
      draft.target().memory().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      return draft.seal(Reservation.PAGE, List.of(new long[] {0, Reservation.PAGE}));
    }
  }

  /// Segments of this process that are open.
  public static int openCount() {
    return OPEN.get();
  }

  /// Begins a segment of at most so many bytes; only what is written to takes memory.
  static Draft draft(long mostBytes) throws IOException {
    Linux linux =
        Linux.system().orElseThrow(() -> new IOException("this system has no memfd_create"));
    int file = linux.createFile("bauplan-column");
    try {
      linux.truncate(file, mostBytes);
      FileChannel channel = FileChannel.open(path(file), StandardOpenOption.WRITE);
      return new Draft(linux, file, channel, linux.map(file, mostBytes, true), mostBytes);
    } catch (IOException e) {
      linux.close(file);
      throw e;
    }
  }

  private static Path path(int file) {
    return Path.of("/proc/self/fd/" + file);
  }

  /// A segment that is being filled. Closing it drops it, unless it has been sealed.
  static final class Draft implements AutoCloseable {
    private final Linux linux;
    private final int file;
    private final FileChannel channel;
    private final long address;
    private final long capacity;
    private boolean mapped = true;
    private boolean open = true;

    private Draft(Linux linux, int file, FileChannel channel, long address, long capacity) {
      this.linux = linux;
      this.file = file;
      this.channel = channel;
      this.address = address;
      this.capacity = capacity;
    }

    ShareTarget target() {
      return new ShareTarget(MemorySegment.ofAddress(address).reinterpret(capacity), channel);
    }

    /// Ends the writing. The caller owns the segment.
    ///
    /// @param parts offset and length of what was written
    Segment seal(long bytes, List<long[]> parts) throws IOException {
      unmap();
      linux.truncate(file, bytes);
      linux.seal(file);
      long inode = (Long) Files.getAttribute(path(file), "unix:ino");
      Segment sealed =
          new Segment(
              linux, file, inode, linux.map(file, bytes, false), bytes, Extents.of(parts, bytes));
      open = false;
      return sealed;
    }

    private void unmap() throws IOException {
      if (mapped) {
        mapped = false;
        channel.close();
        linux.unmap(address, capacity);
      }
    }

    @Override
    public void close() {
      if (!open) {
        return;
      }
      open = false;
      try {
        unmap();
        linux.close(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public long address() {
    return address;
  }

  /// The descriptor in this process, which a process of the same user finds below `/proc`.
  public int file() {
    return file;
  }

  /// What tells it from another file under the same descriptor.
  public long inode() {
    return inode;
  }

  @Override
  public long mappedBytes() {
    return length;
  }

  @Override
  public long[] written() {
    return written.clone();
  }

  @Override
  public Segment retain() {
    references.add();
    return this;
  }

  @Override
  public void close() {
    if (!references.drop()) {
      return;
    }
    OPEN.decrementAndGet();
    try {
      linux.unmap(address, length);
      linux.close(file);
    } catch (IOException e) {
      LOG.warn("cannot give back shared memory", e);
    }
  }
}
