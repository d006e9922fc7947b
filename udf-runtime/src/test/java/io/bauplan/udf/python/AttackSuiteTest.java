package io.bauplan.udf.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.FunctionLimits;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationInput;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.sandbox.SandboxPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Attacks from inside a function, at every level and by every path: at A and B each is blocked
/// with a named outcome and nothing outside is touched; what is not blocked at C is listed in
/// `attacks/not-blocked-C.txt`.
///
/// The ordinary build makes all of them at the strongest level, forked from a zygote.
/// `tests/attacks` makes them elsewhere too (`-Dattacks.levels=ABC`,
/// `-Dattacks.paths=ZYGOTE,DIRECT`, `-Dattacks.only=` part of a name, `-Dattacks.accept=true` for a
/// new list).
class AttackSuiteTest {
  private static final String LEVELS = System.getProperty("attacks.levels", "");
  private static final String PATHS = System.getProperty("attacks.paths", "ZYGOTE");
  private static final String ONLY = System.getProperty("attacks.only", "");
  private static final boolean ACCEPT = Boolean.getBoolean("attacks.accept");
  private static final long MEMORY = 512L << 20;
  private static final long OUTPUT = 8L << 20;
  private static final int HEALTH_EVERY = LEVELS.isEmpty() ? 20 : 1;
  private static final SandboxPolicy POLICY =
      new SandboxPolicy(
          SandboxLevel.A, SandboxLevel.D, OptionalLong.empty(), 64L << 20, 64, 8L << 20);

  private record Try(Attack attack, String outcome, boolean isBlocked, long millis) {}

  /// Level and path; no level is the strongest of this machine.
  static Stream<String> places() {
    List<String> levels = LEVELS.isEmpty() ? List.of("") : List.of(LEVELS.split(""));
    return levels.stream()
        .flatMap(
            level ->
                Arrays.stream(PATHS.split(","))
                    .filter(
                        path ->
                            !(path.equals("ZYGOTE") && "CD".contains(level) && !level.isEmpty()))
                    .map(path -> level + " " + path));
  }

  @ParameterizedTest
  @MethodSource("places")
  void isContained(String place) throws Exception {
    assumeTrue(
        System.getProperty("os.arch").equals("amd64"),
        "the attacks know the system calls of x86-64 only: NOTHING WAS TRIED");
    String wanted = place.substring(0, place.indexOf(' '));
    ServedBy path = ServedBy.valueOf(place.substring(place.indexOf(' ') + 1));
    SandboxPolicy policy =
        wanted.isEmpty() ? POLICY : POLICY.withLevels(SandboxLevel.valueOf(wanted), SandboxLevel.D);
    try (RuntimeFixture fixture =
            new RuntimeFixture(RuntimeConfig.of(RuntimeFixture.STORE).withSandbox(policy), path);
        SharedTable input = shared(fixture)) {
      String level = level(fixture);
      assumeTrue(
          wanted.isEmpty() || wanted.equals(level),
          "this machine cannot enforce level "
              + wanted
              + ", only "
              + level
              + ": NOTHING WAS TRIED");
      List<Try> tries = new ArrayList<>();
      try (Canaries canaries = new Canaries(fixture, input)) {
        for (Attack attack : Attack.all()) {
          if (attack.levels().contains(level) && attack.name().contains(ONLY)) {
            tries.add(attempt(fixture, canaries, input, attack, level));
            if (tries.size() % HEALTH_EVERY == 0) {
              assertHealthy(fixture, input, path);
            }
          }
        }
      }
      assertHealthy(fixture, input, path);
      assertNothingLeft(fixture, input);
      report(level, path, tries);
      List<Try> notBlocked = tries.stream().filter(t -> !t.isBlocked()).toList();
      if (level.equals("A") || level.equals("B")) {
        assertThat(notBlocked).as("level %s, %s", level, path).isEmpty();
      } else if (ONLY.isEmpty()) {
        compare(level, notBlocked);
      }
    }
  }

  private static SharedTable shared(RuntimeFixture fixture) {
    InvocationInput.Table table = fixture.numbers(1000);
    return fixture.runtime.share(table.schema(), table.batches());
  }

  private static String level(RuntimeFixture fixture) {
    InvocationOutcome outcome = fixture.model("def f(data):\n  return data\n");
    assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
    InvocationOutcome.Completed completed = (InvocationOutcome.Completed) outcome;
    completed.result().close();
    return completed.figures().sandboxLevel();
  }

  private static Try attempt(
      RuntimeFixture fixture, Canaries canaries, SharedTable input, Attack attack, String level)
      throws IOException {
    FunctionLimits limits =
        new FunctionLimits(OptionalLong.of(MEMORY), attack.timeout(), OUTPUT, false);
    long begun = System.nanoTime();
    InvocationOutcome outcome =
        fixture
            .start(
                new Invocation(
                    "attack",
                    RuntimeFixture.function(
                        Style.MODEL,
                        RuntimeFixture.PLAIN,
                        attack.source(canaries.targets(level)),
                        new FunctionReturn.InferredTable(),
                        limits),
                    List.of(new InvocationInput.Shared(input)),
                    (stream, line) -> {}))
            .await();
    long millis = (System.nanoTime() - begun) / 1_000_000;
    String named = Attack.named(outcome);
    String said = named.equals(Attack.CONTAINED) ? "" : detail(outcome);
    if (outcome instanceof InvocationOutcome.Completed completed) {
      completed.result().close();
    }
    List<String> touched = canaries.touched();
    boolean isBlocked = attack.blocked().contains(named) && touched.isEmpty();
    String told = named + (isBlocked || said.isEmpty() ? "" : ": " + said);
    return new Try(attack, touched.isEmpty() ? told : told + " BUT " + touched, isBlocked, millis);
  }

  private static String detail(InvocationOutcome outcome) {
    String text = outcome.toString().replace('\n', ' ');
    return text.substring(0, Math.min(300, text.length()));
  }

  /// The worker serves the next call as if nothing had been.
  private static void assertHealthy(RuntimeFixture fixture, SharedTable input, ServedBy path) {
    InvocationOutcome outcome =
        fixture.call(
            RuntimeFixture.function(
                Style.MODEL, RuntimeFixture.PLAIN, "def f(data):\n  return data.slice(1, 1)\n"),
            new InvocationInput.Shared(input));
    assertThat(fixture.rows(outcome)).containsExactly("1|0.5|C1");
    if (path == ServedBy.ZYGOTE) {
      assertThat(fixture.runtime.zygotes()).hasSize(1);
    }
  }

  private static void assertNothingLeft(RuntimeFixture fixture, SharedTable input)
      throws IOException {
    try (Stream<Path> all = Files.list(fixture.runtime.sharedMemoryFolder())) {
      assertThat(all.map(p -> p.getFileName().toString()))
          .allMatch(
              name ->
                  name.equals(".owner")
                      || name.startsWith("zygote-")
                      || name.equals(input.path().getFileName().toString()));
    }
  }

  private static void report(String level, ServedBy path, List<Try> tries) {
    StringBuilder table = new StringBuilder();
    for (Try one : tries) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-45s %s %-6s %5d ms %s %s%n",
              one.attack().name(),
              level,
              path,
              one.millis(),
              one.isBlocked() ? "blocked" : "NOT BLOCKED",
              one.outcome()));
    }
    long blocked = tries.stream().filter(Try::isBlocked).count();
    System.out.printf(
        Locale.ROOT,
        "%s%d attacks at level %s, path %s: %d blocked, %d not; the worker is unharmed%n",
        LEVELS.isEmpty() ? "" : table,
        tries.size(),
        level,
        path,
        blocked,
        tries.size() - blocked);
  }

  private static void compare(String level, List<Try> notBlocked) throws IOException {
    String file = "not-blocked-" + level + ".txt";
    String found =
        String.join("\n", notBlocked.stream().map(t -> t.attack().name()).sorted().toList()) + "\n";
    if (ACCEPT) {
      Files.writeString(
          Path.of("src/test/resources/io/bauplan/udf/python/attacks").resolve(file), found);
    } else {
      assertThat(found).as("what level %s does not block", level).isEqualTo(Attack.resource(file));
    }
  }
}
