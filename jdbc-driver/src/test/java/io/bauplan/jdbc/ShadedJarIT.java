package io.bauplan.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The jar that users take: alone on the class path, in a JVM without flags.
@SuppressWarnings("NullAway.Init")
class ShadedJarIT {
  private static final Path JAR = Path.of(System.getProperty("shaded.jar", ""));

  @TempDir Path folder;

  /// Runs the probe against a URL and returns what it printed.
  private String probe(String url, Path errors) throws Exception {
    Path classes = folder.resolve("io/bauplan/jdbc");
    Files.createDirectories(classes);
    String name = ShadedJarProbe.class.getSimpleName() + ".class";
    try (InputStream bytes = ShadedJarProbe.class.getResourceAsStream(name)) {
      Files.write(classes.resolve(name), Objects.requireNonNull(bytes).readAllBytes());
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                JAR + File.pathSeparator + folder,
                ShadedJarProbe.class.getName(),
                url)
            .redirectError(errors.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  @Test
  void runsAloneWithoutFlagsAndWithoutAWord() throws Exception {
    Path errors = folder.resolve("stderr");
    try (DuckDbFlightServer server = new DuckDbFlightServer()) {
      assertThat(probe(server.url(), errors))
          .isEqualTo("7 seven 7.70 [1, 2] DECIMAL\n125003138890\ntrue\n");
      assertThat(Files.readString(errors)).isEmpty();
    }
  }

  @Test
  void saysWhatToDoWithoutAnEngine() throws Exception {
    Path errors = folder.resolve("stderr");
    assertThat(probe("jdbc:bauplan:" + folder, errors)).isEmpty();
    assertThat(Files.readString(errors)).contains("bauplan serve --warehouse " + folder);
  }

  @Test
  void bringsNothingUnderForeignNames() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(
              jar.stream()
                  .map(entry -> entry.getName())
                  .filter(entry -> entry.endsWith(".class"))
                  .filter(entry -> !entry.startsWith("io/bauplan/jdbc/")))
          .isEmpty();
    }
    assertThat(Files.size(JAR)).isLessThan(8L * 1024 * 1024);
  }
}
