package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.PANDAS;
import static io.bauplan.udf.python.RuntimeFixture.PLAIN;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.InvocationFigures;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.api.TableSemantics;
import io.bauplan.udf.shm.Segment;
import io.bauplan.udf.shm.SharedMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Columns that a function returns as it was given them are not copied; what it says of them is not
/// believed.
@ParameterizedClass
@EnumSource(ServedBy.class)
class PassedColumnsTest {
  private static final int ROWS = 100_000;

  @Parameter ServedBy served;
  private static RuntimeFixture fixture;

  @BeforeParameterizedClassInvocation
  static void open(ServedBy servedBy) throws IOException {
    fixture = new RuntimeFixture(servedBy);
  }

  @AfterParameterizedClassInvocation
  static void close() {
    fixture.close();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    assertThat(Segment.openCount()).as("segments that nobody closed").isZero();
    try (Stream<java.nio.file.Path> files = Files.list(fixture.runtime.sharedMemoryFolder())) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .noneMatch(name -> name.startsWith("table") || name.startsWith("result"));
    }
  }

  private static SharedTable numbers() {
    InvocationInput.Table input = fixture.numbers(ROWS);
    return fixture.runtime.share(input.schema(), input.batches());
  }

  private static InvocationOutcome.Completed call(String text, SharedTable table) {
    InvocationOutcome outcome =
        fixture.call(
            function(Style.MODEL, PLAIN, "import pyarrow as pa\n" + text),
            new InvocationInput.Shared(table));
    assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
    return (InvocationOutcome.Completed) outcome;
  }

  private static InvocationFigures figures(InvocationOutcome outcome) {
    return ((InvocationOutcome.Completed) outcome).figures();
  }

  private static List<String> rows(SharedTable table) {
    return fixture.rows(table.retain());
  }

  @Test
  void wholeTable() {
    List<String> expected;
    InvocationOutcome.Completed completed;
    try (SharedTable table = numbers()) {
      expected = rows(table);
      completed = call("def f(data):\n  return data\n", table);
    }
    // The input is closed by now: the result holds it.
    assertThat(completed.figures().passedBytes())
        .isEqualTo(completed.figures().outputBytes())
        .isGreaterThan(2_000_000);
    assertThat(fixture.rows(completed)).isEqualTo(expected);
  }

  @Test
  void addedRenamedAndReorderedColumns() {
    try (SharedTable table = numbers()) {
      InvocationOutcome.Completed completed =
          call(
              """
              import pyarrow.compute as pc
              def f(data):
                data = data.append_column("twice", pc.multiply(data["id"], 2)).drop(["usd"])
                return data.select(["twice", "country", "id"]).rename_columns(["t", "land", "i"])
              """,
              table);
      assertThat(completed.result().schema().getFields().toString())
          .isEqualTo("[t: Int(64, true), land: Utf8, i: Int(64, true)]");
      InvocationFigures figures = completed.figures();
      assertThat(figures.passedBytes())
          .isBetween(figures.outputBytes() / 2, figures.outputBytes() - 8L * ROWS);
      List<String> rows = fixture.rows(completed);
      assertThat(rows).hasSize(ROWS).startsWith("0|null|0", "2|C1|1").endsWith("199998|C4|99999");
    }
  }

  /// Where a bit would have to move, or the offsets of a text, the column is copied.
  @ParameterizedTest
  @ValueSource(strings = {"0, 50_000", "8, 60_000", "7, 60_000", "40_000, 60_000"})
  void slices(String bounds) {
    try (SharedTable table = numbers()) {
      int from = Integer.parseInt(bounds.split(", ")[0].replace("_", ""));
      int count = Integer.parseInt(bounds.split(", ")[1].replace("_", ""));
      List<String> expected = rows(table).subList(from, from + count);
      InvocationOutcome.Completed completed =
          call("def f(data):\n  return data.slice(" + bounds + ")\n", table);
      assertThat(completed.figures().passedBytes()).isGreaterThanOrEqualTo(16L * count);
      assertThat(completed.figures().passedBytes() == completed.figures().outputBytes())
          .isEqualTo(from == 0);
      assertThat(fixture.rows(completed)).isEqualTo(expected);
    }
  }

  @Test
  void severalInputsInSeveralBatches() throws IOException {
    FunctionDefinition plain =
        function(
            Style.MODEL,
            PLAIN,
            """
            import pyarrow as pa
            def f(data, other):
              assert data["id"].num_chunks == 3 and other["usd"].num_chunks == 4
              return pa.table({"a": data["id"], "b": other["usd"], "c": data["country"],
                               "n": pa.array(range(%d))})
            """
                .formatted(ROWS));
    FunctionDefinition two =
        new FunctionDefinition(
            plain.name(),
            plain.language(),
            plain.handler(),
            plain.source(),
            plain.style(),
            plain.environment(),
            List.of(
                new FunctionParameter.Table("data", Optional.empty(), TableSemantics.SET),
                new FunctionParameter.Table("other", Optional.empty(), TableSemantics.SET)),
            new FunctionReturn.InferredTable(),
            FunctionLimits.DEFAULT,
            false);
    InvocationInput.Table left = fixture.numbers(ROWS, 3);
    InvocationInput.Table right = fixture.numbers(ROWS, 4);
    try (var a = MappedColumnsTest.shared(left.schema(), left.batches());
        var b = MappedColumnsTest.shared(right.schema(), right.batches())) {
      InvocationOutcome outcome =
          fixture.call(two, new InvocationInput.Columns(a), new InvocationInput.Columns(b));
      assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
      // The bounds of both tables cut the texts where they cannot be cut: those are copied.
      assertThat(figures(outcome).passedBytes()).isEqualTo(16L * ROWS);
      List<String> rows = fixture.rows(outcome);
      assertThat(rows).hasSize(ROWS);
      for (int i = 0; i < ROWS; i += 101) {
        String country = i % 5 == 0 ? "null" : "C" + i % 7;
        assertThat(rows.get(i)).isEqualTo("%d|%s|%s|%d".formatted(i, i / 2.0, country, i));
      }
    }
  }

  @Test
  void pandasColumnsThatShareTheirValues() {
    try (SharedTable table = numbers()) {
      InvocationOutcome outcome =
          fixture.call(
              function(
                  Style.MODEL,
                  PANDAS,
                  """
                  def f(data):
                    frame = data.to_pandas(split_blocks=True)
                    frame["half"] = frame["usd"] / 2
                    return frame
                  """),
              new InvocationInput.Shared(table));
      assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
      assertThat(figures(outcome).passedBytes()).isEqualTo(16L * ROWS);
      assertThat(fixture.rows(outcome)).hasSize(ROWS).startsWith("0|0.0|null|0.0", "1|0.5|C1|0.25");
    }
  }

  /// What was made by one function is passed by the next, of any type, whole and in part.
  @Test
  void everyTypeThroughAChainOfFunctions() {
    InvocationOutcome.Completed made;
    try (SharedTable table = numbers()) {
      made =
          call(
              """
              import decimal, datetime
              def f(data):
                data = data.slice(0, 30_000)
                n = data.num_rows
                some = lambda make: [None if i % 7 == 3 else make(i) for i in range(n)]
                day = datetime.date(2020, 1, 1)
                return pa.table({
                  "flag": pa.array(some(lambda i: i % 3 == 0)),
                  "small": pa.array(some(lambda i: i % 100), pa.int16()),
                  "money": pa.array(some(lambda i: decimal.Decimal(i) / 4), pa.decimal128(20, 2)),
                  "day": pa.array(some(lambda i: day + datetime.timedelta(i % 999))),
                  "list": pa.array(some(lambda i: [i] * (i % 3)), pa.list_(pa.int64())),
                  "struct": pa.array(some(lambda i: {"x": i, "y": str(i)})),
                  "map": pa.array(some(lambda i: [("k", i)]), pa.map_(pa.string(), pa.int64())),
                  "bytes": pa.array(some(lambda i: b"%d" % i)),
                  "nothing": pa.array([None] * n, pa.float64()),
                  "id": data["id"]})
              """,
              table);
    }
    List<String> expected = rows(made.result());
    assertThat(expected.get(8))
        .isEqualTo(
            "false|8|2.00|18270|[8,8]|{\"x\":8,\"y\":\"8\"}|[{\"key\":\"k\",\"value\":8}]|8|null|8");
    try (SharedTable first = made.result()) {
      InvocationOutcome.Completed second = call("def f(data):\n  return data\n", first);
      assertThat(second.figures().passedBytes())
          .isGreaterThan(second.figures().outputBytes() * 3 / 4);
      try (SharedTable result = second.result()) {
        assertThat(rows(result)).isEqualTo(expected);
        InvocationOutcome.Completed third =
            call("def f(data):\n  return data.slice(1_600, 20_001)\n", result);
        assertThat(third.figures().passedBytes()).isPositive();
        assertThat(fixture.rows(third)).isEqualTo(expected.subList(1_600, 21_601));
      }
    }
  }

  /// Who cannot map columns gets one file.
  @Test
  void asOneFile() throws Exception {
    try (SharedTable table = numbers();
        SharedTable result = call("def f(data):\n  return data\n", table).result();
        VectorSchemaRoot root = SharedMemory.view(result.path(), fixture.allocator)) {
      assertThat(root.getRowCount()).isEqualTo(ROWS);
      assertThat(root.getVector("id").getObject(77)).isEqualTo(77L);
      assertThat(root.getVector("country").getObject(75)).isNull();
    }
  }

  @Test
  void littleOfALargeTableDoesNotKeepIt() {
    try (SharedTable table = numbers()) {
      InvocationOutcome.Completed completed =
          call("def f(data):\n  return data.select(['id']).slice(0, 20_000)\n", table);
      assertThat(completed.figures().passedBytes()).isZero();
      assertThat(fixture.rows(completed)).hasSize(20_000);
    }
  }

  /// The harness runs in the function's process, so a function can say anything in its place.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[0, [[1, 0, 0, 0]]]]", // an argument that is not there
        "[[0, [[-1, 0, 0, 0]]]]",
        "[[0, [[0, 1, 0, 0]]]]", // a batch
        "[[0, [[0, 0, 3, 0]]]]", // a column
        "[[0, [[0, 0, -1, 0]]]]",
        "[[0, [[0, 0, 0, 1]]]]", // one row too many
        "[[0, [[0, 0, 0, -8]]]]",
        "[[0, [[0, 0, 0, 9223372036854775807]]]]",
        "[[0, [[0, 0, 0, 1e300]]]]",
        "[[0, []]]",
        "[[0, [[0, 0, 0, 0], [0, 0, 0, 0]]]]", // more pieces than batches
        "[[0, [\"a\"]]]",
        "[[0]]",
        "[[\"x\", [[0, 0, 0, 0]]]]",
        "[[2, [[0, 0, 0, 0]]]]", // a column of the result that is not there
        "[[1, [[0, 0, 0, 0]]]]", // one that holds values
        "[7]",
      })
  void liesAreViolations(String passed) {
    try (SharedTable table = numbers()) {
      InvocationOutcome outcome = lie(passed, table);
      assertThat(outcome).as(passed).isInstanceOf(InvocationOutcome.SandboxViolation.class);
    }
  }

  @Test
  void theSameWordsWithoutALieAreTaken() {
    try (SharedTable table = numbers()) {
      InvocationOutcome outcome = lie("[[0, [[0, 0, 1, 0]]]]", table);
      assertThat(fixture.rows(outcome)).hasSize(ROWS).contains("3.5|7", "4.0|8");
    }
  }

  private static InvocationOutcome lie(String passed, SharedTable table) {
    return fixture.call(
        function(
            Style.MODEL,
            PLAIN,
            """
            import json, os, sys
            import pyarrow as pa
            def f(data):
              request = sys._getframe(1).f_locals["request"]
              made = pa.table({"a": pa.nulls(data.num_rows), "b": data["id"]})
              with pa.PythonFile(open(request["result"], "wb"), "w") as out:
                with pa.ipc.new_file(out, made.schema) as writer:
                  writer.write_table(made)
              with open(request["control"], "w") as out:
                out.write('{"status": "ok", "marks": {}, "passed": %s}')
              os._exit(0)
            """
                .formatted(passed)),
        new InvocationInput.Shared(table));
  }
}
