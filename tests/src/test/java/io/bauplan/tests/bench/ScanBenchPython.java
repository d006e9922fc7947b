package io.bauplan.tests.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// pyarrow in a process of its own; says so and does nothing where there is none.
final class ScanBenchPython implements AutoCloseable {
  private static final Path SCRIPT =
      Path.of("src", "test", "resources", "bench", "scan_pyarrow.py").toAbsolutePath();
  private static final int ROUNDS = 5;

  private final String python;
  private @Nullable Process reader;

  private ScanBenchPython(String python) {
    this.python = python;
  }

  static ScanBenchPython of(String python) throws IOException {
    if (python.isEmpty()) {
      System.err.println("NOT MEASURED: pyarrow, no Python was given");
      return new ScanBenchPython("");
    }
    if (run(List.of(python, "-c", "import pyarrow.parquet")) != 0) {
      System.err.println("NOT MEASURED: pyarrow, " + python + " cannot import it");
      return new ScanBenchPython("");
    }
    return new ScanBenchPython(python);
  }

  private static int run(List<String> command) throws IOException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Whether the file could be written.
  boolean write(Path from, Path to, String codec) throws IOException {
    return !python.isEmpty()
        && run(List.of(python, SCRIPT.toString(), "write", from + "", to + "", codec)) == 0;
  }

  /// Median seconds of reading columns; NaN without pyarrow.
  double seconds(Path file, List<String> columns, int threads) {
    if (python.isEmpty()) {
      return Double.NaN;
    }
    try {
      Process process = reader;
      if (process == null) {
        List<String> command = new ArrayList<>(List.of(python, SCRIPT.toString(), "read"));
        command.add(Integer.toString(threads));
        process =
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        reader = process;
      }
      Writer out = process.outputWriter(StandardCharsets.UTF_8);
      out.write(ROUNDS + "\t" + file + "\t" + String.join(",", columns) + "\n");
      out.flush();
      BufferedReader in = process.inputReader(StandardCharsets.UTF_8);
      return Double.parseDouble(in.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Process process = reader;
    if (process != null) {
      process.destroy();
    }
  }
}
