package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.PLAIN;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.RunningInvocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a function can see and do. Needs level A or B, which the test asserts first.
@ParameterizedClass
@EnumSource(ServedBy.class)
class FunctionIsolationTest {
  @Parameter ServedBy served;
  private static ServedBy path = ServedBy.DIRECT;
  private static RuntimeFixture fixture;

  @BeforeParameterizedClassInvocation
  static void open(ServedBy servedBy) throws IOException {
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

  private static String body(String statements) {
    return "import os, sys, socket, subprocess, ctypes\nimport pyarrow as pa\ndef f(data):\n"
        + statements.indent(2)
        + "  return data\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "open('/etc/shadow').read()",
        "open('/etc/hostname').read()",
        "open(__import__('pwd').getpwuid(0).pw_dir + '/.bashrc').read()",
        "os.listdir('/home')",
        "os.listdir('/sys')",
        "open(pa.__file__, 'a')",
        "open(os.path.dirname(pa.__file__) + '/x.py', 'w')",
        "open('/usr/x', 'w')",
        "open('/x', 'w')",
        "os.environ['MAVEN_CMD_LINE_ARGS']",
        "os.kill(int(os.environ.get('NO', '1')), 0) or 1 / 0 if os.getppid() == 1 else None or 1 /"
            + " 0",
        "socket.create_connection(('127.0.0.1', 22), 2)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53))",
        "socket.getaddrinfo('example.org', 443)",
        "os.setuid(0)",
        "os.chroot('/tmp')",
        "os.mknod('/tmp/disk', 0o60666, 8 << 8)",
        "subprocess.run(['unshare', '-U', 'true'], check=True)",
        "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
      })
  void refuses(String attack) {
    InvocationOutcome outcome = fixture.model(body(attack));

    assertThat(outcome).as(attack).isInstanceOf(InvocationOutcome.UserFailed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None)",
        "ctypes.CDLL(None).ptrace(16, 1, None, None)",
        "ctypes.CDLL(None).syscall(175, None, 0, b'')",
      })
  void stopsAForbiddenSystemCall(String attack) {
    assertThat(fixture.model(body(attack))).isInstanceOf(InvocationOutcome.SandboxViolation.class);
  }

  @Test
  void cannotWriteItsInput() {
    InvocationOutcome outcome =
        fixture.model(
            body(
                """
                maps = [l.split() for l in open('/proc/self/maps') if '/table-' in l]
                path = maps[0][-1]
                for way in (path, '/proc/self/fd/'):
                  try:
                    if way.endswith('/'):
                      mine = [d for d in os.listdir(way) if os.path.realpath(way + d) == path]
                      open(way + (mine or ['none'])[0], 'r+b')
                    else:
                      open(way, 'r+b')
                  except OSError as e:
                    print(type(e).__name__)
                """));

    assertThat(fixture.rows(outcome)).hasSize(3);
    assertThat(fixture.lines).hasSize(2).allMatch(l -> l.contains("Error"));
  }

  @Test
  void seesItsInputWithoutACopy() {
    InvocationOutcome outcome =
        fixture.call(
            function(
                Style.MODEL,
                PLAIN,
                """
                import pyarrow as pa
                def f(data):
                  print(data.num_rows, data.column("id").num_chunks, pa.total_allocated_bytes())
                  return data.slice(0, 1)
                """),
            fixture.numbers(1_000_000, 16));

    assertThat(fixture.rows(outcome)).containsExactly("0|0.0|null");
    assertThat(fixture.lines).containsExactly("O:1000000 1 0");
  }

  @Test
  void leavesNoProcessBehind() throws InterruptedException {
    InvocationOutcome outcome =
        fixture.model(
            body(
                """
                if os.fork() == 0:
                  os.setsid()
                  if os.fork() == 0:
                    sys.stdout.flush()
                    os.execv("/bin/sleep", ["sleep-of-a-daemon", "600"])
                  os._exit(0)
                """));

    assertThat(fixture.rows(outcome)).hasSize(3);
    assertThat(processes("sleep-of-a-daemon")).isEmpty();
  }

  @Test
  void endsEverythingOnCancel() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    OutputListener listener = (stream, text) -> begun.countDown();
    RunningInvocation running =
        fixture.start(
            new Invocation(
                "cancelled",
                function(
                    Style.MODEL,
                    PLAIN,
                    body(
                        """
                        import time
                        import signal
                        for s in (15, 2, 1): signal.signal(s, signal.SIG_IGN)
                        subprocess.Popen(["/bin/sleep", "601"])
                        print("begun")
                        time.sleep(600)
                        """)),
                List.of(fixture.numbers(1)),
                listener));
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

    running.cancel();

    assertThat(running.await()).isEqualTo(new InvocationOutcome.Cancelled());
    assertThat(processes("sleep\u0000601")).isEmpty();
  }

  @Test
  void cancelsOnInterrupt() throws Exception {
    RunningInvocation running =
        fixture.start(
            new Invocation(
                "interrupted",
                function(Style.MODEL, PLAIN, "import time\ndef f(data):\n  time.sleep(600)\n"),
                List.of(fixture.numbers(1)),
                OutputListener.NONE));
    List<InvocationOutcome> outcomes = new CopyOnWriteArrayList<>();
    Thread waiter = Thread.ofPlatform().start(() -> outcomes.add(running.await()));
    waiter.interrupt();

    assertThat(waiter.join(java.time.Duration.ofSeconds(20))).isTrue();
    assertThat(outcomes).containsExactly(new InvocationOutcome.Cancelled());
  }

  @Test
  void passesPrintsOnLiveAndInOrder() {
    InvocationOutcome outcome =
        fixture.model(
            body(
                """
                for i in range(50):
                  print("line", i)
                  if i == 25:
                    subprocess.run(["/bin/echo", "from a child"])
                    ctypes.CDLL(None).puts(b"from C")
                print("x" * 200000)
                print("bytes", end=" ")
                sys.stderr.write("to stderr")
                """));

    assertThat(fixture.rows(outcome)).hasSize(3);
    List<String> out = fixture.lines.stream().filter(l -> l.startsWith("O:")).toList();
    assertThat(out.subList(24, 30))
        .containsExactly(
            "O:line 24", "O:line 25", "O:from a child", "O:from C", "O:line 26", "O:line 27");
    assertThat(out.get(52)).hasSize(2 + LinePump.MAX_LINE_BYTES);
    assertThat(out.getLast()).isEqualTo("O:bytes ");
    assertThat(fixture.lines).contains("R:to stderr").hasSize(58);
  }

  @Test
  void hasAWorkingTemporaryFolderOfItsOwn() throws IOException {
    InvocationOutcome outcome =
        fixture.model(
            body(
                "open('/tmp/mine-of-the-test', 'w').write('x'); print(os.getcwd(),"
                    + " os.listdir('/tmp'))"));

    assertThat(fixture.rows(outcome)).hasSize(3);
    assertThat(fixture.lines.getFirst()).contains("mine-of-the-test").startsWith("O:/tmp");
    assertThat(Files.exists(Path.of("/tmp/mine-of-the-test"))).isFalse();
  }

  /// Command lines (parts separated by NUL) of living processes that contain a text.
  static List<String> processes(String part) {
    List<String> found = new CopyOnWriteArrayList<>();
    ProcessHandle.allProcesses()
        .forEach(
            p -> {
              try {
                String line = Files.readString(Path.of("/proc/" + p.pid() + "/cmdline"));
                if (line.contains(part)) {
                  found.add(line);
                }
              } catch (IOException ended) {
                // it is gone
              }
            });
    return found;
  }
}
