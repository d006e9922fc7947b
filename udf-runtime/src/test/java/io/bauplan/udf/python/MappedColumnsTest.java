package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.PANDAS;
import static io.bauplan.udf.python.RuntimeFixture.PLAIN;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.sandbox.SandboxPolicy;
import io.bauplan.udf.shm.Segment;
import io.bauplan.udf.shm.SegmentColumn;
import io.bauplan.udf.shm.SegmentTable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Functions over columns that lie in shared memory, in real processes.
@ParameterizedClass
@EnumSource(ServedBy.class)
class MappedColumnsTest {
  /// What every function below begins with: where the buffers of a table lie, and in what.
  private static final String PRELUDE =
      """
      import ctypes, os
      import pyarrow as pa
      def mappings():
        found = []
        for line in open("/proc/self/maps"):
          if "memfd:bauplan-column" in line:
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            found.append((start, end, line.split()[1]))
        return found
      def addresses(data):
        return [(b.address, b.size) for c in data.columns for chunk in c.chunks
                for b in chunk.buffers() if b is not None and b.size > 0]
      """;

  @Parameter ServedBy served;
  private static ServedBy path = ServedBy.DIRECT;
  private static RuntimeFixture fixture;

  @BeforeParameterizedClassInvocation
  static void open(ServedBy servedBy) throws IOException {
    assertThat(Segment.problem()).as("these tests need memfd_create").isEmpty();
    path = servedBy;
    fixture = new RuntimeFixture(path);
    assertThat(fixture.runtime.sandboxNotice())
        .as("these tests need root or unprivileged user namespaces")
        .isEmpty();
  }

  @AfterParameterizedClassInvocation
  static void close() {
    fixture.close();
  }

  @BeforeEach
  void forgetPrints() {
    fixture.lines.clear();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Segment.openCount()).as("segments that nobody closed").isZero();
  }

  static SegmentTable shared(Schema schema, Iterator<VectorSchemaRoot> roots) throws IOException {
    List<SegmentTable.Batch> batches = new ArrayList<>();
    while (roots.hasNext()) {
      VectorSchemaRoot root = roots.next();
      List<SegmentColumn> columns = new ArrayList<>();
      for (FieldVector vector : root.getFieldVectors()) {
        try (SegmentColumn.Writer writer =
            SegmentColumn.writer(vector.getField(), root.getRowCount())) {
          writer.append(vector);
          columns.add(writer.finish());
        }
      }
      batches.add(new SegmentTable.Batch(root.getRowCount(), columns));
    }
    return new SegmentTable(schema, batches, 0);
  }

  private static SegmentTable numbers(int rows, int batches) throws IOException {
    InvocationInput.Table input = fixture.numbers(rows, batches);
    return shared(input.schema(), input.batches());
  }

  private static InvocationOutcome call(String body, SegmentTable table) {
    return fixture.call(
        function(Style.MODEL, PLAIN, PRELUDE + body), new InvocationInput.Columns(table));
  }

  @Test
  void aFunctionSeesTheColumnsWhereTheyLie() throws IOException {
    try (SegmentTable table = numbers(10_000, 3)) {
      InvocationOutcome outcome =
          call(
              """
              def f(data):
                maps, buffers = mappings(), addresses(data)
                inside = [any(s <= a and a + n <= e for s, e, _ in maps) for a, n in buffers]
                print(len(maps), len(buffers), all(inside), {p for _, _, p in maps})
                print(pa.total_allocated_bytes())
                return data.slice(0, 1)
              """,
              table);

      assertThat(fixture.rows(outcome)).containsExactly("0|0.0|null");
      // Nine segments; ids and dollars have no nulls, countries have bits, offsets and bytes.
      assertThat(fixture.lines).containsExactly("O:9 15 True {'r--s'}", "O:0");
      var figures = ((InvocationOutcome.Completed) outcome).figures();
      assertThat(figures.copiedBytes()).isZero();
      assertThat(figures.inputBytes()).isEqualTo(table.byteSize()).isGreaterThan(160_000);
      assertThat(figures.inputRows()).isEqualTo(10_000);
    }
  }

  @Test
  void copiesAreCountedAsSuch() {
    InvocationOutcome outcome = fixture.model("def f(data):\n  return data\n");

    assertThat(fixture.rows(outcome)).hasSize(3);
    var figures = ((InvocationOutcome.Completed) outcome).figures();
    assertThat(figures.copiedBytes()).isEqualTo(figures.inputBytes()).isPositive();
  }

  @Test
  void valuesOfAllTypesAreTheSameAsByCopy() throws IOException {
    String make =
        """
        import pyarrow as pa, datetime as d, decimal
        def f(data):
          n = 300
          some = lambda make: [None if i % 7 == 3 else make(i) for i in range(n)]
          ints = pa.list_(pa.int64())
          pair = pa.struct([("l", pa.string()), ("r", pa.list_(pa.string()))])
          return pa.table({
            "flag": pa.array(some(lambda i: i % 3 == 0)),
            "small": pa.array(some(lambda i: i), pa.int32()),
            "money": pa.array(some(lambda i: decimal.Decimal(i) / 4), pa.decimal128(12, 2)),
            "day": pa.array(some(lambda i: d.date(2024, 1, 1) + d.timedelta(i))),
            "at": pa.array(some(lambda i: d.datetime(2024, 1, 1, i % 24)), pa.timestamp("us")),
            "text": pa.array(some(lambda i: "é" * (i % 5))),
            "raw": pa.array(some(lambda i: bytes([i % 256] * (i % 4)))),
            "list": pa.array(some(lambda i: list(range(i % 4))), ints),
            "pair": pa.array(some(lambda i: {"l": str(i), "r": ["x"] * (i % 3)}), pair),
            "map": pa.array(some(lambda i: [("k%d" % j, j) for j in range(i % 3)]),
                            pa.map_(pa.string(), pa.int64())),
            "none": pa.array([""] * n)})
        """;
    String tell =
        """
        import pyarrow as pa, hashlib
        def f(data):
          data.validate(full=True)
          rows = data.to_pylist()
          text = "\\n".join(repr(row) for row in rows)
          return pa.table({"rows": [len(rows)], "hash": [hashlib.md5(text.encode()).hexdigest()]})
        """;
    InvocationOutcome made = fixture.model(make);
    try (SharedTable result = ((InvocationOutcome.Completed) made).result();
        VectorSchemaRoot root = result.batch(0, fixture.allocator);
        SegmentTable columns = shared(result.schema(), List.of(root).iterator())) {
      var teller = function(Style.MODEL, PLAIN, tell);
      var copied = fixture.rows(fixture.call(teller, new InvocationInput.Shared(result)));
      var mapped = fixture.rows(fixture.call(teller, new InvocationInput.Columns(columns)));

      assertThat(mapped).isEqualTo(copied).hasSize(1);
      assertThat(mapped.getFirst()).startsWith("300|");
    }
  }

  @Test
  void nobodyCanWriteToTheColumns() throws IOException {
    try (SegmentTable table = numbers(1000, 1)) {
      InvocationOutcome protect =
          call(
              """
              def f(data):
                start, end, _ = mappings()[0]
                mprotect = ctypes.CDLL(None).mprotect
                print(mprotect(ctypes.c_void_p(start), ctypes.c_size_t(4096), 3))
                print([n for n in os.listdir("/proc/self/fd")
                       if "memfd" in (os.readlink("/proc/self/fd/" + n) if os.path.islink(
                           "/proc/self/fd/" + n) else "")])
                return data.slice(0, 1)
              """,
              table);
      assertThat(fixture.rows(protect)).hasSize(1);
      assertThat(fixture.lines).containsExactly("O:-1", "O:[]");

      InvocationOutcome write =
          call(
              """
              def f(data):
                ctypes.memset(addresses(data)[0][0], 1, 8)
                return data
              """,
              table);
      assertThat(write).isInstanceOf(InvocationOutcome.Crashed.class);
      assertThat(((InvocationOutcome.Crashed) write).message()).contains("signal 11");

      InvocationOutcome after = call("def f(data):\n  return data.slice(1, 1)\n", table);
      assertThat(fixture.rows(after)).containsExactly("1|0.5|C1");

      // Not even this process, whose the segments are.
      Path own =
          Path.of(
              "/proc/self/fd/"
                  + ((Segment) table.batches().getFirst().columns().getFirst().memory()).file());
      assertThatThrownBy(
              () -> {
                try (FileChannel channel = FileChannel.open(own, StandardOpenOption.WRITE)) {
                  channel.write(java.nio.ByteBuffer.wrap(new byte[8]), 0);
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aFunctionSeesNoColumnThatItWasNotGiven() throws IOException {
    try (SegmentTable others = numbers(5000, 2);
        SegmentTable table = numbers(10, 1)) {
      InvocationOutcome outcome =
          call(
              """
              def f(data):
                print(len(mappings()))
                open_to_all = []
                for process in [n for n in os.listdir("/proc") if n.isdigit()]:
                  try:
                    for name in os.listdir("/proc/%s/fd" % process):
                      if "memfd" in os.readlink("/proc/%s/fd/%s" % (process, name)):
                        open_to_all.append(name)
                  except OSError:
                    pass
                print(open_to_all)
                return data
              """,
              table);

      assertThat(fixture.rows(outcome)).hasSize(10);
      assertThat(fixture.lines).containsExactly("O:3", "O:[]");
      assertThat(others.rowCount()).isEqualTo(5000);
    }
  }

  @Test
  void columnsStayWhileAFunctionReadsThem() throws Exception {
    SegmentTable table = numbers(100_000, 4);
    CountDownLatch started = new CountDownLatch(1);
    OutputListener listener = (stream, text) -> started.countDown();
    RunningInvocation running =
        fixture.start(
            new Invocation(
                "evicted",
                function(
                    Style.MODEL,
                    PLAIN,
                    """
                    import pyarrow as pa, pyarrow.compute as pc, time
                    def f(data):
                      print("started")
                      time.sleep(0.5)
                      return pa.table({"sum": [pc.sum(data["id"]).as_py()]})
                    """),
                List.of(new InvocationInput.Columns(table)),
                listener));
    // The owner lets go, as the cache does when it needs room; others take memory in its place.
    table.close();
    assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
    try (SegmentTable other = numbers(100_000, 4)) {
      assertThat(fixture.rows(running.await())).containsExactly("4999950000");
      assertThat(other.rowCount()).isEqualTo(100_000);
    }
  }

  @Test
  void pandasMayWriteToItsOwnCopy() throws IOException {
    try (SegmentTable table = numbers(1000, 2)) {
      InvocationOutcome outcome =
          fixture.call(
              function(
                  Style.SQL,
                  PANDAS,
                  "def f(data):\n"
                      + "  data['usd'][:] = 7.0\n"
                      + "  data['id'] += 1\n"
                      + "  return data.head(1)\n"),
              new InvocationInput.Columns(table));

      assertThat(fixture.rows(outcome)).containsExactly("1|7.0|null");
    }
  }

  @ParameterizedTest
  @EnumSource(SandboxLevel.class)
  void columnsReachFunctionsAtEveryLevel(SandboxLevel level) throws IOException {
    SandboxPolicy policy = SandboxPolicy.DEFAULT.withLevels(level, SandboxLevel.D);
    try (RuntimeFixture at =
            new RuntimeFixture(RuntimeConfig.of(RuntimeFixture.STORE).withSandbox(policy), path);
        SegmentTable table = numbers(3, 1)) {
      InvocationOutcome outcome =
          at.call(
              function(Style.MODEL, PLAIN, "def f(data):\n  return data\n"),
              new InvocationInput.Columns(table));

      assertThat(at.rows(outcome)).containsExactly("0|0.0|null", "1|0.5|C1", "2|1.0|C2");
      assertThat(((InvocationOutcome.Completed) outcome).figures().sandboxLevel())
          .isEqualTo(level.name());
    }
  }
}
