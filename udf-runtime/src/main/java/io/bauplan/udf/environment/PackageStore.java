package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Unpacked packages, each once and never changed: `pkg/<name>/<version>/<wheel tag>-<hash>/`.
/// Environments link to them.
final class PackageStore {
  private final Path root;

  /// @param root an existing folder
  PackageStore(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  /// The folder of a package that fits an interpreter, if it is there.
  Optional<Path> find(ResolvedPackage wanted, Interpreter interpreter) throws IOException {
    if (wanted.version().equals("direct")) {
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

  /// Moves each package of an installer's target folder into its own place; returns the places.
  List<Path> adopt(Path target) throws IOException {
    List<Path> infos = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(target, "*.dist-info")) {
      found.forEach(infos::add);
    }
    List<Path> places = new ArrayList<>();
    for (Path info : infos) {
      places.add(adoptOne(target, info));
    }
    return places;
  }

  private Path adoptOne(Path target, Path info) throws IOException {
    String stem = info.getFileName().toString().replaceFirst("\\.dist-info$", "");
    int dash = stem.lastIndexOf('-');
    String name = Requirement.normalise(stem.substring(0, dash));
    String version = stem.substring(dash + 1);
    byte[] record = Files.readAllBytes(info.resolve("RECORD"));
    Path parent = Files.createDirectories(root.resolve(name).resolve(version));
    Path temporary = Files.createTempDirectory(parent, ".new-");
    for (String line : new String(record, StandardCharsets.UTF_8).split("\r?\n")) {
      Path file = target.resolve(firstField(line)).normalize();
      boolean inside = file.startsWith(target) && !file.equals(target);
      if (inside && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Path to = temporary.resolve(target.relativize(file));
        Files.createDirectories(to.getParent());
        Files.move(file, to);
      }
    }
    FileTrees.makeReadable(temporary);
    Path place = parent.resolve(tag(temporary.resolve(info.getFileName())) + "-" + hash(record));
    if (Files.isDirectory(place)) {
      FileTrees.delete(temporary);
    } else {
      try {
        Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException raced) {
        if (!Files.isDirectory(place)) {
          throw raced;
        }
        FileTrees.delete(temporary);
      }
    }
    return place;
  }

  private static String firstField(String line) {
    if (line.startsWith("\"")) {
      int end = line.indexOf('"', 1);
      return end < 0 ? "" : line.substring(1, end);
    }
    int comma = line.indexOf(',');
    return comma < 0 ? line : line.substring(0, comma);
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

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest).substring(0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
