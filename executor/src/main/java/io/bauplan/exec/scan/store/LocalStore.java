package io.bauplan.exec.scan.store;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Files of this machine: absolute paths, paths relative to the working directory, `file:` URIs.
///
/// Ranges are read by `pread`, never mapped: a file that shrinks under a mapping kills the process.
public final class LocalStore implements ObjectStore {
  /// Files that one listing gives at most.
  static final int MAX_FILES = 1_000_000;

  private static final int MAX_DEPTH_LEVELS = 64;
  private static final int READ_BYTES = 1 << 18;

  static Path path(String location) {
    if (location.startsWith("file:")) {
      String rest = location.substring(5);
      while (rest.startsWith("//")) {
        rest = rest.substring(1);
      }
      try {
        if (rest.indexOf('%') >= 0) {
          String decoded = new URI("file://" + rest).getPath();
          return Path.of(decoded == null ? rest : decoded);
        }
      } catch (java.net.URISyntaxException e) {
        // Not an encoded URI after all: taken as it stands.
        return Path.of(rest);
      }
      return Path.of(rest);
    }
    return Path.of(location);
  }

  @Override
  public FileInfo info(String location) {
    Path path = path(location);
    try {
      if (!Files.isRegularFile(path) && Files.exists(path)) {
        throw new EngineException(
            ErrorCode.FILE_NOT_FOUND, "\"" + location + "\" is a directory, not a file");
      }
      return fileInfo(location, path);
    } catch (IOException e) {
      throw failure("read", location, e);
    }
  }

  private static FileInfo fileInfo(String location, Path path) throws IOException {
    return new FileInfo(
        location, Files.size(path), Long.toString(Files.getLastModifiedTime(path).toMillis()));
  }

  @Override
  public List<FileInfo> list(String location) {
    Path path = path(location);
    try {
      if (Files.isRegularFile(path)) {
        return List.of(fileInfo(location, path));
      }
      List<FileInfo> found;
      if (Files.isDirectory(path)) {
        found = walk(path, null);
      } else if (Glob.isGlob(location)) {
        String prefix = Glob.fixedPrefix(path.toString());
        Path root = Path.of(prefix);
        found =
            Files.isDirectory(prefix.isEmpty() ? Path.of(".") : root)
                ? walk(root, Glob.pattern(path.toString()))
                : List.of();
      } else {
        throw notFound(location);
      }
      if (found.isEmpty()) {
        throw new EngineException(
            ErrorCode.FILE_NOT_FOUND,
            Files.isDirectory(path)
                ? "the directory \"" + location + "\" holds no data file"
                : "no file matches \"" + location + "\"");
      }
      return found;
    } catch (IOException e) {
      throw failure("list", location, e);
    }
  }

  private static List<FileInfo> walk(Path root, @Nullable Pattern pattern) throws IOException {
    List<FileInfo> found = new ArrayList<>();
    Path start = root.toString().isEmpty() ? Path.of(".") : root;
    try (Stream<Path> paths = Files.walk(start, MAX_DEPTH_LEVELS, FileVisitOption.FOLLOW_LINKS)) {
      Iterator<Path> iterator = paths.iterator();
      while (iterator.hasNext()) {
        Path each = iterator.next();
        String name = each.toString();
        if (root.toString().isEmpty() && name.startsWith("./")) {
          name = name.substring(2);
        }
        boolean wanted =
            pattern == null ? !hidden(start.relativize(each)) : pattern.matcher(name).matches();
        if (wanted && Files.isRegularFile(each)) {
          found.add(fileInfo(name, each));
          if (found.size() > MAX_FILES) {
            throw new EngineException(
                ErrorCode.TOO_MANY, "\"" + root + "\" holds more than " + MAX_FILES + " files");
          }
        }
      }
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
    found.sort(Comparator.comparing(FileInfo::location));
    return found;
  }

  private static boolean hidden(Path relative) {
    for (Path part : relative) {
      String name = part.toString();
      if (name.startsWith(".") || name.startsWith("_")) {
        return true;
      }
    }
    return false;
  }

  @Override
  public RangeReader open(String location) {
    try {
      FileChannel channel = FileChannel.open(path(location), StandardOpenOption.READ);
      try {
        return new Reader(
            location,
            channel,
            channel.size(),
            Long.toString(Files.getLastModifiedTime(path(location)).toMillis()));
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw failure("read", location, e);
    }
  }

  @Override
  public FileSink create(String location) {
    try {
      Path target = path(location).toAbsolutePath();
      Path parent = target.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Path temporary =
          target.resolveSibling(
              "." + target.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".tmp");
      FileChannel channel =
          FileChannel.open(
              temporary, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW));
      return new Sink(location, target, temporary, channel);
    } catch (IOException e) {
      throw failure("write", location, e);
    }
  }

  @Override
  public void delete(String location) {
    try {
      Files.deleteIfExists(path(location));
    } catch (IOException e) {
      throw failure("delete", location, e);
    }
  }

  private static EngineException notFound(String location) {
    String hint =
        path(location).isAbsolute()
            ? null
            : "relative paths start at " + Path.of("").toAbsolutePath();
    return new EngineException(
        ErrorCode.FILE_NOT_FOUND, "file \"" + location + "\" does not exist", null, hint, null);
  }

  static EngineException failure(String what, String location, IOException e) {
    if (e instanceof NoSuchFileException) {
      return notFound(location);
    }
    if (e instanceof AccessDeniedException) {
      return new EngineException(
          ErrorCode.PERMISSION_DENIED,
          "cannot " + what + " \"" + location + "\": access denied",
          null,
          "give this user access to it, or choose another place",
          e);
    }
    String message = String.valueOf(e.getMessage());
    if (message.contains("No space left")) {
      return new EngineException(
          ErrorCode.DISK_FULL, "cannot write \"" + location + "\": the disk is full", e);
    }
    return new EngineException(
        ErrorCode.OBJECT_STORE_ERROR, "cannot " + what + " \"" + location + "\": " + message, e);
  }

  private record Reader(String location, FileChannel channel, long sizeBytes, String version)
      implements RangeReader {
    @Override
    public int preferredReadBytes() {
      return READ_BYTES;
    }

    @Override
    public void read(long offset, long address, int length) {
      if (offset < 0 || length < 0 || offset > sizeBytes - length) {
        throw new EngineException(
            ErrorCode.MALFORMED_FILE,
            "\""
                + location
                + "\" ends at byte "
                + sizeBytes
                + ", before "
                + offset
                + " + "
                + length);
      }
      ByteBuffer target = Memory.all().asSlice(address, length).asByteBuffer();
      try {
        long at = offset;
        while (target.hasRemaining()) {
          int count = channel.read(target, at);
          if (count < 0) {
            throw new EngineException(
                ErrorCode.MALFORMED_FILE, "\"" + location + "\" became shorter while it was read");
          }
          at += count;
        }
      } catch (IOException e) {
        throw failure("read", location, e);
      }
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw failure("close", location, e);
      }
    }
  }

  private static final class Sink implements FileSink {
    private final String location;
    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private long position;
    private boolean finished;

    Sink(String location, Path target, Path temporary, FileChannel channel) {
      this.location = location;
      this.target = target;
      this.temporary = temporary;
      this.channel = channel;
    }

    @Override
    public String location() {
      return location;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void write(ByteBuffer bytes) {
      try {
        while (bytes.hasRemaining()) {
          position += channel.write(bytes);
        }
      } catch (IOException e) {
        throw failure("write", location, e);
      }
    }

    @Override
    public void finish() {
      try {
        channel.close();
        Files.move(
            temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        finished = true;
      } catch (IOException e) {
        throw failure("write", location, e);
      }
    }

    @Override
    public void close() {
      if (finished) {
        return;
      }
      try {
        channel.close();
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        throw failure("delete", location, e);
      }
    }
  }
}
