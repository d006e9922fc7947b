package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.cache.ColumnCache;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanRows;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.StandardDataFiles;
import io.bauplan.exec.scan.store.LocalStore;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.ScanColumn;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A row group that is read in pieces, each of which passes over the rows before it, has the rows
/// of one that is read at once.
class RowRangeTest {
  private static final int ROWS = 300_000;

  /// Small dictionaries; one that is given up half-way, so that later pieces do without it; none;
  /// NULLs everywhere, and none in the first piece.
  private static final String COLUMNS =
      "r % 100 AS a, CASE WHEN r < 90000 THEN r % 1000 ELSE hash(r) % 1000000000 END AS b,"
          + " 'text ' || (r % 50) AS c, 'long string ' || hash(r) AS d,"
          + " CASE WHEN hash(r) % 9 = 0 THEN NULL ELSE r * 1.5::DOUBLE END AS e,"
          + " CASE WHEN r % 3 = 0 AND r > 100000 THEN NULL ELSE (r % 700)::DECIMAL(12, 3) END AS f,"
          + " r % 7 = 0 AS g, CASE WHEN r < 150000 THEN NULL ELSE 'x' || r % 5 END AS h";

  @TempDir Path folder;

  @Test
  void piecesHaveTheRowsOfTheWhole() throws Exception {
    String made = folder.resolve("made.parquet").toString();
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      duck.createStatement()
          .execute(
              "COPY (SELECT " + COLUMNS + " FROM range(0, " + ROWS + ") t(r)) TO '" + made + "'");
    }
    String file = folder.resolve("rows.parquet").toString();
    try (BufferAllocator allocator = new RootAllocator();
        ColumnCache cache = new ColumnCache(allocator, 1L << 30, Optional.empty());
        StandardDataFiles whole = new StandardDataFiles(new LocalStore(), Optional.empty(), 1);
        StandardDataFiles pieces = new StandardDataFiles(new LocalStore(), Optional.empty(), 2);
        StandardDataFiles cached = new StandardDataFiles(new LocalStore(), Optional.of(cache), 2)) {
      copy(whole, made, file, allocator);
      List<ScanTask> one = tasks(whole, file);
      assertThat(one).hasSize(1);
      List<List<@Nullable Object>> all = ScanRows.read(one);
      assertThat(all).hasSize(ROWS);

      assertThat(tasks(pieces, file)).hasSize(2);
      assertThat(ScanRows.read(tasks(pieces, file))).isEqualTo(all);
      // A scan of so much is kept when it is asked for again, and found the next time.
      for (int round = 0; round < 3; round++) {
        assertThat(ScanRows.read(tasks(cached, file))).isEqualTo(all);
      }
      assertThat(cache.statistics().hits()).isEqualTo(2 * 8);
      assertThat(cache.statistics().misses()).isEqualTo(2 * 2 * 8);
      assertThat(cache.entries()).hasSize(2 * 8);

      // In memory: smaller pieces, which count as one look-up, and do without what is pushed out.
      ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
      for (boolean pushedOut : new boolean[] {false, true}) {
        List<ScanTask> small =
            tasks(cached, file).stream().flatMap(task -> task.pieces(context).stream()).toList();
        assertThat(small).hasSizeGreaterThan(4);
        if (pushedOut) {
          cache.clear();
        }
        assertThat(ScanRows.read(small)).isEqualTo(all);
        assertThat(cache.statistics().hits()).isEqualTo(4 * 8);
      }
      assertThat(cache.entries()).isEmpty();
      List<ScanTask> again = tasks(cached, file);
      assertThat(again.stream().flatMap(task -> task.pieces(context).stream()))
          .containsExactlyElementsOf(again);
    }
  }

  private static List<ScanTask> tasks(StandardDataFiles files, String file) {
    return files.tasks(files.schemas().describe(DataFileFormat.PARQUET, file, Map.of()));
  }

  private static void copy(
      StandardDataFiles files, String from, String to, BufferAllocator allocator) {
    PhysicalPlan.FileScan scan = files.schemas().describe(DataFileFormat.PARQUET, from, Map.of());
    List<ScanColumn> columns =
        scan.output().columns().stream().map(column -> new ScanColumn(-1, column)).toList();
    try (ParquetTableWriter writer =
        ParquetTableWriter.openFile(new LocalStore(), to, columns, Map.of(), allocator)) {
      ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
      for (ScanTask task : files.tasks(scan)) {
        try (BatchReader reader = task.open(context)) {
          for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
            writer.write(batch);
          }
        }
      }
      writer.finish();
    }
  }
}
