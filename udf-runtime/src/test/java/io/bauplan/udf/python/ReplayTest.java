package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.PLAIN;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.TableSemantics;
import io.bauplan.udf.python.Replay.ReplayException;
import io.bauplan.udf.python.Replay.Wish;
import io.bauplan.udf.replay.KeepPolicy;
import io.bauplan.udf.replay.KeptCall;
import io.bauplan.udf.replay.KeptCalls;
import io.bauplan.udf.sandbox.SandboxPolicy;
import io.bauplan.udf.shm.SegmentTable;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls that fail are kept, and made again in a real debugger.
class ReplayTest {
  private static final String SECRET = "s3cr3t";
  private static final String CODE =
      """
      def f(data, token):
          ids = data.column("id").to_pylist()
          total = sum(ids) + len(token)
          return ids[total]
      """;

  @TempDir Path folder;
  private RuntimeFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new RuntimeFixture();
    forget();
  }

  @AfterEach
  void close() throws IOException {
    forget();
    fixture.close();
  }

  private static KeptCalls kept() {
    return new KeptCalls(RuntimeFixture.STORE, KeepPolicy.DEFAULT);
  }

  /// Other tests of this store fail calls too.
  private static void forget() throws IOException {
    io.bauplan.udf.environment.FileTrees.delete(RuntimeFixture.STORE.resolve("failed"));
  }

  private static FunctionDefinition withToken(String text) {
    FunctionDefinition one = function(Style.MODEL, PLAIN, text);
    return new FunctionDefinition(
        one.name(),
        one.language(),
        one.handler(),
        one.source(),
        one.style(),
        one.environment(),
        List.of(
            new FunctionParameter.Table("data", Optional.empty(), TableSemantics.SET),
            new FunctionParameter.Scalar(
                "token", RuntimeFixture.field("token", RuntimeFixture.TEXT), false)),
        one.returns(),
        one.limits(),
        false);
  }

  private InvocationOutcome fail(String id, InvocationInput table) {
    Invocation invocation =
        new Invocation(
            id,
            withToken(CODE),
            List.of(table, new InvocationInput.Value(SECRET)),
            OutputListener.NONE,
            Set.of(SECRET));
    return fixture.start(invocation).await();
  }

  private String replay(KeptCall call, Wish wish) throws Exception {
    Path output = folder.resolve("output");
    Files.deleteIfExists(output);
    try (Replay replay =
        Replay.start(
            call,
            wish,
            fixture.runtime.environments(),
            SandboxPolicy.DEFAULT,
            Redirect.to(output.toFile()))) {
      assertThat(replay.await()).as(Files.readString(output)).isEmpty();
    }
    return Files.readString(output);
  }

  private static Wish wish(Wish.Isolation isolation, Wish.Stop stop, String... commands) {
    return new Wish(isolation, stop, List.of(commands), Map.of("token", "given"));
  }

  @Test
  void stopsWhereTheCallFailedWithWhatItHad() throws Exception {
    assertThat(fail("job1-f", fixture.numbers(10)))
        .isInstanceOf(InvocationOutcome.UserFailed.class);
    assertThat(kept().list()).hasSize(1);
    KeptCall call = kept().list().getFirst();
    assertThat(call.isOf("job1")).isTrue();
    assertThat(call.isOf("job2")).isFalse();
    assertThat(call.failure()).contains("IndexError").contains("(line 4)");
    assertThat(
            replay(
                call,
                wish(
                    Wish.Isolation.SANDBOX,
                    Wish.Stop.WHERE_IT_FAILS,
                    "p 'total', total, token, data.num_rows",
                    "p __import__('os').path.exists('%s')".formatted(folder))))
        .contains("IndexError: list index out of range")
        .contains("f.py(4)f()")
        .contains("('total', 50, 'given', 10)")
        .endsWith("False\n\n"); // nothing of the host is there
  }

  @Test
  void stopsAtTheFirstLineInTheOpen() throws Exception {
    fail("job-f", fixture.numbers(10));
    assertThat(
            replay(
                kept().list().getFirst(),
                wish(
                    Wish.Isolation.NONE,
                    Wish.Stop.FIRST_LINE,
                    "p 'ids' in locals()",
                    "next",
                    "p ids[:3]",
                    "p __import__('os').path.exists('%s')".formatted(folder),
                    "token = 'longer than it was'",
                    "continue",
                    "p total")))
        .containsSubsequence("f.py(2)f()", "False", "f.py(3)f()", "[0, 1, 2]", "True")
        .containsSubsequence("IndexError", "f.py(4)f()", "63");
  }

  @Test
  void keepsColumnsOfSeveralBatches() throws Exception {
    InvocationInput.Table input = fixture.numbers(1000, 3);
    Schema schema = input.schema();
    try (SegmentTable table = MappedColumnsTest.shared(schema, input.batches())) {
      fail("job-f", new InvocationInput.Columns(table));
    }
    assertThat(
            replay(
                kept().list().getFirst(),
                wish(
                    Wish.Isolation.SANDBOX,
                    Wish.Stop.WHERE_IT_FAILS,
                    "p data.num_rows, data.column('id').num_chunks, sum(ids)",
                    "p data.column('country').null_count, data.column('country')[998].as_py()")))
        .contains("(1000, 3, 499500)")
        .contains("(200, 'C4')");
  }

  @Test
  void showsAResultThatIsRefused() throws Exception {
    String text = "def f(data):\n    return 42\n";
    fixture.call(function(Style.MODEL, PLAIN, text), fixture.numbers(3));
    assertThat(
            replay(
                kept().list().getFirst(),
                wish(Wish.Isolation.SANDBOX, Wish.Stop.WHERE_IT_FAILS, "p result")))
        .contains("WrongResult")
        .endsWith("42\n\n");
  }

  @Test
  void keepsNoSecretAndAsksForIt() throws Exception {
    fail("job-f", fixture.numbers(10));
    KeptCall call = kept().list().getFirst();
    assertThat(call.secrets()).containsExactly("token");
    try (Stream<Path> files = Files.walk(RuntimeFixture.STORE.resolve("failed"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
            .doesNotContain(SECRET);
      }
    }
    Wish wish = new Wish(Wish.Isolation.SANDBOX, Wish.Stop.FIRST_LINE, List.of("q"), Map.of());
    assertThatThrownBy(() -> replay(call, wish))
        .isInstanceOf(ReplayException.class)
        .hasMessageContaining("--param token=");
  }

  @Test
  void saysWhatWasTooLargeAndKeepsNothingThatWentWell() throws Exception {
    fixture.call(
        function(Style.MODEL, PLAIN, "def f(data):\n    return data\n"), fixture.numbers(3));
    assertThat(kept().list()).isEmpty();
    fixture.close();
    KeepPolicy little = new KeepPolicy(100, 1000, Duration.ofDays(1));
    fixture = new RuntimeFixture(RuntimeConfig.of(RuntimeFixture.STORE).withFailed(little));
    fail("large-f", fixture.numbers(1000));
    KeptCall call = kept().list().getFirst();
    assertThat(call.bytes()).isZero();
    assertThatThrownBy(() -> replay(call, wish(Wish.Isolation.SANDBOX, Wish.Stop.FIRST_LINE, "q")))
        .isInstanceOf(ReplayException.class)
        .hasMessageContaining("BAUPLAN_KEEP_FAILED_MB");
    forget();
    fixture.close();
    KeepPolicy off = KeepPolicy.of(Map.of("BAUPLAN_KEEP_FAILED_MB", "0"));
    fixture = new RuntimeFixture(RuntimeConfig.of(RuntimeFixture.STORE).withFailed(off));
    fail("off-f", fixture.numbers(3));
    assertThat(kept().list()).isEmpty();
  }

  @Test
  void letsOldCallsGo() throws IOException {
    fixture.close();
    KeepPolicy two = new KeepPolicy(1000, 500, Duration.ofDays(1));
    fixture = new RuntimeFixture(RuntimeConfig.of(RuntimeFixture.STORE).withFailed(two));
    for (int i = 0; i < 4; i++) {
      fail("job" + i + "-f", fixture.numbers(7)); // somewhat more than 100 bytes
    }
    List<String> ids = kept().list().stream().map(KeptCall::id).toList();
    assertThat(ids).first().isEqualTo("job3-f");
    assertThat(kept().list().stream().mapToLong(KeptCall::bytes).sum()).isBetween(1L, 500L);
    assertThat(ids.size()).isLessThan(4);
  }
}
