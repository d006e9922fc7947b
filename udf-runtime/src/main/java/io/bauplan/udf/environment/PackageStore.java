package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Unpacked packages, each once and never changed: `pkg/<name>/<version>/<wheel tag>-<hash>/`.
/// Environments link to them.
final class PackageStore {
  private final Path root;
  private final Path work;

  /// @param root an existing folder
  /// @param work an existing folder beside it for what is not complete
  PackageStore(Path root, Path work) {
    this.root = root;
    this.work = work;
  }

  Path root() {
    return root;
  }

  /// The folder of a package that fits an interpreter, if it is there.
  Optional<Path> find(ResolvedPackage wanted, Interpreter interpreter) throws IOException {
    if (wanted.isDirect()) {
      return Optional.empty(); // what lies behind a direct reference may have changed
    }
    Path versions = root.resolve(wanted.name()).resolve(wanted.version());
    if (!Files.isDirectory(versions)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(versions)) {
      for (Path folder : folders) {
        if (fits(folder.getFileName().toString(), interpreter)) {
          return Optional.of(folder);
        }
      }
    }
    return Optional.empty();
  }

  /// Whether a wheel tag such as `cp311-cp311-manylinux_2_17_x86_64` suits the interpreter; the
  /// platform does, for the store belongs to this machine.
  static boolean fits(String tag, Interpreter interpreter) {
    String[] parts = tag.split("-");
    if (tag.startsWith(".") || parts.length < 3) {
      return false;
    }
    String own = "cp3" + interpreter.minor();
    for (String python : parts[0].split("\\.")) {
      boolean pure = python.startsWith("py3") || python.equals("py2.py3");
      boolean exact = python.equals(own) && (parts[1].equals(own) || parts[1].equals("none"));
      if (pure || exact) {
        return true;
      }
      if (parts[1].equals("abi3") && python.matches("cp3\\d+")) {
        return Integer.parseInt(python.substring(3)) <= interpreter.minor();
      }
    }
    return parts[1].equals(own);
  }

  /// Moves each package of an installer's target folder into its own place; the places by name.
  Map<String, Path> adopt(Path target) throws IOException {
    List<Path> infos = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(target, "*.dist-info")) {
      found.forEach(infos::add);
    }
    Map<String, Path> places = new HashMap<>();
    for (Path info : infos) {
      Path place = adoptOne(target, info);
      places.put(root.relativize(place).getName(0).toString(), place);
    }
    return places;
  }

  private Path adoptOne(Path target, Path info) throws IOException {
    String stem = info.getFileName().toString().replaceFirst("\\.dist-info$", "");
    int dash = stem.lastIndexOf('-');
    String name = Requirement.normalise(stem.substring(0, dash));
    WheelRecord record = WheelRecord.read(info);
    Path temporary = Files.createTempDirectory(work, "package-");
    try {
      for (Path path : record.files().keySet()) {
        Path file = target.resolve(path);
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          Path to = temporary.resolve(path);
          Files.createDirectories(FileTrees.parent(to));
          Files.move(file, to);
        }
      }
      FileTrees.makeReadable(temporary);
      String tag = tag(temporary.resolve(info.getFileName()));
      Path parent = Files.createDirectories(root.resolve(name).resolve(stem.substring(dash + 1)));
      Path place = parent.resolve(tag + "-" + record.shortHash());
      if (!Files.isDirectory(place)) {
        Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
      }
      return place;
    } finally {
      FileTrees.delete(temporary);
    }
  }

  /// The folders of all packages.
  List<Path> all() throws IOException {
    try (Stream<Path> walk = Files.walk(root, 3)) {
      return walk.filter(
              p ->
                  root.relativize(p).getNameCount() == 3
                      && !p.getFileName().toString().startsWith("."))
          .filter(Files::isDirectory)
          .sorted()
          .toList();
    }
  }

  /// Takes a package away, and the folders that it leaves empty. Under the store's lock, alone.
  void remove(Path folder) throws IOException {
    for (Path mark : Bytecode.marks(folder)) {
      Files.deleteIfExists(mark);
    }
    FileTrees.discard(folder, work);
    Path version = FileTrees.parent(folder);
    for (Path parent : List.of(version, FileTrees.parent(version))) {
      try (Stream<Path> left = Files.list(parent)) {
        if (left.findAny().isPresent()) {
          return;
        }
      }
      Files.delete(parent);
    }
  }

  private static String tag(Path info) throws IOException {
    Path wheel = info.resolve("WHEEL");
    if (Files.isRegularFile(wheel)) {
      try (Stream<String> lines = Files.lines(wheel)) {
        return lines
            .filter(l -> l.startsWith("Tag:"))
            .map(l -> l.substring(4).strip())
            .filter(l -> l.matches("[A-Za-z0-9._]+-[A-Za-z0-9._]+-[A-Za-z0-9._]+"))
            .findFirst()
            .orElse("py3-none-any");
      }
    }
    return "py3-none-any";
  }
}
