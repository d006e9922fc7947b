package io.bauplan.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ten seconds of random SQL; `tests/fuzz-sql --minutes 10 --seed N` for longer.
class SqlFuzzTest {
  @TempDir Path warehouse;

  @Test
  void noStatementBreaksTheEngine() {
    long seed = Long.getLong("fuzz.seed", 20_261_121L);
    Duration time = Duration.ofSeconds(Long.getLong("fuzz.seconds", 10));
    SqlFuzz fuzz = new SqlFuzz(seed);
    fuzz.run(warehouse, time);
    System.out.println(fuzz.report());
    assertThat(fuzz.findings()).as(fuzz.report()).isEmpty();
    // A fuzzer whose statements are all refused finds nothing.
    assertThat(fuzz.outcomes().getOrDefault("rows", 0L)).isGreaterThan(fuzz.sent() / 10);
    assertThat(fuzz.functionsAccepted()).isGreaterThan(20);
  }
}
