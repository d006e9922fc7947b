package io.bauplan.exec.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.generate.Generators;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Generated tables written as Parquet, read back by DuckDB and by ourselves.
class TableWriteTest {
  @TempDir Path folder;

  private static List<ScanColumn> columns(PhysicalPlan.Generate plan) {
    List<ScanColumn> columns = new ArrayList<>();
    int id = 1;
    for (Column column : plan.output().columns()) {
      columns.add(new ScanColumn(id++, column));
    }
    return columns;
  }

  private List<WrittenFile> write(
      PhysicalPlan.Generate plan,
      List<WriteTarget.PartitionField> partitioning,
      Map<String, String> properties) {
    WriteTarget target =
        new WriteTarget(
            new TableRef(List.of("n"), "t"),
            folder.toString(),
            columns(plan),
            0,
            partitioning,
            properties);
    try (StandardDataFiles files = new StandardDataFiles();
        BufferAllocator allocator = new RootAllocator();
        TableFileWriter writer = files.tableWriter(target, allocator)) {
      ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
      for (ScanTask task : files.tasks(plan)) {
        try (BatchReader reader = task.open(context)) {
          for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
            writer.write(batch);
          }
        }
      }
      return writer.finish();
    }
  }

  private static PhysicalPlan.TableScan scan(List<ScanColumn> columns, List<WrittenFile> files) {
    return new PhysicalPlan.TableScan(
        new TableRef(List.of("n"), "t"),
        1,
        columns,
        List.of(),
        Optional.empty(),
        files.stream()
            .map(
                f ->
                    new ScanFile(
                        f.location(),
                        DataFileFormat.PARQUET,
                        f.sizeBytes(),
                        f.recordCount(),
                        Map.of(),
                        List.of()))
            .toList(),
        OptionalLong.empty(),
        0);
  }

  @Test
  void writesTransactionsThatDuckDbAndWeReadAlike() throws Exception {
    PhysicalPlan.Generate plan =
        Generators.plan("transactions", Map.of("rows", "300000", "seed", "7"));
    List<WrittenFile> written = write(plan, List.of(), Map.of());
    assertThat(written).hasSize(1);
    assertThat(written.getFirst().recordCount()).isEqualTo(300_000);
    try (StandardDataFiles files = new StandardDataFiles()) {
      List<List<Object>> expected = ScanRows.read(files.tasks(plan));
      assertThat(ScanRows.read(files.tasks(scan(columns(plan), written)))).isEqualTo(expected);
      try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
          ResultSet rows =
              duck.createStatement()
                  .executeQuery(
                      "SELECT *, epoch_us(eventTime) FROM read_parquet('"
                          + written.getFirst().location()
                          + "') ORDER BY id")) {
        for (List<Object> row : expected) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getLong(1)).isEqualTo(row.get(0));
          assertThat(rows.getLong(2)).isEqualTo(row.get(1));
          assertThat(rows.getLong(10)).isEqualTo(row.get(2));
          assertThat(rows.getDouble(4)).isEqualTo(row.get(3));
          assertThat(rows.getBigDecimal(5)).isEqualTo(row.get(4));
          assertThat(rows.getString(6)).isEqualTo(row.get(5));
          assertThat(rows.getString(7)).isEqualTo(row.get(6));
          assertThat(rows.getString(8)).isEqualTo(row.get(7));
          assertThat(rows.getString(9)).isEqualTo(row.get(8));
        }
        assertThat(rows.next()).isFalse();
      }
    }
  }

  @Test
  void writesTpchNationWithIcebergMetrics() {
    PhysicalPlan.Generate plan = Generators.plan("tpch.nation", Map.of("scale", "0.01"));
    WrittenFile file = write(plan, List.of(), Map.of()).getFirst();
    assertThat(file.recordCount()).isEqualTo(25);
    assertThat(file.lowerBounds().get(2)).isEqualTo("ALGERIA".getBytes());
    assertThat(file.upperBounds().get(2)).isEqualTo("VIETNAM".getBytes());
    assertThat(file.lowerBounds().get(1)).isEqualTo(new byte[8]);
    assertThat(file.upperBounds().get(1)).isEqualTo(new byte[] {24, 0, 0, 0, 0, 0, 0, 0});
    assertThat(file.nullCounts().get(2)).isZero();
    assertThat(file.splitOffsets()).containsExactly(4L);
  }

  @Test
  void leavesOutRowsThatDeleteFilesName() throws Exception {
    PhysicalPlan.Generate plan = Generators.plan("series", Map.of("stop", "20000"));
    WrittenFile data = write(plan, List.of(), Map.of()).getFirst();
    String byPosition = folder.resolve("pos.parquet").toString();
    String byKey = folder.resolve("eq.parquet").toString();
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      duck.createStatement()
          .execute(
              "COPY (SELECT '"
                  + data.location()
                  + "' AS file_path, r AS pos FROM range(0, 10000) t(r)"
                  + " UNION ALL SELECT 'other', 15000) TO '"
                  + byPosition
                  + "' (FORMAT parquet, FIELD_IDS {file_path: 2147483546, pos: 2147483545})");
      duck.createStatement()
          .execute(
              "COPY (SELECT r AS value FROM range(19001, 20001) t(r)) TO '"
                  + byKey
                  + "' (FORMAT parquet, FIELD_IDS {value: 1})");
    }
    // Rows 17000 to 17999 (values one more) by a deletion vector.
    org.roaringbitmap.RoaringBitmap bitmap = new org.roaringbitmap.RoaringBitmap();
    bitmap.add(17_000L, 18_000L);
    java.nio.ByteBuffer blob =
        java.nio.ByteBuffer.allocate(4 + 4 + 8 + 4 + bitmap.serializedSizeInBytes() + 4);
    blob.putInt(blob.capacity() - 8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    blob.putInt(0x6439D3D1).putLong(1).putInt(0);
    bitmap.serialize(blob);
    java.util.zip.CRC32 checksum = new java.util.zip.CRC32();
    checksum.update(blob.array(), 4, blob.capacity() - 8);
    blob.order(java.nio.ByteOrder.BIG_ENDIAN).putInt((int) checksum.getValue());
    Path puffin = java.nio.file.Files.write(folder.resolve("dv.puffin"), blob.array());
    ScanFile file =
        new ScanFile(
            data.location(),
            DataFileFormat.PARQUET,
            data.sizeBytes(),
            data.recordCount(),
            Map.of(),
            List.of(
                new ScanFile.DeleteFile(
                    ScanFile.DeleteFile.Kind.POSITION, byPosition, 0, List.of(), -1, -1),
                new ScanFile.DeleteFile(
                    ScanFile.DeleteFile.Kind.EQUALITY, byKey, 0, List.of(1), -1, -1),
                new ScanFile.DeleteFile(
                    ScanFile.DeleteFile.Kind.DELETION_VECTOR,
                    puffin.toString(),
                    0,
                    List.of(),
                    0,
                    blob.capacity())));
    PhysicalPlan.TableScan scan = scan(columns(plan), List.of(data));
    PhysicalPlan.TableScan deleted =
        new PhysicalPlan.TableScan(
            scan.table(),
            1,
            scan.columns(),
            List.of(),
            Optional.empty(),
            List.of(file),
            OptionalLong.empty(),
            0);
    try (StandardDataFiles files = new StandardDataFiles()) {
      List<Object> values =
          ScanRows.read(files.tasks(deleted)).stream().map(row -> row.getFirst()).toList();
      assertThat(values).hasSize(20_000 - 10_000 - 1000 - 1000);
      assertThat(values).first().isEqualTo(10_001L);
      assertThat(values)
          .contains(15_001L, 17_000L, 18_001L, 19_000L)
          .doesNotContain(17_001L, 18_000L, 19_001L);
    }
  }

  @Test
  void partitionsByTransforms() {
    PhysicalPlan.Generate plan = Generators.plan("transactions", Map.of("rows", "20000"));
    List<WrittenFile> written =
        write(
            plan,
            List.of(
                new WriteTarget.PartitionField("month", 3, "month"),
                new WriteTarget.PartitionField("b", 1, "bucket[2]")),
            Map.of());
    assertThat(written).hasSize(24);
    assertThat(written.stream().mapToLong(WrittenFile::recordCount).sum()).isEqualTo(20_000);
    assertThat(written.stream().map(WrittenFile::partition))
        .contains(List.of(636L, 0L), List.of(647L, 1L));
  }

  @Test
  void skipsRowGroupsByStatistics() {
    PhysicalPlan.Generate plan = Generators.plan("series", Map.of("stop", "5000"));
    WrittenFile data = write(plan, List.of(), Map.of()).getFirst();
    PhysicalPlan.TableScan scan = scan(columns(plan), List.of(data));
    PhysicalPlan.TableScan filtered =
        new PhysicalPlan.TableScan(
            scan.table(),
            1,
            scan.columns(),
            List.of(),
            Optional.of(
                new io.bauplan.sql.plan.Expression.Comparison(
                    io.bauplan.sql.plan.Expression.Comparison.Operator.GREATER,
                    new io.bauplan.sql.plan.Expression.InputRef(
                        0, io.bauplan.sql.plan.DataType.INT64, false),
                    new io.bauplan.sql.plan.Expression.Literal(
                        5000L, io.bauplan.sql.plan.DataType.INT64))),
            scan.files(),
            OptionalLong.empty(),
            0);
    try (StandardDataFiles files = new StandardDataFiles()) {
      assertThat(ScanRows.read(files.tasks(filtered))).isEmpty();
    }
  }
}
