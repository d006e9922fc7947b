package io.bauplan.exec.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.operator.PlanFixture;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpillFolderTest {
  private static final DataType LIST = new DataType.ListType(DataType.VARCHAR, true);
  private static final DataType STRUCT =
      new DataType.StructType(
          List.of(new Column("a", DataType.INT64, true), new Column("b", LIST, true)));
  private static final RowType ROW =
      PlanFixture.type(
          "l", DataType.INT64,
          "b", DataType.BOOLEAN,
          "s", DataType.VARCHAR,
          "d", new DataType.DecimalType(30, 3),
          "f", DataType.FLOAT64,
          "list", LIST,
          "struct", STRUCT,
          "n", DataType.NULL);

  @TempDir Path folder;

  private static List<Object> row(int i) {
    boolean some = i % 3 != 0;
    List<Object> list = some ? Arrays.asList("x" + i, null, "") : null;
    return Arrays.asList(
        i % 5 == 0 ? null : (Object) (long) i,
        i % 7 == 0 ? null : (Object) (i % 2 == 0),
        i % 4 == 0 ? null : "text ".repeat(i % 9) + i,
        new BigDecimal("123456789012345678.000").add(BigDecimal.valueOf(i, 3)),
        i / 4.0,
        list,
        i % 6 == 0 ? null : Arrays.asList((long) i, list),
        null);
  }

  private static List<List<Object>> rows(int from, int count) {
    List<List<Object>> rows = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      rows.add(row(i));
    }
    return rows;
  }

  @Test
  void givesBackWhatItWasGiven() throws IOException {
    try (RootAllocator allocator = new RootAllocator();
        SpillFolder spill = new SpillFolder(folder, 1 << 30);
        OperatorSpill operator = new OperatorSpill(spill, allocator, (bytes, files) -> {})) {
      SpillStream stream = operator.newFile().stream(ROW);
      SpillWriter writer = operator.writer(stream);
      for (int from = 0; from < 20_000; from += 1000) {
        try (Batch batch = PlanFixture.batch(ROW, rows(from, 1000), allocator);
            // Slices begin anywhere but at the first row.
            Batch part =
                new Batch(batch.columns().stream().map(c -> c.slice(64, 100)).toList(), 100)) {
          writer.write(batch, allocator);
          writer.write(part, allocator);
        }
      }
      writer.flush();
      assertThat(stream.rows()).isEqualTo(22_000);
      assertThat(stream.blocks()).isGreaterThan(3);
      List<Object> got = new ArrayList<>();
      try (BatchReader reader = stream.open(allocator)) {
        for (Batch next = reader.next(); next != null; next = reader.next()) {
          try (Batch batch = next) {
            for (int r = 0; r < batch.rowCount(); r++) {
              List<Object> row = new ArrayList<>();
              for (int c = 0; c < batch.columnCount(); c++) {
                row.add(CellValue.read((FlatVector) batch.column(c), r));
              }
              got.add(row);
            }
          }
        }
      }
      List<Object> expected = new ArrayList<>();
      for (int from = 0; from < 20_000; from += 1000) {
        expected.addAll(rows(from, 1000));
        expected.addAll(rows(from + 64, 100));
      }
      assertThat(got).isEqualTo(expected);
    }
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void saysWhereItHasNoRoomAndWhatIsDamaged() throws IOException {
    try (RootAllocator allocator = new RootAllocator();
        SpillFolder spill = new SpillFolder(folder, 3000);
        OperatorSpill operator = new OperatorSpill(spill, allocator, (bytes, files) -> {});
        Batch batch = PlanFixture.batch(ROW, rows(0, 50), allocator)) {
      SpillStream stream = operator.newFile().stream(ROW);
      SpillWriter writer = operator.writer(stream);
      writer.write(batch, allocator);
      writer.flush();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10; i++) {
                  writer.write(batch, allocator);
                  writer.flush();
                }
              })
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
                assertThat(e.hint().orElse("")).contains("--spill-limit");
              });
      try (var files = Files.walk(folder)) {
        Path file = files.filter(path -> path.toString().endsWith(".spill")).findFirst().get();
        byte[] bytes = Files.readAllBytes(file);
        bytes[100] ^= 1;
        Files.write(file, bytes);
      }
      try (BatchReader reader = stream.open(allocator)) {
        assertThatThrownBy(reader::next).hasMessageContaining("checksum");
      }
    }
  }

  @Test
  void sweepsWhatDeadProcessesLeft() throws IOException {
    Path dead = Files.createDirectory(folder.resolve("1-dead"));
    Files.write(dead.resolve("0.spill"), new byte[10]);
    Files.createFile(folder.resolve("1-dead.lock"));
    try (SpillFolder first = new SpillFolder(folder, 1 << 20)) {
      assertThat(dead).doesNotExist();
      assertThat(folder.resolve("1-dead.lock")).doesNotExist();
      Path file = first.newFile();
      Files.write(file, new byte[10]);
      try (SpillFolder second = new SpillFolder(folder, 1 << 20)) {
        assertThat(file).exists();
        assertThat(second.usedBytes()).isZero();
      }
      assertThat(file).exists();
    }
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }
}
