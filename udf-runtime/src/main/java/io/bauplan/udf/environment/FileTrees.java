package io.bauplan.udf.environment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Whole trees of files: deleting them, and letting other users read them.
public final class FileTrees {
  /// Well below the longest path that the kernel takes.
  private static final int LONG_PATH = 2000;

  /// How often, and how long apart, a folder is deleted that somebody writes to: an installer whose
  /// engine was killed ends a moment later.
  private static final int ATTEMPTS = 100;

  private static final long PAUSE_NANOS = 20_000_000;

  private FileTrees() {}

  /// The folder that something lies in; for paths inside a store, which all have one.
  static Path parent(Path path) {
    return Objects.requireNonNull(path.getParent());
  }

  /// Deletes a tree without following links; what is not there is no error. Functions may have left
  /// it: folders of theirs may be locked, and nested more deeply than a path can tell.
  public static void delete(Path root) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        Deque<Path> roots = new ArrayDeque<>(List.of(root));
        while (!roots.isEmpty()) {
          deleteTree(roots.pop(), roots);
        }
        return;
      } catch (DirectoryNotEmptyException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static void deleteTree(Path root, Deque<Path> more) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a)
              throws IOException {
            if (folder.toString().length() <= LONG_PATH) {
              return FileVisitResult.CONTINUE;
            }
            Path higher = Files.createTempDirectory(parent(root), "deep-").resolve("tree");
            Files.move(folder, higher, StandardCopyOption.ATOMIC_MOVE);
            more.push(parent(higher));
            return FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            if (e instanceof AccessDeniedException && unlock(file)) {
              more.push(root);
              return FileVisitResult.SKIP_SUBTREE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            try {
              Files.deleteIfExists(folder);
            } catch (DirectoryNotEmptyException unlocked) {
              if (!more.contains(root)) {
                throw unlocked;
              }
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// Whether a folder was locked and no longer is.
  private static boolean unlock(Path folder) throws IOException {
    Set<PosixFilePermission> all =
        EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE);
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        || Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS).containsAll(all)) {
      return false;
    }
    Files.setPosixFilePermissions(folder, all);
    return true;
  }

  /// Takes a tree away at once, before its files are deleted one by one.
  ///
  /// @param work a folder on the same file system
  public static void discard(Path root, Path work) throws IOException {
    Path aside = Files.createTempDirectory(work, "discarded-");
    try {
      Files.move(root, aside.resolve("tree"), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(aside);
    }
  }

  /// The bytes of a tree's files.
  public static long size(Path root) throws IOException {
    long bytes = 0;
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        bytes += Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return bytes;
  }

  /// Lets everybody read a tree (the sandbox may run under another uid), and nobody else write it.
  public static void makeReadable(Path root) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      walk.filter(p -> !Files.isSymbolicLink(p)).forEach(FileTrees::makeOneReadable);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void makeOneReadable(Path path) {
    try {
      Set<PosixFilePermission> mode = EnumSet.copyOf(Files.getPosixFilePermissions(path));
      boolean executable = mode.contains(PosixFilePermission.OWNER_EXECUTE);
      Set<PosixFilePermission> wanted = EnumSet.copyOf(mode);
      wanted.addAll(
          Set.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.GROUP_READ,
              PosixFilePermission.OTHERS_READ));
      if (executable) {
        wanted.add(PosixFilePermission.GROUP_EXECUTE);
        wanted.add(PosixFilePermission.OTHERS_EXECUTE);
      }
      wanted.remove(PosixFilePermission.GROUP_WRITE);
      wanted.remove(PosixFilePermission.OTHERS_WRITE);
      if (!wanted.equals(mode)) {
        Files.setPosixFilePermissions(path, wanted);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
