package io.bauplan.udf.python;

import static io.bauplan.udf.python.RuntimeFixture.PANDAS;
import static io.bauplan.udf.python.RuntimeFixture.function;
import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.OutputListener;
import io.bauplan.udf.api.RunningInvocation;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// Many calls of one zygote, one after the other and at once: nothing is left of them.
///
/// The ordinary build makes few; `-Dsoak.calls=500 -Dsoak.at.once=50` makes many, and then holds
/// the slowest starts to three times the median, for which the machine must be quiet.
class ZygoteSoakTest {
  private static final int CALLS = Integer.getInteger("soak.calls", 30);
  private static final int AT_ONCE = Integer.getInteger("soak.at.once", 6);
  private static final int ENOUGH_FOR_P99 = 500;
  private static final int WARM_UP = 10;

  private static final FunctionDefinition FUNCTION =
      function(
          Style.MODEL,
          PANDAS,
          "import pandas as pd\ndef f(data):\n  print('x')\n  return data.to_pandas().head(2)\n");

  private final List<Double> starts = new ArrayList<>();

  @Test
  void leaveNothing() throws Exception {
    try (RuntimeFixture fixture = new RuntimeFixture(ServedBy.ZYGOTE)) {
      assertThat(fixture.runtime.awaitZygote(PANDAS)).isTrue();
      atOnce(fixture);
      for (int i = 0; i < WARM_UP; i++) {
        take(start(fixture).await());
      }
      ZygoteLeaks leaks = new ZygoteLeaks(fixture);
      starts.clear();
      for (int i = 0; i < CALLS; i++) {
        take(start(fixture).await());
      }
      List<Double> inARow = starts.stream().sorted().toList();
      starts.clear();
      atOnce(fixture);
      List<Double> together = starts.stream().sorted().toList();
      double median = inARow.get(CALLS / 2);
      double slowest = inARow.get(CALLS * 99 / 100);
      System.out.printf(
          Locale.ROOT,
          "%d calls in a row: start %.1f ms median, %.1f ms p99, %.1f ms most; %d at once: %.1f ms"
              + " median, %.1f ms most; load %.1f%n  before %s%n  after  %s%n",
          CALLS,
          median,
          slowest,
          inARow.getLast(),
          AT_ONCE,
          together.get(AT_ONCE / 2),
          together.getLast(),
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
          leaks.before(),
          leaks.count());
      leaks.assertNothingLeft();
      if (CALLS >= ENOUGH_FOR_P99) {
        assertThat(slowest).as("p99 of the start by its median").isLessThan(3 * median);
      }
    }
  }

  private void atOnce(RuntimeFixture fixture) {
    List<RunningInvocation> running = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      running.add(start(fixture));
    }
    for (RunningInvocation one : running) {
      take(one.await());
    }
  }

  private static RunningInvocation start(RuntimeFixture fixture) {
    return fixture.runtime.start(
        new Invocation("soak", FUNCTION, List.of(fixture.numbers(100)), OutputListener.NONE));
  }

  private void take(InvocationOutcome outcome) {
    assertThat(outcome).isInstanceOf(InvocationOutcome.Completed.class);
    InvocationOutcome.Completed completed = (InvocationOutcome.Completed) outcome;
    completed.result().close();
    assertThat(completed.figures().path()).isEqualTo("zygote");
    starts.add(completed.figures().start().toNanos() / 1e6);
  }
}
