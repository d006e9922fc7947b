package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.PLAIN;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.EnvironmentFailure.Reason;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.sandbox.SandboxPolicy;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each level that this machine can enforce, forced in turn.
@ParameterizedClass
@EnumSource(ServedBy.class)
class SandboxLevelTest {
  @Parameter ServedBy path;

  private RuntimeFixture at(SandboxLevel strongest, SandboxLevel minimum) throws IOException {
    SandboxPolicy policy = SandboxPolicy.DEFAULT.withLevels(strongest, minimum);
    return new RuntimeFixture(RuntimeConfig.of(RuntimeFixture.STORE).withSandbox(policy), path);
  }

  @ParameterizedTest
  @EnumSource(SandboxLevel.class)
  void runsAFunctionAtEveryLevel(SandboxLevel level) throws IOException {
    try (RuntimeFixture fixture = at(level, SandboxLevel.D)) {
      InvocationOutcome outcome =
          fixture.model(
              """
              import os, subprocess
              def f(data):
                print(subprocess.run(["/bin/echo", "hello"], capture_output=True).stdout)
                subprocess.Popen(["/bin/sleep", "602"], start_new_session=True)
                open("scratch", "w").write("x")
                return data
              """);

      assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
      assertThat(((InvocationOutcome.Completed) outcome).figures().sandboxLevel())
          .as("this machine's strongest level from %s on", level)
          .isEqualTo(level.name());
      assertThat(fixture.rows(outcome)).hasSize(3);
      assertThat(fixture.lines).containsExactly("O:b'hello\\n'");
      assertThat(FunctionIsolationTest.processes("sleep\u0000602")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SandboxLevel.class,
      names = {"A", "B", "C"})
  void keepsFilesAndNetworkAway(SandboxLevel level) throws IOException {
    try (RuntimeFixture fixture = at(level, level)) {
      InvocationOutcome outcome =
          fixture.call(
              function(
                  Style.MODEL,
                  PLAIN,
                  """
                  import os, socket
                  def attempt(name, action):
                    try:
                      action()
                      print(name, "succeeded")
                    except OSError as e:
                      print(name, "refused")
                  def f(data):
                    path = [l.split()[-1] for l in open("/proc/self/maps") if "/table-" in l][0]
                    attempt("shadow", lambda: open("/etc/shadow"))
                    attempt("home", lambda: os.listdir("/root"))
                    attempt("input", lambda: open(path, "r+b"))
                    attempt("store", lambda: open(os.path.dirname(os.__file__) + "/evil.py", "w"))
                    attempt("net", lambda: socket.create_connection(("127.0.0.1", 1), 1))
                    attempt("datagram", lambda: socket.socket(
                        socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)))
                    return data
                  """),
              fixture.numbers(1));

      if (level == SandboxLevel.C && !(outcome instanceof InvocationOutcome.Completed)) {
        // Landlock hides /proc, which the function above reads first.
        assertThat(outcome).isInstanceOf(InvocationOutcome.UserFailed.class);
        assertThat(((InvocationOutcome.UserFailed) outcome).type()).isEqualTo("PermissionError");
        return;
      }
      assertThat(fixture.rows(outcome)).hasSize(1);
      assertThat(fixture.lines).hasSize(6);
      assertThat(fixture.lines.stream().filter(l -> !l.startsWith("O:home")))
          .allMatch(l -> l.endsWith("refused"));
    }
  }

  @Test
  void refusesWhatThePolicyForbids() throws IOException {
    try (RuntimeFixture fixture = at(SandboxLevel.D, SandboxLevel.C)) {
      InvocationOutcome outcome = fixture.model("def f(data):\n  return data\n");

      assertThat(outcome).isInstanceOf(InvocationOutcome.NotStarted.class);
      assertThat(((InvocationOutcome.NotStarted) outcome).failure().reason())
          .isEqualTo(Reason.SANDBOX_POLICY);
      assertThat(fixture.runtime.sandboxNotice()).contains("refused");
    }
  }
}
