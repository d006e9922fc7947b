package io.bauplan.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/// A Python with the client libraries, made once under `target/` and kept.
public record PythonClients(Path python) {
  private static final List<String> PACKAGES =
      List.of(
          "pyarrow",
          "pandas",
          "adbc-driver-flightsql",
          "adbc-driver-manager",
          "pyiceberg[pyiceberg-core]");
  private static final int INSTALL_SECONDS = 300;
  private static final int SCRIPT_SECONDS = 120;
  private static final Path SCRIPTS = Path.of("src", "test", "resources", "clients");
  private static final Path PACKAGE = Path.of("..", "udf-runtime", "python", "src");

  /// @throws TestAbortedException where the package index cannot be reached; the test then counts
  ///     as skipped, and says so
  public static PythonClients make(Path target) throws IOException, InterruptedException {
    Path folder = target.resolve("python-clients").toAbsolutePath();
    Path python = folder.resolve("bin").resolve("python");
    Path ready = folder.resolve("ready");
    String wanted = String.join(" ", PACKAGES);
    if (Files.exists(ready) && Files.readString(ready).equals(wanted)) {
      return new PythonClients(python);
    }
    Files.createDirectories(target);
    Path log = target.resolve("python-clients.log");
    int made = run(List.of("python3", "-m", "venv", folder.toString()), log, INSTALL_SECONDS);
    assertThat(made).as("python3 -m venv, see %s", log).isZero();
    List<String> install =
        new ArrayList<>(List.of(python.toString(), "-m", "pip", "install", "-q"));
    install.addAll(PACKAGES);
    if (run(install, log, INSTALL_SECONDS) != 0) {
      String message =
          "SKIPPED: tests of Python clients, because pip could not install "
              + wanted
              + "; see "
              + log.toAbsolutePath();
      System.err.println(message);
      throw new TestAbortedException(message);
    }
    Files.writeString(ready, wanted);
    return new PythonClients(python);
  }

  /// What a script of `src/test/resources/clients` prints; fails with its traceback.
  public String run(String script, Path scratch, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(python.toString(), "-X", "utf8", SCRIPTS.resolve(script).toString()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(scratch, "python", ".out");
    int status = run(command, output, SCRIPT_SECONDS);
    String text = Files.readString(output);
    assertThat(status).as("%s printed:%n%s", script, text).isZero();
    return text;
  }

  private static int run(List<String> command, Path output, int seconds)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().put("PYTHONPATH", PACKAGE.toAbsolutePath().normalize().toString());
    builder.environment().remove("BAUPLAN_API_ENDPOINT");
    builder.environment().remove("BAUPLAN_API_KEY");
    Process process = builder.start();
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " took more than " + seconds + " s, see " + output);
    }
    return process.exitValue();
  }
}
