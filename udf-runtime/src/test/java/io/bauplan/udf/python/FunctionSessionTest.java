package io.bauplan.udf.python;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionSession;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.SharedTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One process for many calls, and for inputs that never exist as a whole.
class FunctionSessionTest {
  private static final Schema IDS =
      new Schema(List.of(RuntimeFixture.field("id", RuntimeFixture.LONG)));
  private static final FunctionLimits PATIENT =
      RuntimeFixture.limits(Duration.ofMinutes(2), OptionalLong.empty(), 1 << 30);

  private static FunctionDefinition function(String text, FunctionLimits limits) {
    return RuntimeFixture.function(
        Style.SQL,
        RuntimeFixture.PLAIN,
        "import pyarrow as pa\n" + text,
        RuntimeFixture.returning(RuntimeFixture.field("n", RuntimeFixture.LONG)),
        limits);
  }

  private static FunctionSession open(
      RuntimeFixture fixture, FunctionDefinition function, boolean streams) {
    return fixture.runtime.open(
        new Invocation(
            "test", function, List.of(new InvocationInput.Stream(IDS)), OutputListener.NONE),
        streams);
  }

  /// Rows 0, 1, ... of calls of so many rows each.
  private static void give(RuntimeFixture fixture, FunctionSession session, Integer... calls) {
    int rows = Arrays.stream(calls).mapToInt(n -> n).sum();
    try (VectorSchemaRoot root = VectorSchemaRoot.create(IDS, fixture.allocator)) {
      BigIntVector id = (BigIntVector) root.getVector(0);
      id.allocateNew(rows);
      for (int i = 0; i < rows; i++) {
        id.set(i, i);
      }
      root.setRowCount(rows);
      session.give(List.of(calls), List.of(root).iterator());
    }
  }

  private static List<Long> numbers(RuntimeFixture fixture, Optional<SharedTable> answer) {
    List<Long> numbers = new ArrayList<>();
    try (SharedTable table = answer.orElseThrow();
        VectorSchemaRoot root = table.batch(0, fixture.allocator)) {
      BigIntVector n = (BigIntVector) root.getVector(0);
      for (int i = 0; i < root.getRowCount(); i++) {
        numbers.add(n.get(i));
      }
    }
    return numbers;
  }

  private static InvocationOutcome end(FunctionSession session) {
    session.finish();
    InvocationOutcome outcome = session.end();
    if (outcome instanceof InvocationOutcome.Completed completed) {
      completed.result().close();
    }
    return outcome;
  }

  @ParameterizedTest
  @EnumSource(ServedBy.class)
  void servesCallAfterCall(ServedBy path) throws Exception {
    FunctionDefinition counts =
        function(
            """
            calls = 0
            def f(data):
                global calls
                calls += 1
                return pa.table({'n': [data.num_rows * 100 + calls]})
            """,
            PATIENT);
    try (RuntimeFixture fixture = new RuntimeFixture(path)) {
      if (path == ServedBy.ZYGOTE) {
        assertThat(fixture.runtime.awaitZygote(RuntimeFixture.PLAIN)).isTrue();
      }
      try (FunctionSession session = open(fixture, counts, false)) {
        give(fixture, session, 3, 1, 0);
        assertThat(numbers(fixture, session.receive())).containsExactly(301L, 102L, 3L);
        give(fixture, session, 50_000);
        assertThat(numbers(fixture, session.receive())).containsExactly(5_000_004L);
        assertThat(end(session))
            .isInstanceOfSatisfying(
                InvocationOutcome.Completed.class,
                c ->
                    assertThat(c.figures().path())
                        .startsWith(path == ServedBy.ZYGOTE ? "zygote" : "direct"));
      }
      // A process of its own each time: nothing is left of the other.
      try (FunctionSession session = open(fixture, counts, false)) {
        give(fixture, session, 2);
        assertThat(numbers(fixture, session.receive())).containsExactly(201L);
        assertThat(end(session)).isInstanceOf(InvocationOutcome.Completed.class);
      }
      assertThat(fixture.runtime.sharedMemoryFolder().toFile().list((d, n) -> n.startsWith("s")))
          .isEmpty();
    }
  }

  @Test
  void tellsWhatGoesWrong() throws Exception {
    try (RuntimeFixture fixture = new RuntimeFixture()) {
      FunctionDefinition raises =
          function(
              """
              def f(data):
                  if data.num_rows == 2:
                      raise ValueError('two')
                  return pa.table({'n': data['id']})
              """,
              PATIENT);
      try (FunctionSession session = open(fixture, raises, false)) {
        give(fixture, session, 1);
        assertThat(numbers(fixture, session.receive())).containsExactly(0L);
        give(fixture, session, 3, 2);
        assertThat(session.receive()).isEmpty();
        assertThat(session.end())
            .isInstanceOfSatisfying(
                InvocationOutcome.UserFailed.class,
                failed -> {
                  assertThat(failed.message()).isEqualTo("two");
                  assertThat(failed.line()).contains(4);
                });
      }
      FunctionDefinition sleeps =
          function(
              "import time\ndef f(data):\n    time.sleep(60)\n",
              RuntimeFixture.limits(Duration.ofSeconds(3), OptionalLong.empty(), 1 << 30));
      failsWith(fixture, sleeps, InvocationOutcome.LimitExceeded.class, "ran longer");
      FunctionDefinition large =
          function(
              "def f(data):\n    return pa.table({'n': list(range(100000))})\n",
              RuntimeFixture.limits(Duration.ofMinutes(1), OptionalLong.empty(), 100_000));
      failsWith(fixture, large, InvocationOutcome.LimitExceeded.class, "returned too much");
      FunctionDefinition exits = function("import os\ndef f(data):\n    os._exit(0)\n", PATIENT);
      failsWith(fixture, exits, InvocationOutcome.Crashed.class, "without returning");
    }
  }

  @Test
  void takesWhatAModelYields() throws Exception {
    try (RuntimeFixture fixture = new RuntimeFixture()) {
      String yields =
          "import pyarrow as pa\ndef f(data):\n    for i in range(%d):\n"
              + "        yield pa.table({'n': [i]})\n";
      assertThat(fixture.rows(fixture.model(yields.formatted(3)))).containsExactly("0", "1", "2");
      assertThat(fixture.model(yields.formatted(0)).toString()).contains("yielded no table");
    }
  }

  /// The socket is in the function's reach: what it writes there itself is refused.
  @Test
  void doesNotBelieveWhatComes() throws Exception {
    String finds =
        """
        import os, stat, struct
        def socket():
            for n in range(3, 64):
                try:
                    if stat.S_ISSOCK(os.fstat(n).st_mode):
                        return n
                except OSError:
                    pass
        def f(data):
            body = %s
            os.write(socket(), struct.pack('<q', %s) + body)
            import time; time.sleep(60)
        """;
    try (RuntimeFixture fixture = new RuntimeFixture()) {
      FunctionDefinition garbage = function(finds.formatted("b'x' * 4096", "4096"), PATIENT);
      failsWith(fixture, garbage, InvocationOutcome.SandboxViolation.class, "well-formed");
      FunctionDefinition endless = function(finds.formatted("b''", "1 << 60"), PATIENT);
      failsWith(fixture, endless, InvocationOutcome.LimitExceeded.class, "too much");
      FunctionDefinition negative = function(finds.formatted("b''", "-1"), PATIENT);
      failsWith(fixture, negative, InvocationOutcome.LimitExceeded.class, "too much");
      String other =
          "bytes((lambda s: (pa.ipc.new_file(s, pa.schema([('m', pa.string())])).close(),"
              + " s.getvalue())[1])(pa.BufferOutputStream()))";
      FunctionDefinition columns = function(finds.formatted(other, "len(body)"), PATIENT);
      failsWith(fixture, columns, InvocationOutcome.SandboxViolation.class, "other columns");
    }
  }

  private static void failsWith(
      RuntimeFixture fixture,
      FunctionDefinition function,
      Class<? extends InvocationOutcome> kind,
      String message) {
    try (FunctionSession session = open(fixture, function, false)) {
      give(fixture, session, 1);
      assertThat(session.receive()).isEmpty();
      assertThat(session.end()).isInstanceOf(kind);
      assertThat(session.end().toString()).contains(message);
    }
  }

  /// 400 MB through a function that may have 128 MB, both ways.
  @ParameterizedTest
  @EnumSource(ServedBy.class)
  void streamsMoreThanItsMemory(ServedBy path) throws Exception {
    FunctionDefinition passes =
        function(
            """
            def f(data: pa.RecordBatchReader):
                for batch in data:
                    yield pa.table({'n': batch['id']})
            """,
            RuntimeFixture.limits(Duration.ofMinutes(2), OptionalLong.of(128L << 20), 1L << 31));
    try (RuntimeFixture fixture = new RuntimeFixture(path)) {
      if (path == ServedBy.ZYGOTE) {
        assertThat(fixture.runtime.awaitZygote(RuntimeFixture.PLAIN)).isTrue();
      }
      assertThat(fixture.runtime.streams(passes).input()).hasValue(0);
      assertThat(fixture.runtime.streams(passes).output()).isTrue();
      int parts = 50;
      int rows = 1 << 20;
      try (FunctionSession session = open(fixture, passes, true)) {
        Thread feeder =
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < parts; i++) {
                        give(fixture, session, rows);
                      }
                      session.finish();
                    });
        long received = 0;
        Optional<SharedTable> table = session.receive();
        for (; table.isPresent(); table = session.receive()) {
          received += table.get().rowCount();
          table.get().close();
        }
        feeder.join();
        InvocationOutcome outcome = session.end();
        assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
        ((InvocationOutcome.Completed) outcome).result().close();
        assertThat(received).isEqualTo((long) parts * rows);
      }
    }
  }
}
