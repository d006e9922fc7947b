package io.bauplan.tests.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.EnvironmentSpec;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.FunctionSource;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.api.TableSemantics;
import io.bauplan.udf.python.LocalFunctionRuntime;
import io.bauplan.udf.python.RuntimeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

/// What other systems' functions cannot do: large tables and columns, long runs, much memory. Run
/// by
/// `tests/limits`, which names the properties.
class FunctionLimitsBench {
  private static final Path STORE = Path.of("target", "function-store").toAbsolutePath();
  private static final EnvironmentSpec NUMPY =
      new EnvironmentSpec(Optional.of("3.11"), List.of("numpy==1.26.4"), Optional.empty());

  private record Told(InvocationOutcome.Completed outcome, double seconds) {
    SharedTable result() {
      return outcome.result();
    }
  }

  @Test
  void largeLongAndHungry() throws Exception {
    StringBuilder json = new StringBuilder("{");
    try (LocalFunctionRuntime runtime = LocalFunctionRuntime.open(RuntimeConfig.of(STORE))) {
      runtime.environments().compile(runtime.environments().get(NUMPY));
      handOff(runtime, gigabytes("handoff", 1), json);
      column(runtime, gigabytes("column", 0.5), json);
      texts(runtime, gigabytes("texts", 0.5), json);
      hungry(runtime, gigabytes("need", 0.5), json);
      share(runtime, number("share", 0.1), json);
      lasting(runtime, number("minutes", 0.1), json);
    }
    json.setLength(json.length() - 2);
    System.out.println(json.append('}'));
  }

  private static double number(String name, double standard) {
    return Double.parseDouble(System.getProperty("limits." + name, "" + standard));
  }

  private static long gigabytes(String name, double standard) {
    return (long) (number(name, standard) * (1L << 30));
  }

  /// Through three functions, the last two of which return what they were given.
  private static void handOff(LocalFunctionRuntime runtime, long bytes, StringBuilder json) {
    int rows = 4_000_000;
    long columns = Math.max(1, bytes / (8L * rows));
    Told made =
        completed(
            runtime,
            """
            import numpy as np, pyarrow as pa
            def f():
              base = np.arange(%d + %d, dtype="i8")
              return pa.table({"c%%d" %% i: pa.array(base[i:i + %d]) for i in range(%d)})
            """
                .formatted(rows, columns, rows, columns));
    Told passed;
    try (SharedTable first = made.result()) {
      assertThat(first.byteSize()).isGreaterThanOrEqualTo(columns * rows * 8);
      passed =
          completed(
              runtime,
              """
              import numpy as np, pyarrow as pa, pyarrow.compute as pc
              def f(data):
                for i, name in enumerate(data.column_names):
                  total = pc.sum(data[name]).as_py()
                  assert total == %d * (2 * i + %d - 1) // 2, name
                return data.append_column("mean", pa.array(np.zeros(data.num_rows)))
              """
                  .formatted(rows, rows),
              first);
    }
    Told last;
    try (SharedTable second = passed.result()) {
      last =
          completed(
              runtime,
              """
              import pyarrow as pa
              def f(data):
                return pa.table({"n": [data.num_columns], "last": [data.column(%d)[-1].as_py()]})
              """
                  .formatted(columns - 1),
              second);
    }
    try (SharedTable result = last.result()) {
      assertThat(longs(result)).containsExactly(columns + 1, columns - 1 + rows - 1);
    }
    assertThat(passed.outcome().figures().passedBytes()).isGreaterThanOrEqualTo(columns * rows * 8);
    tell(
        json,
        "\"hand_off_gb\": %.2f, \"made_s\": %.1f, \"read_and_passed_s\": %.1f, \"last_s\": %.1f, ",
        columns * rows * 8 / 1e9,
        made.seconds(),
        passed.seconds(),
        last.seconds());
  }

  /// More than 4 GB in one column of one batch; and the half of it, so that it is written anew.
  private static void column(LocalFunctionRuntime runtime, long bytes, StringBuilder json) {
    long rows = bytes / 8;
    Told made =
        completed(
            runtime,
            "import numpy as np, pyarrow as pa\ndef f():\n"
                + "  return pa.table({'n': pa.array(np.arange("
                + rows
                + ", dtype='i8'))})\n");
    Told doubled;
    try (SharedTable table = made.result()) {
      assertThat(table.rowCount()).isEqualTo(rows);
      assertThat(table.batchCount()).isEqualTo(1);
      doubled =
          completed(
              runtime,
              "import numpy as np, pyarrow as pa\ndef f(data):\n"
                  + "  values = data['n'].chunk(0).to_numpy()\n"
                  + "  return pa.table({'n': pa.array(values * 2)})\n",
              table);
    }
    try (SharedTable table = doubled.result();
        BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = table.batch(0, allocator)) {
      BigIntVector values = (BigIntVector) root.getVector(0);
      for (int row : new int[] {0, 1, (int) (rows / 2), (int) rows - 1}) {
        assertThat(values.get(row)).isEqualTo(row * 2L);
      }
    }
    tell(
        json,
        "\"column_gb\": %.2f, \"column_made_s\": %.1f, \"column_doubled_s\": %.1f, ",
        bytes / 1e9,
        made.seconds(),
        doubled.seconds());
  }

  /// Several batches where the offsets of texts end at 2 GB.
  private static void texts(LocalFunctionRuntime runtime, long bytes, StringBuilder json) {
    int length = 1000;
    long pieces = 5;
    long rows = bytes / length / pieces;
    Told made =
        completed(
            runtime,
            """
            import pyarrow as pa
            def f():
              text = pa.array(["%%07d" %% i + "x" * %d for i in range(%d)])
              return pa.table({"s": pa.chunked_array([text] * %d)})
            """
                .formatted(length - 7, rows, pieces));
    Told cut;
    try (SharedTable table = made.result()) {
      assertThat(table.rowCount()).isEqualTo(rows * pieces);
      cut =
          completed(
              runtime,
              """
              import pyarrow as pa, pyarrow.compute as pc
              def f(data):
                return pa.table({"s": pc.replace_substring(data["s"], "x", "yy", max_replacements=1)})
              """,
              table);
    }
    try (SharedTable table = cut.result();
        SharedTable copy = runtime.share(table.schema(), EachBatch.of(table))) {
      assertThat(copy.rowCount()).isEqualTo(rows * pieces);
      Told checked =
          completed(
              runtime,
              """
              import pyarrow as pa, pyarrow.compute as pc
              def f(data):
                s = data["s"]
                return pa.table({"bytes": [pc.sum(pc.binary_length(s)).as_py()],
                                 "wrong": [sum(s[i].as_py()[:9] != "%07dyy" % (i % {rows})
                                               for i in range(0, len(s), 9973))]})
              """
                  .replace("{rows}", "" + rows),
              copy);
      try (SharedTable result = checked.result()) {
        assertThat(longs(result)).containsExactly(rows * pieces * (length + 1), 0L);
      }
      tell(
          json,
          "\"texts_gb\": %.2f, \"texts_batches\": %d, \"texts_made_s\": %.1f, ",
          bytes / 1e9,
          table.batchCount(),
          made.seconds());
    }
  }

  private static void hungry(LocalFunctionRuntime runtime, long bytes, StringBuilder json) {
    String text =
        "import numpy as np, pyarrow as pa\ndef f():\n  data = np.ones("
            + bytes / 8
            + ")\n  return pa.table({'n': [int(data.sum())]})\n";
    InvocationOutcome little = call(runtime, text, OptionalLong.of(bytes / 2));
    assertThat(little).isInstanceOf(InvocationOutcome.LimitExceeded.class);
    InvocationOutcome.LimitExceeded exceeded = (InvocationOutcome.LimitExceeded) little;
    assertThat(exceeded.limit()).isEqualTo(InvocationOutcome.Limit.MEMORY);
    assertThat(exceeded.message()).contains("needed more memory than its limit of");
    long start = System.nanoTime();
    InvocationOutcome much = call(runtime, text, OptionalLong.of(bytes * 8));
    assertThat(much).isInstanceOf(InvocationOutcome.Completed.class);
    InvocationOutcome.Completed completed = (InvocationOutcome.Completed) much;
    completed.result().close();
    System.out.println(exceeded.message());
    tell(
        json,
        "\"need_gb\": %.2f, \"refused_with_mb\": %d, \"passed_with_mb\": %d, \"environment_ms\":"
            + " %d, \"need_s\": %.1f, ",
        bytes / 1e9,
        bytes / 2 >> 20,
        bytes * 8 >> 20,
        completed.figures().environment().toMillis(),
        (System.nanoTime() - start) / 1e9);
  }

  private static void share(LocalFunctionRuntime runtime, double share, StringBuilder json) {
    long all =
        ((com.sun.management.OperatingSystemMXBean)
                java.lang.management.ManagementFactory.getOperatingSystemMXBean())
            .getTotalMemorySize();
    long bytes = (long) (all * share);
    Told told =
        completed(
            runtime,
            "import numpy as np, pyarrow as pa\ndef f():\n  data = np.full("
                + bytes / 8
                + ", 1.0)\n  return pa.table({'n': [len(data)]})\n");
    told.result().close();
    tell(
        json,
        "\"memory_share\": %.2f, \"memory_gb\": %.1f, \"memory_s\": %.1f, ",
        share,
        bytes / 1e9,
        told.seconds());
  }

  private static void lasting(LocalFunctionRuntime runtime, double minutes, StringBuilder json) {
    Told told =
        completed(
            runtime,
            "import time, pyarrow as pa\ndef f():\n  time.sleep("
                + minutes * 60
                + ")\n  return pa.table({'n': [1]})\n");
    told.result().close();
    assertThat(told.seconds()).isGreaterThanOrEqualTo(minutes * 60);
    tell(json, "\"lasted_s\": %.1f, ", told.seconds());
  }

  private static void tell(StringBuilder json, String form, Object... figures) {
    String text = String.format(Locale.ROOT, form, figures);
    System.out.println(text);
    json.append(text);
  }

  private static Told completed(LocalFunctionRuntime runtime, String text, SharedTable... tables) {
    long start = System.nanoTime();
    InvocationOutcome outcome = call(runtime, text, OptionalLong.empty(), tables);
    assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
    return new Told((InvocationOutcome.Completed) outcome, (System.nanoTime() - start) / 1e9);
  }

  private static InvocationOutcome call(
      LocalFunctionRuntime runtime, String text, OptionalLong memory, SharedTable... tables) {
    List<FunctionParameter> parameters =
        IntStream.range(0, tables.length)
            .<FunctionParameter>mapToObj(
                i -> new FunctionParameter.Table("data", Optional.empty(), TableSemantics.SET))
            .toList();
    FunctionDefinition function =
        new FunctionDefinition(
            "f",
            Language.PYTHON,
            "f",
            new FunctionSource("f.py", text, 1),
            FunctionDefinition.Style.MODEL,
            NUMPY,
            parameters,
            new FunctionReturn.InferredTable(),
            new FunctionLimits(
                memory, Duration.ofHours(2), FunctionLimits.DEFAULT.outputBytes(), false),
            false);
    List<InvocationInput> inputs =
        java.util.Arrays.stream(tables).<InvocationInput>map(InvocationInput.Shared::new).toList();
    return runtime.start(new Invocation("limits", function, inputs, OutputListener.NONE)).await();
  }

  private static List<Long> longs(SharedTable table) {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = table.batch(0, allocator)) {
      return root.getFieldVectors().stream().map(v -> ((BigIntVector) v).get(0)).toList();
    }
  }
}
