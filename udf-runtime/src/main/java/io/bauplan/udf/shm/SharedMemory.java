package io.bauplan.udf.shm;

import io.bauplan.udf.api.NoRoomException;
import io.bauplan.udf.environment.FileTrees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.VectorSchemaRootAppender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This engine's part of shared memory: a private folder `bauplan-<uid>-<pid>-<start time>` on
/// `/dev/shm` (the temporary folder where there is none), holding one file per table. Closing
/// deletes it; what a crashed engine left is deleted at the next start, which a file lock tells
/// apart from the folder of a living one.
public final class SharedMemory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SharedMemory.class);
  private static final String PREFIX = "bauplan-";
  private static final String LOCK = ".owner";

  /// The folder keeps other users out; inside the sandbox its own uid must be able to read.
  static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");

  private final Path folder;
  private final FileChannel lock;
  private final TablePlace place;
  private final Optional<SharedMemory> disk;
  private final AtomicLong numbers = new AtomicLong();

  private SharedMemory(Path folder, FileChannel lock, long budget, Optional<SharedMemory> disk)
      throws IOException {
    this.folder = folder;
    this.lock = lock;
    this.place = new TablePlace(folder, budget);
    this.disk = disk;
  }

  /// Opens a folder of its own on `/dev/shm`, else in the temporary folder, and sweeps what crashed
  /// engines of this user left there.
  public static SharedMemory open() throws IOException {
    return open(standardParent());
  }

  /// Where the folders of engines are.
  public static Path standardParent() {
    Path shm = Path.of("/dev/shm");
    boolean usable = Files.isDirectory(shm) && Files.isWritable(shm);
    return usable ? shm : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
  }

  /// Opens a folder of its own under `parent`.
  public static SharedMemory open(Path parent) throws IOException {
    return open(parent, Long.MAX_VALUE, Optional.empty());
  }

  /// Opens a folder of its own under `parent`, and one under `disk` for tables that it has no room
  /// for.
  ///
  /// @param budget bytes of all tables in the first
  public static SharedMemory open(Path parent, long budget, Path disk) throws IOException {
    Files.createDirectories(disk);
    return open(parent, budget, Optional.of(open(disk)));
  }

  static SharedMemory open(Path parent, long budget, Optional<SharedMemory> disk)
      throws IOException {
    String user = PREFIX + userId() + "-";
    ProcessHandle self = ProcessHandle.current();
    long started = self.info().startInstant().map(i -> i.toEpochMilli()).orElse(0L);
    sweep(parent, user, user + self.pid() + "-" + started);
    for (int attempt = 0; ; attempt++) {
      Path folder =
          parent.resolve(user + self.pid() + "-" + started + (attempt == 0 ? "" : "-" + attempt));
      try {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } catch (java.nio.file.FileAlreadyExistsException taken) {
        continue;
      }
      FileChannel channel =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      channel.lock();
      return new SharedMemory(folder, channel, budget, disk);
    }
  }

  /// @param own how this process's own folders begin: to ask for the lock of one would lose it,
  /// since
  ///     closing a file drops every lock that the process has on it
  private static void sweep(Path parent, String user, String own) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, user + "*")) {
      for (Path folder : folders) {
        if (!folder.getFileName().toString().startsWith(own)
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && isAbandoned(folder)) {
          FileTrees.delete(folder);
          LOG.info("swept shared memory of an engine that is gone: {}", folder.getFileName());
        }
      }
    }
  }

  private static boolean isAbandoned(Path folder) {
    Path file = folder.resolve(LOCK);
    String[] parts = folder.getFileName().toString().split("-");
    boolean ours = parts.length > 2 && parts[2].equals("" + ProcessHandle.current().pid());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      return held != null;
    } catch (OverlappingFileLockException aliveInThisProcess) {
      return false;
    } catch (IOException noLockFile) {
      // Between creating its folder and its lock a living engine is seen here too: ask for its pid.
      return !ours
          && parts.length > 2
          && parts[2].matches("\\d+")
          && ProcessHandle.of(Long.parseLong(parts[2])).isEmpty();
    }
  }

  private static String userId() throws IOException {
    Path self = Path.of("/proc/self");
    return Files.exists(self)
        ? Files.getAttribute(self, "unix:uid").toString()
        : System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9]", "_");
  }

  /// The folder, readable by this user only.
  public Path folder() {
    return folder;
  }

  /// A new path in the folder; the caller makes and deletes what is there.
  public Path newPath(String kind) {
    return folder.resolve(kind + "-" + numbers.incrementAndGet());
  }

  /// A new path for a function's result.
  ///
  /// @param bytes that it may well have
  public Path newResult(long bytes) {
    if (disk.isPresent() && !place.take(bytes)) {
      return disk.get().newPath("result");
    }
    if (disk.isPresent()) {
      place.giveBack(bytes);
    }
    return newPath("result");
  }

  TablePlace place() {
    return place;
  }

  Optional<SharedMemory> disk() {
    return disk;
  }

  NoRoomException noRoom() {
    return new NoRoomException("there is no room for a function's table in " + place.inWords());
  }

  /// Copies a stream of batches into a table, one record batch as long as Arrow's 32-bit offsets
  /// permit. Borrows each root until the iterator's next call. The caller owns the result.
  public MappedTable write(Schema schema, Iterator<VectorSchemaRoot> batches) {
    return TableWriter.write(this, schema, batches);
  }

  /// Maps a file that a function wrote, after checking every offset, length and string in it. Takes
  /// ownership of the file: it is deleted with the table, or at once if it is refused.
  public MappedTable adopt(Path file) throws IOException, MalformedTableException {
    if (disk.isPresent() && file.startsWith(disk.get().folder)) {
      return disk.get().adopt(file);
    }
    Arena arena = Arena.ofShared();
    try {
      MemorySegment mapping = MemorySegment.NULL;
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        if (channel.size() > 0) {
          mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
      }
      IpcFile parsed = IpcFile.verify(mapping);
      takeOwnership(file);
      long bytes = mapping.byteSize();
      place.add(bytes);
      return new MappedTable(
          file,
          arena,
          mapping,
          parsed.schema(),
          parsed.batches(),
          MappedTable.AfterUse.DELETE,
          () -> place.giveBack(bytes),
          () -> Extents.ask(file, bytes));
    } catch (IOException | MalformedTableException | RuntimeException refused) {
      arena.close();
      Files.deleteIfExists(file);
      throw refused;
    }
  }

  /// Maps a table that another process wrote, as one batch, and leaves its file alone: what a child
  /// JVM does with its inputs. No copy, unless the table has several batches. The caller owns the
  /// root.
  public static VectorSchemaRoot view(Path file, BufferAllocator allocator)
      throws IOException, MalformedTableException {
    Arena arena = Arena.ofShared();
    MappedTable table;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      IpcFile parsed = IpcFile.verify(mapping);
      table =
          new MappedTable(
              file,
              arena,
              mapping,
              parsed.schema(),
              parsed.batches(),
              MappedTable.AfterUse.KEEP,
              () -> {},
              () -> Extents.whole(mapping.byteSize()));
    } catch (IOException | MalformedTableException | RuntimeException e) {
      arena.close();
      throw e;
    }
    try (table) {
      if (table.batchCount() == 1) {
        return table.batch(0, allocator);
      }
      VectorSchemaRoot all = VectorSchemaRoot.create(table.schema(), allocator);
      all.allocateNew();
      for (int i = 0; i < table.batchCount(); i++) {
        try (VectorSchemaRoot one = table.batch(i, allocator)) {
          VectorSchemaRootAppender.append(all, one);
        }
      }
      return all;
    }
  }

  /// A function under a uid of its own owned its result; other functions shall read it, none write
  /// it.
  private void takeOwnership(Path file) throws IOException {
    Object mine = Files.getAttribute(folder, "unix:uid");
    if (!mine.equals(Files.getAttribute(file, "unix:uid"))) {
      Files.setAttribute(file, "unix:uid", mine);
    }
    Files.setPosixFilePermissions(file, READABLE);
  }

  @Override
  public void close() {
    try {
      lock.close();
      FileTrees.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    } finally {
      disk.ifPresent(SharedMemory::close);
    }
  }
}
