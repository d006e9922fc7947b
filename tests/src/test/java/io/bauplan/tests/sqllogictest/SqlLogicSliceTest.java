package io.bauplan.tests.sqllogictest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A few hundred queries of the corpus, of every kind; `tests/sqllogictest` runs more.
class SqlLogicSliceTest {
  private static final long SEED = 2;
  private static final int QUERIES_OF_A_SCRIPT = 24;
  private static final List<String> SCRIPTS =
      List.of(
          "select1",
          "select3",
          "index/between/10/slt_good_2",
          "index/commute/10/slt_good_5",
          "index/in/10/slt_good_1",
          "index/orderby/10/slt_good_3",
          "index/orderby_nosort/10/slt_good_7",
          "index/random/10/slt_good_10",
          "index/view/10/slt_good_1",
          "random/aggregates/slt_good_11",
          "random/expr/slt_good_12",
          "random/groupby/slt_good_13",
          "random/select/slt_good_14");

  @TempDir private Path warehouse;

  @Test
  void givesWhatTheScriptsExpect() throws IOException {
    Tally tally = new Tally();
    try (Corpus corpus = Corpus.open();
        Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      Sample sample = new Sample(0, SEED, QUERIES_OF_A_SCRIPT);
      ScriptRun run = new ScriptRun(engine, corpus, sample, tally);
      for (String script : SCRIPTS) {
        run.run(script);
      }
    }
    assertThat(tally.failures())
        .filteredOn(failure -> !(failure.outcome() instanceof Outcome.LeftOut))
        .isEmpty();
    assertThat(tally.queries()).isGreaterThan(250);
  }
}
