package io.bauplan.graalpy;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;

/// Waits until calls are made in the engine's process: contexts are made in the background.
final class InProcess {
  private static final long MOST_NANOS = 600_000_000_000L;

  private InProcess() {}

  static void ready(Engine engine) throws InterruptedException {
    Rows.run(
        engine,
        "CREATE OR REPLACE FUNCTION is_ready (x INTEGER) RETURNS INTEGER LANGUAGE PYTHON"
            + " RUNTIME_VERSION = 'graalpy' IMMUTABLE AS $$\ndef is_ready(x):\n    return x\n$$");
    Rows.query(engine, "SELECT is_ready(1)"); // which begins to warm it up
    pooled();
  }

  /// Until contexts wait for the next query.
  static void pooled() throws InterruptedException {
    long begun = System.nanoTime();
    while (ContextPool.WAITING.get() < Runtime.getRuntime().availableProcessors()) {
      assertThat(System.nanoTime() - begun).as("no context within 600 s").isLessThan(MOST_NANOS);
      Thread.sleep(20);
    }
  }
}
