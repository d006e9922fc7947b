package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.RowFilter;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanRows;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.StandardDataFiles;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A reader that passes over values and pages gives the same rows as one that reads all of them.
class RowFilterTest {
  private static final int ROWS = 90_000;

  private static final String COLUMNS =
      "r AS a, r % 7 = 0 AS b, CASE WHEN r % 3 = 0 THEN NULL ELSE 'text ' || (r % 50) END AS c,"
          + " CASE WHEN hash(r) % 9 = 0 THEN NULL ELSE r * 1.5::DOUBLE END AS d,"
          + " (hash(r) % 1000000)::DECIMAL(12, 3) AS e, [r, NULL, r + 1] AS f,"
          + " {x: r, y: 'v' || r} AS g, TIMESTAMP '2024-01-01' + INTERVAL (r) SECOND AS h,"
          + " 'long string ' || hash(r) AS i, (hash(r) % 100)::INTEGER AS j,"
          + " CASE WHEN r < 50000 THEN NULL ELSE r END AS k";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COMPRESSION snappy",
        "COMPRESSION snappy, PARQUET_VERSION V2",
        "COMPRESSION zstd, PARQUET_VERSION V2",
        "COMPRESSION brotli, ROW_GROUP_SIZE 200000"
      })
  void passesOverRows(String options) throws Exception {
    Path file = folder.resolve("rows.parquet");
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      duck.createStatement()
          .execute(
              "COPY (SELECT "
                  + COLUMNS
                  + " FROM range(0, "
                  + ROWS
                  + ") t(r)) TO '"
                  + file
                  + "' (FORMAT parquet, "
                  + options
                  + ")");
    }
    check(file);
  }

  private static void check(Path file) {
    try (StandardDataFiles files = new StandardDataFiles();
        BufferAllocator allocator = new RootAllocator()) {
      PhysicalPlan.FileScan scan =
          files.schemas().describe(DataFileFormat.PARQUET, file.toString(), Map.of());
      List<List<@Nullable Object>> all = ScanRows.read(files.tasks(scan));
      assertThat(all).hasSize(ROWS);
      for (long seed = 1; seed <= 4; seed++) {
        List<List<@Nullable Object>> passed = new ArrayList<>();
        Passing passing = new Passing(new Random(seed), all, passed);
        ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
        int rows = 0;
        for (ScanTask task : files.tasks(scan)) {
          try (BatchReader reader = task.open(context)) {
            for (Batch b = reader.next(passing); b != null; b = reader.next(passing)) {
              try (Batch dense = b.compact(allocator)) {
                List<List<@Nullable Object>> read = ScanRows.rows(dense, allocator);
                assertThat(read).as("seed %s", seed).isEqualTo(passed.subList(rows, passed.size()));
                rows = passed.size();
              }
            }
          }
        }
        assertThat(passing.next).as("seed %s", seed).isEqualTo(ROWS);
      }
    }
  }

  /// Lets none, some or all rows of a batch pass, for a while.
  private static final class Passing implements RowFilter {
    private final Random random;
    private final List<List<@Nullable Object>> all;
    private final List<List<@Nullable Object>> passed;
    private int next;
    private int mode;

    Passing(Random random, List<List<@Nullable Object>> all, List<List<@Nullable Object>> passed) {
      this.random = random;
      this.all = all;
      this.passed = passed;
    }

    @Override
    public List<Integer> columns() {
      return List.of(2, 9);
    }

    @Override
    public int select(Batch batch, int[] to) {
      assertThat(batch.columnCount()).isEqualTo(2);
      if (random.nextInt(3) == 0) {
        mode = random.nextInt(5);
      }
      int count = 0;
      for (int row = 0; row < batch.rowCount(); row++) {
        if (mode == 3
            || mode == 2 && random.nextInt(50) == 0
            || mode == 4 && random.nextInt(900) == 0) {
          to[count++] = row;
          passed.add(all.get(next + row));
        }
      }
      next += batch.rowCount();
      return count;
    }
  }

  @Test
  void readersThatCannotPassOverRowsFilterThem() {
    try (BufferAllocator allocator = new RootAllocator()) {
      List<Vector> none = List.of();
      Batch batch =
          new RowFilter() {
            @Override
            public List<Integer> columns() {
              return List.of();
            }

            @Override
            public int select(Batch seen, int[] to) {
              to[0] = 3;
              return 1;
            }
          }.apply(new Batch(none, 5));
      assertThat(batch.rowCount()).isEqualTo(1);
      assertThat(batch.selection()).startsWith(3);
      batch.close();
    }
  }
}
