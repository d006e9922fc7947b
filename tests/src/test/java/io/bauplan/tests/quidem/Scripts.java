package io.bauplan.tests.quidem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Where the scripts are: in the last `tests` artefact of calcite-core on Maven Central, or in a
/// folder such as `core/src/test/resources/sql` of a checkout of Calcite.
final class Scripts {
  /// Folder that Maven copies the artefacts to.
  static Path artefacts() {
    Path folder = Path.of(System.getProperty("quidem.artefacts", "target/quidem"));
    for (String jar : List.of("scripts.jar", "scott.jar", "foodmart.jar")) {
      if (!Files.exists(folder.resolve(jar))) {
        throw new IllegalStateException(
            folder.resolve(jar).toAbsolutePath()
                + " is missing: Maven copies it there in generate-test-resources");
      }
    }
    return folder;
  }

  static Script packaged(String name) throws IOException {
    try (ZipFile zip = new ZipFile(artefacts().resolve("scripts.jar").toFile())) {
      ZipEntry entry = zip.getEntry("sql/" + name);
      if (entry == null) {
        throw new IllegalStateException("the artefact has no script " + name);
      }
      return Script.parse(name, lines(zip.getInputStream(entry)));
    }
  }

  static List<Script> inFolder(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".iq")).sorted().toList();
    }
    if (files.isEmpty()) {
      throw new IllegalStateException(folder + " has no Quidem scripts (*.iq)");
    }
    List<Script> scripts = new ArrayList<>();
    for (Path file : files) {
      scripts.add(Script.parse(file.getFileName().toString(), Files.readAllLines(file)));
    }
    return scripts;
  }

  /// Lines `script:line | cause`, as in the lists of failures and exclusions.
  static Map<String, String> list(String resource) throws IOException {
    Map<String, String> causes = new LinkedHashMap<>();
    try (InputStream in = Scripts.class.getResourceAsStream("/quidem/" + resource)) {
      for (String line : lines(in)) {
        int bar = line.indexOf(" | ");
        if (bar > 0 && !line.startsWith("#")) {
          causes.put(line.substring(0, bar), line.substring(bar + 3));
        }
      }
    }
    return causes;
  }

  private static List<String> lines(InputStream in) throws IOException {
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private Scripts() {}
}
