package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A package's own list of its files, `RECORD`, with their hashes.
///
/// @param files the path of each within the package; the hash is empty where none is recorded
record WheelRecord(byte[] bytes, Map<Path, String> files) {
  private static final String SHA256 = "sha256=";

  static WheelRecord read(Path info) throws IOException {
    byte[] bytes = Files.readAllBytes(info.resolve("RECORD"));
    Map<Path, String> files = new HashMap<>();
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\r?\n")) {
      String name = firstField(line);
      Path path = Path.of(name).normalize();
      if (!name.isEmpty() && !path.isAbsolute() && !path.startsWith("..")) {
        int hash = line.indexOf("," + SHA256, name.length());
        int end = hash < 0 ? -1 : line.indexOf(',', hash + 1);
        files.put(path, end < 0 ? "" : line.substring(hash + 1 + SHA256.length(), end));
      }
    }
    return new WheelRecord(bytes, files);
  }

  private static String firstField(String line) {
    if (line.startsWith("\"")) {
      int end = line.indexOf('"', 1);
      return end < 0 ? "" : line.substring(1, end);
    }
    int comma = line.indexOf(',');
    return comma < 0 ? line : line.substring(0, comma);
  }

  /// What a package's folder is told by, beside its wheel's tag.
  String shortHash() {
    return Hashes.hex(bytes).substring(0, 12);
  }

  /// How the files of a package differ from what was recorded when they came, in words.
  static List<String> differences(Path folder) throws IOException {
    Optional<Path> info = info(folder);
    if (info.isEmpty() || !Files.isRegularFile(info.get().resolve("RECORD"))) {
      return List.of("its RECORD is missing");
    }
    WheelRecord record = read(info.get());
    Path list = folder.relativize(info.get().resolve("RECORD"));
    if (!folder.getFileName().toString().endsWith("-" + record.shortHash())) {
      return List.of(list + " was changed");
    }
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<Path, String> file : record.files().entrySet()) {
      Path there = folder.resolve(file.getKey());
      if (!Files.isRegularFile(there, LinkOption.NOFOLLOW_LINKS)) {
        wrong.add(file.getKey() + " is missing");
      } else if (!file.getValue().isEmpty() && !Hashes.base64(there).equals(file.getValue())) {
        wrong.add(file.getKey() + " was changed");
      }
    }
    Map<String, Map<String, String>> compiled = Bytecode.recorded(folder);
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) walk.filter(p -> !Files.isDirectory(p))::iterator) {
        Path name = folder.relativize(file);
        if (!record.files().containsKey(name)) {
          Optional<Map<String, String>> own = Bytecode.tagOf(file).map(compiled::get);
          boolean underWay = Bytecode.tagOf(file).isPresent() && own.isEmpty();
          String expected = own.map(o -> o.get(name.toString())).orElse("");
          if (!underWay && expected.isEmpty()) {
            wrong.add(name + " was added");
          } else if (!underWay && !Hashes.hex(file).equals(expected)) {
            wrong.add(name + " was changed");
          }
        }
      }
    }
    wrong.sort(null);
    return wrong;
  }

  static Optional<Path> info(Path folder) throws IOException {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.dist-info")) {
      for (Path info : found) {
        return Optional.of(info);
      }
    }
    return Optional.empty();
  }
}
