package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Assembles packages into one `site-packages` folder of symbolic links. Where two packages share a
/// folder (namespace packages, split packages) that folder becomes a real one and their content is
/// linked inside it; where they share a file the first one stands.
final class LinkFarm {
  private static final String COMPILED = "__pycache__";
  private static final Set<String> LEFT_OUT = Set.of("bin", ".lock");

  private LinkFarm() {}

  /// @param tag of the interpreter, in the names of its compiled modules: `cpython-311`
  static void assemble(Path sitePackages, List<Path> packages, String tag) throws IOException {
    for (Path folder : packages) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        for (Path entry : entries) {
          if (!LEFT_OUT.contains(entry.getFileName().toString())) {
            link(sitePackages.resolve(entry.getFileName()), entry);
          }
        }
      }
    }
    linkCompiled(sitePackages, tag);
  }

  private static void link(Path place, Path target) throws IOException {
    if (target.endsWith(COMPILED)) {
      return;
    }
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(place, target);
      return;
    }
    if (!Files.isDirectory(target) || !Files.isDirectory(place)) {
      return;
    }
    if (Files.isSymbolicLink(place)) {
      Path before = Files.readSymbolicLink(place);
      Files.delete(place);
      Files.createDirectory(place);
      linkChildren(place, before);
    }
    linkChildren(place, target);
  }

  private static void linkChildren(Path place, Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        link(place.resolve(entry.getFileName()), entry);
      }
    }
  }

  /// Links the compiled modules of real folders, whether they are there yet or not: until then a
  /// link leads nowhere, which Python takes as nothing.
  private static void linkCompiled(Path folder, String tag) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          if (!name.equals(COMPILED)) {
            linkCompiled(entry, tag);
          }
        } else if (name.endsWith(".py")) {
          String compiled = name.substring(0, name.length() - 2) + tag + ".pyc";
          Path source = Files.readSymbolicLink(entry);
          Path place = Files.createDirectories(folder.resolve(COMPILED)).resolve(compiled);
          Files.createSymbolicLink(place, source.resolveSibling(COMPILED).resolve(compiled));
        }
      }
    }
  }
}
