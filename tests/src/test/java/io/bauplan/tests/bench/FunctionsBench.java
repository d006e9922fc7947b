package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationFigures;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.api.TableSemantics;
import io.bauplan.udf.environment.ReadyEnvironment;
import io.bauplan.udf.python.LocalFunctionRuntime;
import io.bauplan.udf.python.RuntimeConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a call of a Python function costs, by the path that serves it.
///
/// Run by `tests/bench/functions`, which names the properties.
class FunctionsBench {
  private static final Path STORE = Path.of("target", "function-store").toAbsolutePath();
  private static final EnvironmentSpec PANDAS =
      new EnvironmentSpec(Optional.of("3.11"), List.of("pandas==2.0"), Optional.empty());
  private static final int WARM_UP = 5;
  private static final int MISSES = 5;
  private static final int READERS = 3;
  private static final String NOOP =
      "import pandas as pd\nimport pyarrow as pa\n"
          + "def f(data):\n  return pa.table({'n': [data.num_rows]})\n";

  /// Touches every page, says so, and stays a while.
  private static final String READER =
      """
      import time
      import pyarrow as pa
      def f(data):
        for column in data.columns:
          for chunk in column.chunks:
            for buffer in chunk.buffers():
              if buffer is not None:
                memoryview(buffer)[::4096].tobytes()
        print("read")
        time.sleep(8)
        return pa.table({"n": [1]})
      """;

  private static final String PARQUET =
      """
      import os, statistics, sys, time
      import pyarrow as pa, pyarrow.parquet as pq
      pq.write_table(pa.ipc.open_file(pa.memory_map(sys.argv[1])).read_all(), sys.argv[2])
      times = []
      for _ in range(3):
        with open(sys.argv[2], "rb") as file:
          os.fsync(file.fileno())
          os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        start = time.monotonic()
        pq.read_table(sys.argv[2])
        times.append(1000 * (time.monotonic() - start))
      print(statistics.median(times))
      """;

  @Test
  void callsOfFunctions(@TempDir Path folder) throws Exception {
    long rows = Long.getLong("functions.rows", 1_700_000);
    int rounds = Integer.getInteger("functions.rounds", 30);
    RuntimeConfig config = RuntimeConfig.of(STORE);
    try (LocalFunctionRuntime runtime = LocalFunctionRuntime.open(config)) {
      // Fetched, if it never was, and as the background leaves it some seconds later.
      runtime.environments().compile(runtime.environments().get(PANDAS));
    }
    List<Double> misses = new ArrayList<>();
    List<InvocationFigures> missed = new ArrayList<>();
    for (int i = 0; i < MISSES; i++) {
      try (LocalFunctionRuntime runtime = LocalFunctionRuntime.open(config);
          SharedTable one = BenchTable.share(runtime, 1)) {
        runtime.sandboxNotice(); // the level is known
        misses.add(call(runtime, NOOP, one, missed));
        assertThat(missed.getLast().path()).isEqualTo("direct (no zygote yet)");
      }
    }
    System.out.printf(
        Locale.ROOT,
        "without a zygote: start %.0f ms (imports of the harness %.0f), the function and its"
            + " imports %.0f, output %.0f%n",
        median(missed, InvocationFigures::start),
        median(missed, InvocationFigures::imports),
        median(missed, InvocationFigures::user),
        median(missed, InvocationFigures::output));
    try (LocalFunctionRuntime runtime = LocalFunctionRuntime.open(config);
        SharedTable table = BenchTable.share(runtime, rows)) {
      runtime.prepare(PANDAS);
      List<InvocationFigures> figures = new ArrayList<>();
      List<Double> totals = new ArrayList<>();
      for (int i = 0; i < WARM_UP + rounds; i++) {
        totals.add(call(runtime, NOOP, table, figures));
      }
      totals = totals.subList(WARM_UP, totals.size());
      figures = figures.subList(WARM_UP, figures.size());
      assertThat(figures).allMatch(f -> f.path().equals("zygote"));
      double parent = median(figures, InvocationFigures::imports);
      double pss = pss(runtime, table);
      double parquet = parquet(runtime, table, folder.resolve("parent.parquet"));
      System.out.printf(
          Locale.ROOT,
          "{\"first_user_line_ms\": %.1f, \"noop_ms\": %.1f, \"zygote_miss_ms\": %.0f,"
              + " \"env_cached_ms\": %.1f, \"read_parent_ms\": %.1f, \"read_parquet_ssd_ms\": %.0f,"
              + " \"pss_ratio\": %.2f, \"noop_p99_ms\": %.1f, \"table_mb\": %d, \"load\": %.1f}%n",
          median(figures, InvocationFigures::start),
          median(totals),
          median(misses),
          median(missed, InvocationFigures::environment),
          parent,
          parquet,
          pss,
          totals.stream().sorted().toList().get((int) (totals.size() * 0.99)),
          table.byteSize() / 1_000_000,
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static double median(
      List<InvocationFigures> figures, Function<InvocationFigures, Duration> part) {
    return median(figures.stream().map(f -> part.apply(f).toNanos() / 1e6).toList());
  }

  private static RunningInvocation start(
      LocalFunctionRuntime runtime, String text, SharedTable table, OutputListener output) {
    FunctionDefinition function =
        new FunctionDefinition(
            "f",
            Language.PYTHON,
            "f",
            new FunctionSource("f.py", text, 1),
            FunctionDefinition.Style.MODEL,
            PANDAS,
            List.of(new FunctionParameter.Table("data", Optional.empty(), TableSemantics.SET)),
            new FunctionReturn.InferredTable(),
            FunctionLimits.DEFAULT,
            false);
    return runtime.start(
        new Invocation("bench", function, List.of(new InvocationInput.Shared(table)), output));
  }

  /// Milliseconds from the request to the checked result.
  private static double call(
      LocalFunctionRuntime runtime, String text, SharedTable table, List<InvocationFigures> told) {
    long begun = System.nanoTime();
    InvocationOutcome outcome = start(runtime, text, table, OutputListener.NONE).await();
    double millis = (System.nanoTime() - begun) / 1e6;
    assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
    InvocationOutcome.Completed completed = (InvocationOutcome.Completed) outcome;
    completed.result().close();
    told.add(completed.figures());
    return millis;
  }

  /// Proportional memory of all that map the table, by its size, while functions have read it all.
  private static double pss(LocalFunctionRuntime runtime, SharedTable table) throws Exception {
    CountDownLatch read = new CountDownLatch(READERS);
    List<RunningInvocation> running = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      running.add(start(runtime, READER, table, (stream, line) -> read.countDown()));
    }
    assertThat(read.await(60, TimeUnit.SECONDS)).isTrue();
    long inode = (Long) Files.getAttribute(table.path(), "unix:ino");
    long kilobytes = 0;
    int mapping = 0;
    List<ProcessHandle> all =
        Stream.concat(Stream.of(ProcessHandle.current()), ProcessHandle.current().descendants())
            .toList();
    for (ProcessHandle process : all) {
      long part = kilobytes(process.pid(), inode);
      kilobytes += part;
      mapping += part > 0 ? 1 : 0;
    }
    for (RunningInvocation one : running) {
      ((InvocationOutcome.Completed) one.await()).result().close();
    }
    assertThat(mapping).as("processes that map the table").isGreaterThanOrEqualTo(READERS);
    return kilobytes * 1024.0 / table.byteSize();
  }

  private static long kilobytes(long process, long inode) throws IOException {
    long sum = 0;
    boolean ours = false;
    for (String line : Files.readAllLines(Path.of("/proc/" + process + "/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        ours = line.contains(" " + inode + " ");
      } else if (ours && line.startsWith("Pss:")) {
        sum += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return sum;
  }

  /// Median milliseconds of reading the table from Parquet that lies on disk.
  private static double parquet(LocalFunctionRuntime runtime, SharedTable table, Path file)
      throws Exception {
    ReadyEnvironment environment = runtime.environments().get(PANDAS);
    ProcessBuilder python =
        new ProcessBuilder(
                environment.interpreter().binary().toString(),
                "-c",
                PARQUET,
                table.path().toString(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    python.environment().put("PYTHONPATH", environment.sitePackages().toString());
    Process process = python.start();
    String told = new String(process.getInputStream().readAllBytes()).strip();
    assertThat(process.waitFor()).isZero();
    return Double.parseDouble(told);
  }
}
