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
        time.sleep(20)
        return pa.table({"n": [1]})
      """;

  private static final String PASS =
      """
      import numpy as np, pandas, pyarrow as pa
      def f(data):
        return data.append_column("new", pa.array(np.zeros(data.num_rows)))
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
      List<InvocationFigures> passed = new ArrayList<>();
      List<Double> passing = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        passing.add(call(runtime, PASS, table, passed));
      }
      assertThat(passed.getLast().passedBytes()).isGreaterThanOrEqualTo(table.byteSize() * 9 / 10);
      ParentReads reads =
          new ParentReads(runtime.environments().get(PANDAS), table.path(), folder, rows);
      double flight = reads.flight();
      double parquet = reads.ssd();
      double s3 = reads.s3();
      String fileBacked = fileBacked(config, folder);
      System.out.printf(
          Locale.ROOT,
          "{\"first_user_line_ms\": %.1f, \"noop_ms\": %.1f, \"zygote_miss_ms\": %.0f,"
              + " \"env_cached_ms\": %.1f, \"read_parent_ms\": %.1f, \"read_parquet_ssd_ms\": %.0f,"
              + " \"read_parquet_s3_ms\": %.0f, \"read_flight_ms\": %.0f, %s"
              + "\"pass_through_ms\": %.0f, \"passed_mb\": %d, \"copied_mb\": %d,"
              + " \"pss_ratio\": %.2f, \"noop_p99_ms\": %.1f, \"table_mb\": %d, \"load\": %.1f}%n",
          median(figures, InvocationFigures::start),
          median(totals),
          median(misses),
          median(missed, InvocationFigures::environment),
          parent,
          parquet,
          s3,
          flight,
          fileBacked,
          median(passing),
          passed.getLast().passedBytes() / 1_000_000,
          (passed.getLast().outputBytes() - passed.getLast().passedBytes()) / 1_000_000,
          pss,
          totals.stream().sorted().toList().get((int) (totals.size() * 0.99)),
          table.byteSize() / 1_000_000,
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
  }

  /// The same function over a table in a file on disk; its figures as members of the object.
  private static String fileBacked(RuntimeConfig config, Path folder) throws Exception {
    long rows = Long.getLong("functions.file.rows", 0);
    if (rows == 0) {
      return "";
    }
    try (LocalFunctionRuntime runtime = LocalFunctionRuntime.open(config.withSharedMemory(folder));
        SharedTable table = BenchTable.share(runtime, rows)) {
      runtime.prepare(PANDAS);
      List<InvocationFigures> figures = new ArrayList<>();
      for (int i = 0; i < WARM_UP + 5; i++) {
        call(runtime, NOOP, table, figures);
      }
      figures = figures.subList(WARM_UP, figures.size());
      return String.format(
          Locale.ROOT,
          "\"file_backed_mb\": %d, \"file_backed_first_user_line_ms\": %.1f,"
              + " \"file_backed_read_parent_ms\": %.1f, ",
          table.byteSize() / 1_000_000,
          median(figures, InvocationFigures::start),
          median(figures, InvocationFigures::imports));
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
    assertThat(read.await(300, TimeUnit.SECONDS)).isTrue();
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
}
