package io.bauplan.udf.python;

import io.bauplan.udf.api.FunctionDefinition.Style;
import io.bauplan.udf.api.Invocation;
import io.bauplan.udf.api.RunningInvocation;
import java.util.List;

/// An engine of its own, with a zygote and a call that does not end, for a test that kills it.
public final class SleepingEngine {
  private SleepingEngine() {}

  /// Says `begun` when the function has begun.
  public static void main(String[] arguments) throws Exception {
    RuntimeFixture fixture = new RuntimeFixture(ServedBy.ZYGOTE);
    RunningInvocation running =
        fixture.start(
            new Invocation(
                "sleeping",
                RuntimeFixture.function(
                    Style.MODEL,
                    RuntimeFixture.PLAIN,
                    "import time\ndef f(data):\n  print('x')\n  time.sleep(605)\n"),
                List.of(fixture.numbers(1)),
                (stream, line) -> System.out.println("begun")));
    running.await();
  }
}
