package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `t$files` and its siblings against what statements did to the table.
class MetadataTablesTest {
  @Test
  void tellWhatIcebergsMetadataSay(@TempDir Path warehouse) {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      run(engine, "CREATE TABLE t (id INTEGER, d DATE) PARTITIONED BY (day(d))");
      assertThat(run(engine, "SELECT * FROM t$files")).isEmpty();
      run(engine, "INSERT INTO t VALUES (1, DATE '2024-05-01'), (2, DATE '2024-05-02')");
      run(engine, "CREATE BRANCH dev");
      run(engine, "INSERT INTO t VALUES (3, DATE '2024-05-02')");
      assertThat(
              run(
                  engine,
                  "SELECT \"partition\", SUM(record_count), COUNT(*) FROM t$files WHERE content = 0"
                      + " GROUP BY \"partition\" ORDER BY 1"))
          .hasToString("[[d_day=2024-05-01, 1, 1], [d_day=2024-05-02, 2, 2]]");
      assertThat(
              run(
                  engine,
                  "SELECT \"partition\", record_count, file_count FROM t$partitions ORDER BY 1"))
          .hasToString("[[d_day=2024-05-01, 1, 1], [d_day=2024-05-02, 2, 2]]");
      assertThat(run(engine, "SELECT COUNT(*) FROM t$files AT BRANCH dev")).hasToString("[[2]]");
      assertThat(run(engine, "SELECT operation FROM bauplan.t$snapshots ORDER BY committed_at"))
          .hasToString("[[append], [append]]");
      assertThat(
              run(
                  engine,
                  "SELECT COUNT(*) FROM t$history h JOIN t$snapshots s"
                      + " ON h.snapshot_id = s.snapshot_id WHERE h.is_current_ancestor"))
          .hasToString("[[2]]");
      assertThat(run(engine, "SELECT SUM(added_files_count) FROM t$manifests WHERE content = 0"))
          .hasToString("[[3]]");
      assertThat(run(engine, "SELECT name, type FROM t$refs")).hasToString("[[main, BRANCH]]");
      assertThatThrownBy(() -> run(engine, "SELECT * FROM t$nothing"))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("t$nothing");
    }
  }

  private static List<List<Object>> run(Engine engine, String sql) {
    return EngineRows.run(engine, sql);
  }
}
