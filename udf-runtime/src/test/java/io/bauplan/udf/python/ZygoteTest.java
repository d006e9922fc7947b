package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.PANDAS;
import static io.bauplan.udf.python.RuntimeFixture.PLAIN;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.RunningInvocation;
import io.bauplan.udf.environment.FileTrees;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds of zygotes beyond what functions see.
class ZygoteTest {
  private static final String IDENTITY = "def f(data):\n  return data\n";

  private RuntimeFixture fixture;

  @BeforeEach
  void open() throws Exception {
    fixture = new RuntimeFixture(ServedBy.ZYGOTE);
    assertThat(fixture.runtime.sandboxNotice())
        .as("these tests need root or unprivileged user namespaces")
        .isEmpty();
    assertThat(fixture.runtime.awaitZygote(PLAIN)).isTrue();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static String path(InvocationOutcome outcome) {
    assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
    InvocationOutcome.Completed completed = (InvocationOutcome.Completed) outcome;
    completed.result().close();
    return completed.figures().path();
  }

  @Test
  void takesTheDirectPathUntilAZygoteServes() throws Exception {
    try (RuntimeFixture other =
        RuntimeFixture.asConfigured(RuntimeConfig.of(RuntimeFixture.STORE))) {
      assertThat(path(other.model(IDENTITY))).isEqualTo("direct (no zygote yet)");
      assertThat(other.runtime.awaitZygote(PLAIN)).isTrue();
      assertThat(path(other.model(IDENTITY))).isEqualTo("zygote");
    }
  }

  /// A call has a `/tmp` of its own: the packages are still there.
  @Test
  void servesOutOfAStoreBelowTheTemporaryFolder() throws Exception {
    Path store = Files.createTempDirectory(Path.of("/tmp"), "bauplan-store");
    try (RuntimeFixture other = new RuntimeFixture(RuntimeConfig.of(store), ServedBy.ZYGOTE)) {
      InvocationOutcome outcome =
          other.model(
              """
              import os
              import pyarrow as pa
              def f(data):
                import pyarrow.orc
                seen = os.listdir("/tmp")
                return pa.table({"file": [open(pa.__file__).readable()], "seen": [len(seen)]})
              """);
      assertThat(path(outcome)).isEqualTo("zygote");
    } finally {
      FileTrees.delete(store);
    }
  }

  @Test
  void startsOneAheadOfTheFirstCall() throws Exception {
    fixture.runtime.prepare(PANDAS);
    for (int i = 0; i < 600 && fixture.runtime.zygotes().size() < 2; i++) {
      Thread.sleep(50);
    }
    assertThat(fixture.runtime.zygotes()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Its group, everybody it sees, and every number.
        "os.kill(0, 9)",
        "os.kill(-1, 9)",
        "os.killpg(os.getpgid(0), 9)",
        "[os.kill(p, 9) for p in range(3, 400) if os.path.exists('/proc/%d' % p)]",
        // Whatever descriptor there is, it is none of the zygote's or the gate's.
        "[os.write(d, b'{\"event\": \"ended\", \"call\": 1}\\n"
            + "') for d in range(3, 4096) if valid(d)]",
        "[socket.socket(fileno=d).send(b'x' * 20) for d in range(0, 4096) if valid(d)]",
        "os.kill(1, 9) or os._exit(3)",
        "ctypes.CDLL(None).prctl(1, 0) and None",
        "open('/proc/1/mem', 'r+b').write(b'x')",
      })
  void survivesWhatAChildDoes(String attack) {
    InvocationOutcome outcome =
        fixture.model(
            """
            import ctypes, os, socket
            def valid(d):
              try:
                os.fstat(d)
                return True
              except OSError:
                return False
            def f(data):
              %s
              return data
            """
                .formatted(attack));
    if (outcome instanceof InvocationOutcome.Completed completed) {
      completed.result().close();
    }

    assertThat(path(fixture.model(IDENTITY))).isEqualTo("zygote");
    assertThat(fixture.runtime.zygotes()).hasSize(1);
  }

  @Test
  void hasNoDescriptorOfAnybodyElse() {
    InvocationOutcome outcome =
        fixture.model(
            """
            import os
            def f(data):
              kinds = []
              for d in os.listdir("/proc/self/fd"):
                try:
                  kinds.append(os.readlink("/proc/self/fd/" + d).split(":")[0].rstrip("0123456789"))
                except OSError:
                  pass
              print(" ".join(sorted(k if k[0] != "/" else k.split("/")[-1] for k in kinds)))
              print(os.getpid(), os.getppid(), sorted(p for p in os.listdir("/proc") if p.isdigit()))
              return data
            """);

    assertThat(fixture.rows(outcome)).hasSize(3);
    assertThat(fixture.lines.get(0)).isEqualTo("O:control null pipe pipe result-");
    assertThat(fixture.lines.get(1)).isEqualTo("O:2 1 ['1', '2']");
  }

  @Test
  void shareNothingButWhatIsImported() {
    String text =
        """
        import os, sys, random, numpy
        def f(data):
          print(hasattr(sys, "left"), os.path.exists("/tmp/left"), os.path.exists("/dev/shm/left"),
                "LEFT" in os.environ)
          sys.left = os.environ["LEFT"] = "x"
          open("/tmp/left", "w"), open("/dev/shm/left", "w")
          numpy.left = True
          print(random.random(), numpy.random.rand())
          return data
        """;
    var f = function(Style.MODEL, PANDAS, text);
    for (int i = 0; i < 2; i++) {
      assertThat(fixture.rows(fixture.call(f, fixture.numbers(1)))).hasSize(1);
    }

    assertThat(fixture.lines.get(0)).isEqualTo("O:False False False False");
    assertThat(fixture.lines.get(2)).isEqualTo("O:False False False False");
    String[] first = fixture.lines.get(1).split(" ");
    String[] second = fixture.lines.get(3).split(" ");
    assertThat(first[0]).isNotEqualTo(second[0]);
    assertThat(first[1]).isNotEqualTo(second[1]);
  }

  @Test
  void losesTheCallsOfAZygoteThatDiesAndStartsAnother() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    OutputListener listener = (stream, line) -> begun.countDown();
    RunningInvocation running =
        fixture.start(
            new Invocation(
                "lost",
                function(
                    Style.MODEL,
                    PLAIN,
                    "import time\ndef f(data):\n  print('x')\n  time.sleep(603)\n"),
                List.of(fixture.numbers(1)),
                listener));
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
    Zygote zygote = fixture.runtime.zygotes().getFirst();

    assertThat(ProcessHandle.of(zygote.pid()).orElseThrow().destroyForcibly()).isTrue();

    assertThat(running.await()).isInstanceOf(InvocationOutcome.Crashed.class);
    assertThat(zygote.dead().get(10, TimeUnit.SECONDS)).contains("137");
    assertThat(fixture.runtime.awaitZygote(PLAIN)).isTrue();
    assertThat(path(fixture.model(IDENTITY))).isEqualTo("zygote");
  }

  /// Every process below the gate, killed in turn while a function runs.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void leavesNoProcessWhereOneIsKilled(int depth) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    RunningInvocation running =
        fixture.start(
            new Invocation(
                "killed",
                function(
                    Style.MODEL,
                    PLAIN,
                    "import time\ndef f(data):\n  print('x')\n  time.sleep(604)\n"),
                List.of(fixture.numbers(1)),
                (stream, line) -> begun.countDown()));
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
    List<ProcessHandle> below =
        ProcessHandle.of(fixture.runtime.zygotes().getFirst().pid())
            .orElseThrow()
            .descendants()
            .toList();
    assertThat(below).hasSize(5);
    ProcessHandle victim = below.get(0);
    for (int i = 0; i < depth; i++) {
      victim = victim.children().findFirst().orElseThrow();
    }

    assertThat(victim.destroyForcibly()).isTrue();

    assertThat(running.await()).isInstanceOf(InvocationOutcome.Crashed.class);
    for (ProcessHandle process : depth < 3 ? below : below.subList(3, 5)) {
      process.onExit().get(10, TimeUnit.SECONDS);
    }
    assertThat(path(fixture.model(IDENTITY))).isNotEmpty();
  }

  @Test
  void leavesNoProcessWhereTheEngineIsKilled() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                SleepingEngine.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    Process engine = builder.start();
    try (BufferedReader out = engine.inputReader()) {
      String line = out.readLine();
      while (line != null && !line.equals("begun")) {
        line = out.readLine();
      }
      assertThat(line).isEqualTo("begun");
      List<ProcessHandle> below = engine.descendants().toList();
      assertThat(below).hasSize(6);

      engine.destroyForcibly();

      for (ProcessHandle process : below) {
        process.onExit().get(10, TimeUnit.SECONDS);
      }
    } finally {
      engine.destroyForcibly();
    }
  }

  @Test
  void endsTheLeastRecentlyUsedBeyondItsNumber() throws Exception {
    RuntimeConfig config =
        RuntimeConfig.of(RuntimeFixture.STORE)
            .withZygotes(new ZygotePolicy(1, 1L << 30, Duration.ofMinutes(1)));
    try (RuntimeFixture small = RuntimeFixture.asConfigured(config)) {
      assertThat(small.runtime.awaitZygote(PLAIN)).isTrue();
      Zygote first = small.runtime.zygotes().getFirst();
      assertThat(small.runtime.awaitZygote(PANDAS)).isTrue();
      assertThat(first.dead().get(10, TimeUnit.SECONDS)).isNotEmpty();
      assertThat(small.runtime.zygotes()).hasSize(1).doesNotContain(first);
    }
  }
}
