package io.bauplan.tests.quidem;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The quick scripts of [QuidemSuite], all of whose queries pass.
class QuidemTest {
  private static final List<String> SCRIPTS = List.of("scalar.iq", "set-op.iq");

  @TempDir private Path warehouse;

  @Test
  void quickScriptsGiveWhatTheyExpect() throws IOException {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      QuidemRun run = new QuidemRun(engine, new Schemas(engine, Scripts.artefacts()));
      for (String name : SCRIPTS) {
        List<QuidemRun.Outcome> outcomes = run.run(Scripts.packaged(name));
        assertThat(outcomes).isNotEmpty();
        assertThat(outcomes.stream().filter(outcome -> outcome.complaint().isPresent())).isEmpty();
      }
    }
  }
}
