package io.bauplan.udf.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionSession;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.sandbox.SandboxPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Attacks on the socket over which a process takes part after part and answers each
/// (`attacks/session.txt`): whatever it writes there is refused with a named outcome, or is its own
/// result. At every level: the socket is the same. `tests/attacks` makes them as [AttackSuiteTest].
class SessionAttackTest {
  private static final String PATHS = System.getProperty("attacks.paths", "ZYGOTE");
  private static final String LEVELS = System.getProperty("attacks.levels", "");
  private static final String ONLY = System.getProperty("attacks.only", "");
  private static final long MOST_MILLIS = 60_000;
  private static final long OUTPUT = 8L << 20;
  private static final Schema IDS =
      new Schema(List.of(RuntimeFixture.field("id", RuntimeFixture.LONG)));
  private static final String HELP =
      """

      import stat
      def exchange():
        for n in range(3, 256):
          try:
            if stat.S_ISSOCK(os.fstat(n).st_mode):
              return n
          except OSError:
            pass
        raise Breached("found no socket: these attacks must be written anew")

      def write(content):
        while content:
          content = content[os.write(exchange(), content):]

      def reply(content):
        write(long(len(content)) + content)

      def answer(data):
        return pa.table({"n": [data.num_rows]})

      calls = 0
      def f(data):
        global calls
        calls += 1
        if calls == 1:
          return answer(data)
        attack(data)
        return answer(data)

      def attack(data):
      """;

  static Stream<String> places() {
    return AttackSuiteTest.places();
  }

  @ParameterizedTest
  @MethodSource("places")
  void isContained(String place) throws Exception {
    String wanted = place.substring(0, place.indexOf(' '));
    ServedBy path = ServedBy.valueOf(place.substring(place.indexOf(' ') + 1));
    SandboxPolicy policy =
        wanted.isEmpty()
            ? SandboxPolicy.DEFAULT
            : SandboxPolicy.DEFAULT.withLevels(SandboxLevel.valueOf(wanted), SandboxLevel.D);
    try (RuntimeFixture fixture =
        new RuntimeFixture(RuntimeConfig.of(RuntimeFixture.STORE).withSandbox(policy), path)) {
      if (path == ServedBy.ZYGOTE) {
        assertThat(fixture.runtime.awaitZygote(RuntimeFixture.PLAIN)).isTrue();
      }
      String level = level(fixture);
      assumeTrue(
          wanted.isEmpty() || wanted.equals(level),
          "this machine cannot enforce level " + wanted + ": NOTHING WAS TRIED");
      List<String> got = new ArrayList<>();
      List<Attack> attacks =
          Attack.of("session.txt").stream().filter(a -> a.name().contains(ONLY)).toList();
      for (Attack attack : attacks) {
        long descriptors = descriptors();
        long begun = System.nanoTime();
        String outcome = attempt(fixture, attack);
        long millis = (System.nanoTime() - begun) / 1_000_000;
        System.out.printf(
            Locale.ROOT, "%-45s %s %-6s %5d ms %s%n", attack.name(), level, path, millis, outcome);
        if (!attack.blocked().contains(outcome) || millis > MOST_MILLIS) {
          got.add(attack.name() + ": " + outcome + " after " + millis + " ms");
        }
        assertThat(descriptors()).as(attack.name()).isLessThan(descriptors + 20);
      }
      assertThat(got).as("level %s, %s", level, path).isEmpty();
      assertThat(level(fixture)).isEqualTo(level);
      assertNothingLeft(fixture);
      System.out.printf(
          Locale.ROOT,
          "%d attacks on sessions at level %s, path %s: all blocked; the worker is unharmed%n",
          attacks.size(),
          level,
          path);
    }
  }

  private static String level(RuntimeFixture fixture) {
    InvocationOutcome outcome = fixture.model("def f(data):\n  return data\n");
    assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
    InvocationOutcome.Completed completed = (InvocationOutcome.Completed) outcome;
    completed.result().close();
    return completed.figures().sandboxLevel();
  }

  /// One honest answer, then the attack, then two parts more.
  private static String attempt(RuntimeFixture fixture, Attack attack) {
    FunctionDefinition function =
        RuntimeFixture.function(
            Style.SQL,
            RuntimeFixture.PLAIN,
            Attack.resource("prelude.py") + HELP + attack.body().indent(2),
            RuntimeFixture.returning(RuntimeFixture.field("n", RuntimeFixture.LONG)),
            new FunctionLimits(OptionalLong.of(512L << 20), attack.timeout(), OUTPUT, false));
    try (FunctionSession session =
        fixture.runtime.open(
            new Invocation(
                "attack", function, List.of(new InvocationInput.Stream(IDS)), OutputListener.NONE),
            false)) {
      for (int part = 0; part < 4; part++) {
        give(fixture, session, 3);
        Optional<SharedTable> answer = session.receive();
        if (answer.isEmpty()) {
          assertThat(part).as(attack.name()).isPositive();
          break;
        }
        try (SharedTable table = answer.get();
            VectorSchemaRoot root = table.batch(0, fixture.allocator)) {
          assertThat(root.getVector(0)).isInstanceOf(BigIntVector.class);
        }
      }
      session.finish();
      InvocationOutcome outcome = session.end();
      if (outcome instanceof InvocationOutcome.Completed completed) {
        completed.result().close();
      }
      return Attack.named(outcome);
    }
  }

  private static void give(RuntimeFixture fixture, FunctionSession session, int rows) {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(IDS, fixture.allocator)) {
      BigIntVector id = (BigIntVector) root.getVector(0);
      id.allocateNew(rows);
      for (int i = 0; i < rows; i++) {
        id.set(i, i);
      }
      root.setRowCount(rows);
      session.give(List.of(rows), List.of(root).iterator());
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  private static void assertNothingLeft(RuntimeFixture fixture) throws IOException {
    try (Stream<Path> all = Files.list(fixture.runtime.sharedMemoryFolder())) {
      assertThat(all.map(p -> p.getFileName().toString()))
          .allMatch(name -> name.equals(".owner") || name.startsWith("zygote-"));
    }
  }
}
