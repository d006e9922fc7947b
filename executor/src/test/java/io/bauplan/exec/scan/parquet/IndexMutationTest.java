package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanRows;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.StandardDataFiles;
import io.bauplan.exec.scan.generate.Generators;
import io.bauplan.exec.scan.store.LocalStore;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.ScanColumn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Page indexes and bloom filters that are damaged may hide rows, as any index that lies, but they
/// crash nothing, and no row is taken for another.
class IndexMutationTest {
  private static final int ROUNDS = 60;

  @TempDir Path folder;

  @Test
  void damagedIndexesMakeNoRows() throws Exception {
    Path file = folder.resolve("rows.parquet");
    PhysicalPlan.Generate orders = orders();
    write(orders, file);
    byte[] good = Files.readAllBytes(file);
    int footer =
        good.length
            - 8
            - java.nio.ByteBuffer.wrap(good, good.length - 8, 4)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getInt();
    Footer parsed;
    List<List<@Nullable Object>> all;
    try (StandardDataFiles files = new StandardDataFiles()) {
      all = ScanRows.read(files.tasks(scan(files, file, Optional.empty())));
      try (io.bauplan.exec.scan.store.RangeReader reader = new LocalStore().open(file.toString())) {
        parsed = FooterReader.read(reader);
      }
    }
    int data =
        (int)
            parsed.rowGroups().stream()
                .flatMap(group -> group.chunks().stream())
                .mapToLong(chunk -> chunk.offset() + chunk.compressedBytes())
                .max()
                .orElseThrow();
    assertThat(footer - data).isGreaterThan(500);
    Set<List<@Nullable Object>> known = new HashSet<>(all);
    Random random = new Random(5);
    int refused = 0;
    int read = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bad = good.clone();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        bad[data + random.nextInt(footer - data)] = (byte) random.nextInt(256);
      }
      Path damaged = folder.resolve("damaged" + round + ".parquet");
      Files.write(damaged, bad);
      long key = (long) all.get(random.nextInt(all.size())).getFirst();
      try (StandardDataFiles files = new StandardDataFiles()) {
        List<List<@Nullable Object>> rows =
            ScanRows.read(files.tasks(scan(files, damaged, Optional.of(key))));
        assertThat(known.containsAll(rows)).as("round %s", round).isTrue();
        read += rows.stream().anyMatch(row -> row.getFirst().equals(key)) ? 1 : 0;
      } catch (EngineException e) {
        assertThat(e.code()).as("round %s", round).isEqualTo(ErrorCode.MALFORMED_FILE);
        refused++;
      } finally {
        Files.delete(damaged);
      }
    }
    // Both happen: most damage is in what one key does not need, some is noticed.
    assertThat(read).isGreaterThan(ROUNDS / 2);
    assertThat(refused).isLessThan(ROUNDS / 2);
  }

  private static PhysicalPlan.Generate orders() {
    return Generators.plan("tpch.orders", Map.of("scale", "0.02"));
  }

  private static PhysicalPlan.FileScan scan(
      StandardDataFiles files, Path file, Optional<Long> key) {
    PhysicalPlan.FileScan scan =
        files.schemas().describe(DataFileFormat.PARQUET, file.toString(), Map.of());
    Optional<Expression> filter =
        key.map(
            value ->
                new Expression.Comparison(
                    Expression.Comparison.Operator.EQUAL,
                    new Expression.InputRef(0, DataType.INT64, true),
                    new Expression.Literal(value, DataType.INT64)));
    return new PhysicalPlan.FileScan(
        scan.format(), scan.files(), scan.options(), scan.fileColumns(), scan.projection(), filter);
  }

  private static void write(PhysicalPlan.Generate plan, Path file) {
    List<ScanColumn> columns =
        plan.output().columns().stream().map(column -> new ScanColumn(-1, column)).toList();
    Map<String, String> options =
        Map.of(
            "write.parquet.page-row-limit",
            "500",
            "bloom_filter_columns",
            columns.getFirst().column().name());
    try (StandardDataFiles files = new StandardDataFiles();
        BufferAllocator allocator = new RootAllocator();
        ParquetTableWriter writer =
            ParquetTableWriter.openFile(
                new LocalStore(), file.toString(), columns, options, allocator)) {
      ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
      for (ScanTask task : files.tasks(plan)) {
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
