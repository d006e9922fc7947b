package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One run of an installer: what it printed and how it ended.
record InstallerRun(int status, String out, String error) {
  private static final long TIMEOUT_MINUTES = 30;
  private static final int MAX_OUTPUT_BYTES = 8 << 20;

  /// Runs a command in a folder with exactly these variables; an interrupt ends it.
  static InstallerRun of(List<String> command, Map<String, String> variables, Path folder)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "run-", ".out");
    Path error = Files.createTempFile(folder, "run-", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(error.toFile());
      builder.environment().clear();
      builder.environment().putAll(variables);
      Process process = builder.start();
      try {
        process.getOutputStream().close();
        if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
          throw new IOException("the installer took longer than " + TIMEOUT_MINUTES + " minutes");
        }
        return new InstallerRun(process.exitValue(), read(out), read(error));
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(error);
    }
  }

  private static String read(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MAX_OUTPUT_BYTES), StandardCharsets.UTF_8);
    }
  }

  boolean succeeded() {
    return status == 0;
  }
}
