package io.bauplan.tests.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What random queries have found stays found.
class FoundQueriesTest {
  @Test
  void giveWhatTheOracleGives(@TempDir Path folder) throws IOException {
    List<String> wrong = new ArrayList<>();
    int asked = 0;
    try (Engine engine = Engine.open(EngineConfig.of(folder));
        DuckDb duck = DuckDb.open()) {
      for (String sql : statements()) {
        if (sql.startsWith("CREATE")) {
          EngineRows.run(engine, sql);
          duck.execute(sql);
          continue;
        }
        asked++;
        try {
          Answers.difference(EngineRows.run(engine, sql), duck.query(sql), false)
              .ifPresent(difference -> wrong.add(sql + "\n  " + difference));
        } catch (RuntimeException e) {
          wrong.add(sql + "\n  " + e);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(asked).isGreaterThan(10);
  }

  private static List<String> statements() throws IOException {
    try (InputStream in = FoundQueriesTest.class.getResourceAsStream("/oracle/found.sql")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return List.of(text.replaceAll("(?m)^--.*\n", "").strip().split(";\\s*\n|;$"));
    }
  }
}
