package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanRows;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.StandardDataFiles;
import io.bauplan.exec.scan.store.LocalStore;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.ScanColumn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pages end in the middle of batches: their codes go on, until a page has none.
class CodesAcrossPagesTest {
  private static final int ROWS = 120_000;
  private static final int BATCH_ROWS = 1024;

  /// Rows before every text is a new one, which ends the dictionary.
  private static final int REPEATED = 70_000;

  @TempDir Path folder;

  @Test
  void batchesOverSeveralPagesKeepTheirCodes() {
    Path file = folder.resolve("rows.parquet");
    List<List<@Nullable Object>> expected = write(file);
    List<List<@Nullable Object>> read = new ArrayList<>();
    int coded = 0;
    int plain = 0;
    try (StandardDataFiles files = new StandardDataFiles();
        BufferAllocator allocator = new RootAllocator()) {
      ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
      var scan = files.schemas().describe(DataFileFormat.PARQUET, file.toString(), Map.of());
      for (ScanTask task : files.tasks(scan)) {
        try (BatchReader reader = task.open(context)) {
          for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
            try (Batch dense = batch.compact(allocator)) {
              assertThat(dense.column(0)).isInstanceOf(DictionaryVector.class);
              assertThat(dense.column(1)).isInstanceOf(DictionaryVector.class);
              if (dense.column(2) instanceof DictionaryVector) {
                coded += dense.rowCount();
              } else {
                plain += dense.rowCount();
              }
              read.addAll(ScanRows.rows(dense, allocator));
            }
          }
        }
      }
    }
    assertThat(read).isEqualTo(expected);
    assertThat(coded).isBetween(REPEATED, ROWS - 1);
    assertThat(plain).isPositive();
  }

  private static List<@Nullable Object> row(int i) {
    List<@Nullable Object> row = new ArrayList<>();
    row.add("v" + i % 7);
    row.add(i % 11 == 3 || i / 2500 % 5 == 1 ? null : i % 300L);
    row.add(
        i % 13 == 5
            ? null
            : i < REPEATED ? "k" + i % 5 : "a text of its own of some length, number " + i);
    return row;
  }

  private static List<List<@Nullable Object>> write(Path file) {
    List<DataType> types = List.of(DataType.VARCHAR, DataType.INT64, DataType.VARCHAR);
    List<ScanColumn> columns = new ArrayList<>();
    for (int c = 0; c < types.size(); c++) {
      columns.add(new ScanColumn(-1, new Column("c" + c, types.get(c), true)));
    }
    List<List<@Nullable Object>> all = new ArrayList<>();
    try (BufferAllocator allocator = new RootAllocator();
        ParquetTableWriter writer =
            ParquetTableWriter.openFile(
                new LocalStore(),
                file.toString(),
                columns,
                Map.of("write.parquet.page-row-limit", "1500"),
                allocator)) {
      for (int start = 0; start < ROWS; start += BATCH_ROWS) {
        int count = Math.min(BATCH_ROWS, ROWS - start);
        List<io.bauplan.exec.batch.Vector> vectors = new ArrayList<>();
        for (int c = 0; c < types.size(); c++) {
          try (VectorBuilder builder = new VectorBuilder(types.get(c), count, allocator)) {
            for (int i = start; i < start + count; i++) {
              builder.appendValue(row(i).get(c));
            }
            vectors.add(builder.build());
          }
        }
        writer.write(new Batch(vectors, count));
        for (int i = start; i < start + count; i++) {
          all.add(row(i));
        }
      }
      writer.finish();
    }
    return all;
  }
}
