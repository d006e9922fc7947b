package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.RowFilter;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanRows;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.StandardDataFiles;
import io.bauplan.exec.scan.store.LocalStore;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.ScanColumn;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pages that snappy compressed are decompressed up to the last row that a filter lets through:
/// the rows are right wherever that is, and what is broken behind it is nobody's business.
class LazyPagesTest {
  private static final int ROWS = 60_000;

  private static final String ROWS_SQL =
      "SELECT r AS a, hash(r) AS b, CASE WHEN hash(r) % 5 = 0 THEN NULL ELSE hash(r + 1) % 70000"
          + " END AS c, left('text ' || hash(r), (5 + r % 9)::INTEGER) AS d, CASE WHEN r % 11 = 0"
          + " THEN NULL ELSE 'long ' || hash(r) || repeat('x', r % 40) END AS e, (hash(r) %"
          + " 100000)::DECIMAL(12, 2) AS f, hash(r) % 77777 AS g FROM range("
          + ROWS
          + ") t(r)";

  @TempDir Path folder;

  private Path duckDbFile() throws Exception {
    Path file = folder.resolve("rows.parquet");
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      duck.createStatement()
          .execute(
              "COPY (" + ROWS_SQL + ") TO '" + file + "' (FORMAT parquet, COMPRESSION snappy)");
    }
    return file;
  }

  /// The same rows as our own writer stores them.
  private Path ownFile(Path source) {
    Path file = folder.resolve("own.parquet");
    try (StandardDataFiles files = new StandardDataFiles();
        BufferAllocator allocator = new RootAllocator()) {
      PhysicalPlan.FileScan scan = scan(files, source);
      try (ParquetTableWriter writer =
          ParquetTableWriter.openFile(
              new LocalStore(),
              file.toString(),
              scan.output().columns().stream().map(column -> new ScanColumn(-1, column)).toList(),
              Map.of("write.parquet.compression-codec", "snappy"),
              allocator)) {
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
    return file;
  }

  private static PhysicalPlan.FileScan scan(StandardDataFiles files, Path file) {
    return files.schemas().describe(DataFileFormat.PARQUET, file.toString(), Map.of());
  }

  @Test
  void rowsAreRightWhereverTheLastOneIs() throws Exception {
    Path duckDb = duckDbFile();
    for (Path file : List.of(duckDb, ownFile(duckDb))) {
      List<List<@Nullable Object>> all;
      try (StandardDataFiles files = new StandardDataFiles()) {
        all = ScanRows.read(files.tasks(scan(files, file)));
      }
      assertThat(all).hasSize(ROWS);
      for (int[] wanted :
          new int[][] {
            {0}, {1, 2, 4095, 4096}, {17, 30_000, 30_001}, {12_345, 59_998}, {0, ROWS - 1}, {}
          }) {
        List<List<@Nullable Object>> expected = new ArrayList<>();
        for (int row : wanted) {
          expected.add(all.get(row));
        }
        assertThat(read(file, wanted)).isEqualTo(expected);
      }
    }
  }

  @Test
  void brokenBytesAreRefusedWhereTheyAreWanted() throws Exception {
    Path file = duckDbFile();
    breakEnd(file, "g");
    assertThat(read(file, 10, 20_000)).hasSize(2);
    assertThatThrownBy(() -> read(file, 10, ROWS - 1))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("column \"g\"")
        .hasMessageContaining("snappy");
    try (StandardDataFiles files = new StandardDataFiles()) {
      assertThatThrownBy(() -> ScanRows.read(files.tasks(scan(files, file))))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining(file.toString());
    }
  }

  /// Overwrites the last kilobyte of a column that has one page.
  private static void breakEnd(Path file, String column) throws Exception {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet chunk =
            statement.executeQuery(
                "SELECT data_page_offset + total_compressed_size FROM parquet_metadata('"
                    + file
                    + "') WHERE path_in_schema = '"
                    + column
                    + "' AND dictionary_page_offset IS NULL")) {
      assertThat(chunk.next()).isTrue();
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.seek(chunk.getLong(1) - 1024);
        bytes.write(new byte[1024]);
      }
    }
  }

  /// The rows of these numbers, which the first column has.
  private static List<List<@Nullable Object>> read(Path file, int... wanted) {
    RowFilter filter =
        new RowFilter() {
          private int next;

          @Override
          public List<Integer> columns() {
            return List.of(0);
          }

          @Override
          public int select(Batch batch, int[] to) {
            int count = 0;
            for (int row : wanted) {
              if (row >= next && row < next + batch.rowCount()) {
                to[count++] = row - next;
              }
            }
            next += batch.rowCount();
            return count;
          }
        };
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (StandardDataFiles files = new StandardDataFiles();
        BufferAllocator allocator = new RootAllocator()) {
      ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
      for (ScanTask task : files.tasks(scan(files, file))) {
        try (BatchReader reader = task.open(context)) {
          for (Batch b = reader.next(filter); b != null; b = reader.next(filter)) {
            try (Batch dense = b.compact(allocator)) {
              rows.addAll(ScanRows.rows(dense, allocator));
            }
          }
        }
      }
    }
    return rows;
  }
}
