package io.bauplan.tests.support;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Looks into folders in which an engine's background threads write, rename and delete: where
/// `Files.walk` fails when a file goes between its being listed and its being looked at.
public final class LiveFolder {
  private LiveFolder() {}

  /// The regular files below `root`, without those in the folders `except`.
  public static List<Path> files(Path root, Path... except) throws IOException {
    List<Path> found = new ArrayList<>();
    List<Path> left = Arrays.asList(except);
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes is) {
            return left.contains(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes is) {
            if (is.isRegularFile()) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException && !file.equals(root)) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return found;
  }
}
