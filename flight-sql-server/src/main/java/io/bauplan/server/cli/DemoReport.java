package io.bauplan.server.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/// What the demo says, and how long its steps took.
final class DemoReport {
  private final Console console;
  private final Map<String, Long> nanosByStep = new LinkedHashMap<>();
  private final long start = System.nanoTime();

  DemoReport(Console console) {
    this.console = console;
  }

  void title(String text) {
    console.say("");
    console.say("== " + text);
  }

  void say(String text) {
    console.say(text);
  }

  <T> T timed(String step, Callable<T> work) throws Exception {
    long begin = System.nanoTime();
    try {
      return work.call();
    } finally {
      nanosByStep.put(step, System.nanoTime() - begin);
    }
  }

  void times() {
    nanosByStep.forEach((step, nanos) -> line(step, nanos / 1e9));
    line("in all, without the start of the JVM", (System.nanoTime() - start) / 1e9);
  }

  private void line(String step, double seconds) {
    console.say(String.format(Locale.ROOT, "%8.2f s  %s", seconds, step));
  }
}
