package io.bauplan.tests.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.WarmUp;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTest {
  @Test
  void everyStatementRunsAndNothingIsLeft(@TempDir Path folder) throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(folder))) {
      try (WarmUp warmUp = WarmUp.start(engine, 1)) {
        assertThat(warmUp.await()).isEqualTo(statements());
      }
      assertThat(engine.jobs().list()).isEmpty();
      assertThat(engine.worker().allocator().getAllocatedMemory()).isZero();
      assertThat(EngineRows.run(engine, "SELECT COUNT(*) FROM sys.cache_entries"))
          .isEqualTo(List.of(List.of(0L)));
    }
  }

  @Test
  void anEngineClosesWhileItWarmsUp(@TempDir Path folder) {
    Engine engine = Engine.open(EngineConfig.of(folder));
    try (engine;
        WarmUp warmUp = WarmUp.start(engine)) {
      assertThat(EngineRows.run(engine, "SELECT 1")).hasSize(1);
      warmUp.close();
      assertThat(engine.worker().allocator().getAllocatedMemory()).isZero();
    }
  }

  private static int statements() throws IOException {
    try (InputStream script = WarmUp.class.getResourceAsStream("warm-up.sql")) {
      String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      return (int) text.chars().filter(c -> c == ';').count();
    }
  }
}
