package io.bauplan.exec.spill;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where one process spills: a folder of its own within a shared one, with a lock that the system
/// gives up when the process ends, however it ends. Whoever opens the shared folder next deletes
/// the folders whose lock nobody has. Thread-safe.
public final class SpillFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpillFolder.class);
  private static final String LOCK_SUFFIX = ".lock";

  private final Path shared;
  private final long quotaBytes;
  private final boolean eager;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong writtenBytes = new AtomicLong();
  private @Nullable Path own;
  private @Nullable FileChannel lock;
  private int files;

  /// Deletes what processes that are gone have left. Makes no folder before something spills.
  ///
  /// @param quotaBytes most that all queries of this process may have on disk at once
  public SpillFolder(Path shared, long quotaBytes) {
    this(shared, quotaBytes, false);
  }

  private SpillFolder(Path shared, long quotaBytes, boolean eager) {
    this.shared = shared;
    this.quotaBytes = quotaBytes;
    this.eager = eager;
    sweep();
  }

  /// One to which operators spill whenever they can, however much memory there is: for tests.
  public static SpillFolder eager(Path shared, long quotaBytes) {
    return new SpillFolder(shared, quotaBytes, true);
  }

  boolean isEager() {
    return eager;
  }

  /// Bytes written since it was opened.
  public long writtenBytes() {
    return writtenBytes.get();
  }

  /// Bytes on disk now.
  public long usedBytes() {
    return usedBytes.get();
  }

  private void sweep() {
    if (!Files.isDirectory(shared)) {
      return;
    }
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(shared, "*" + LOCK_SUFFIX)) {
      for (Path path : locks) {
        sweep(path);
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      LOG.warn("event=spill_not_swept folder={} error={}", shared, e.toString());
    }
  }

  private void sweep(Path path) throws IOException {
    String name = path.getFileName().toString();
    Path folder = path.resolveSibling(name.substring(0, name.length() - LOCK_SUFFIX.length()));
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      if (held == null) {
        return;
      }
      delete(folder);
      Files.deleteIfExists(path);
    } catch (OverlappingFileLockException | java.nio.file.NoSuchFileException e) {
      // Another engine of this process has it, or swept it at the same time.
      LOG.debug("event=spill_folder_in_use folder={}", folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder)) {
      for (Path file : inside) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  /// A file that nobody has.
  synchronized Path newFile() throws IOException {
    Path folder = own;
    if (folder == null) {
      Files.createDirectories(shared);
      String name = ProcessHandle.current().pid() + "-" + UUID.randomUUID();
      // The lock first: a folder without one would never be swept.
      FileChannel channel =
          FileChannel.open(
              shared.resolve(name + LOCK_SUFFIX),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE);
      lock = channel;
      FileLock held = channel.tryLock();
      if (held == null) {
        throw new IOException("cannot lock " + shared.resolve(name + LOCK_SUFFIX));
      }
      folder = Files.createDirectory(shared.resolve(name));
      own = folder;
    }
    return folder.resolve(files++ + ".spill");
  }

  /// Takes room; throws where the quota has none.
  void take(long bytes) {
    if (usedBytes.addAndGet(bytes) > quotaBytes) {
      usedBytes.addAndGet(-bytes);
      throw new EngineException(
          ErrorCode.OUT_OF_MEMORY,
          "the query needs more memory than it may have, and more room on disk than the "
              + (quotaBytes >> 20)
              + " MB that queries may spill to "
              + shared,
          null,
          "Raise the memory limit or the spill limit (--memory-limit, --spill-limit), or filter"
              + " or aggregate earlier.",
          null);
    }
    writtenBytes.addAndGet(bytes);
  }

  void give(long bytes) {
    usedBytes.addAndGet(-bytes);
  }

  /// The error of a query whose rows cannot be written or read.
  EngineException failed(String what, IOException cause) {
    return new EngineException(
        ErrorCode.OUT_OF_MEMORY,
        "the query needs more memory than it may have, and cannot "
            + what
            + " "
            + shared
            + ": "
            + cause.getMessage(),
        null,
        "Make room there, choose another folder (--spill-folder), or raise the memory limit.",
        cause);
  }

  /// After the last query.
  @Override
  public synchronized void close() {
    Path folder = own;
    try {
      if (folder != null) {
        delete(folder);
        Files.deleteIfExists(folder.resolveSibling(folder.getFileName() + LOCK_SUFFIX));
      }
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      LOG.warn("event=spill_not_deleted folder={} error={}", folder, e.toString());
    }
    own = null;
    lock = null;
  }
}
