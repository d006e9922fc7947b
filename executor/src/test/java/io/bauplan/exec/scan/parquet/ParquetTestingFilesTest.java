package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanRows;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.StandardDataFiles;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Struct;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The Parquet community's files against DuckDB. Needs `-Dparquet.testing=<folder>`.
class ParquetTestingFilesTest {
  /// Has two strings of a gigabyte each: read by a test of its own.
  private static final String LARGE = "large_string_map.brotli.parquet";

  /// Lies among the bad files because a reader of old crashed on dictionary codes of zero bits.
  /// They are what a dictionary of one entry needs, and what parquet-java writes for it.
  private static final String ZERO_BITS = "ARROW-GH-43605.parquet";

  /// What we refuse with an error that says why.
  private static final Set<String> REFUSED =
      Set.of(
          "nation.dict-malformed.parquet",
          "datapage_v1-corrupt-checksum.parquet",
          "rle-dict-uncompressed-corrupt-checksum.parquet");

  /// DuckDB's timestamps overflow on it.
  private static final Set<String> DUCKDB_WRONG = Set.of("int96_from_spark.parquet");

  private final StandardDataFiles files = new StandardDataFiles();

  private static List<Path> files(String folder) throws IOException {
    String root = System.getProperty("parquet.testing", "");
    if (root.isEmpty()) {
      System.err.println(
          "NOT RUN: the parquet-testing files, give their folder as -Dparquet.testing=...");
      return List.of();
    }
    try (Stream<Path> all = Files.list(Path.of(root, folder))) {
      return all.filter(
              p -> p.toString().endsWith(".parquet") || p.toString().endsWith(".encrypted"))
          .sorted()
          .toList();
    }
  }

  private List<List<@Nullable Object>> read(Path file) {
    return ScanRows.read(tasks(file));
  }

  private List<ScanTask> tasks(Path file) {
    PhysicalPlan.FileScan scan =
        files.schemas().describe(DataFileFormat.PARQUET, file.toString(), Map.of());
    return files.tasks(scan);
  }

  @Test
  void readsWhatDuckDbReads() throws Exception {
    List<String> wrong = new ArrayList<>();
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      duck.createStatement().execute("SET TimeZone = 'UTC'");
      for (Path file : files("data")) {
        String name = file.getFileName().toString();
        if (name.equals(LARGE)) {
          continue;
        }
        List<List<@Nullable Object>> rows;
        try {
          rows = read(file);
        } catch (EngineException e) {
          if (!REFUSED.contains(name) && !name.endsWith("encrypted")) {
            wrong.add(name + ": " + e.getMessage());
          }
          continue;
        }
        if (DUCKDB_WRONG.contains(name)) {
          continue;
        }
        try (ResultSet expected =
            duck.createStatement().executeQuery("SELECT * FROM read_parquet('" + file + "')")) {
          int row = 0;
          int differences = 0;
          while (expected.next() && differences == 0) {
            for (int i = 1; i <= expected.getMetaData().getColumnCount(); i++) {
              Object theirs = plain(expected.getObject(i));
              Object ours = row < rows.size() ? normal(rows.get(row).get(i - 1)) : "no row";
              if (!String.valueOf(theirs).equals(String.valueOf(ours)) && differences++ == 0) {
                wrong.add(
                    name
                        + " row "
                        + row
                        + " column "
                        + expected.getMetaData().getColumnName(i)
                        + " "
                        + expected.getMetaData().getColumnTypeName(i)
                        + ": DuckDB "
                        + cut(theirs)
                        + ", we "
                        + cut(ours));
              }
            }
            row++;
          }
          if (differences == 0 && row != rows.size()) {
            wrong.add(name + ": DuckDB has " + row + " rows, we " + rows.size());
          }
        } catch (SQLException e) {
          System.err.println("DuckDB does not read " + name + ", we read " + rows.size() + " rows");
        }
      }
    }
    assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
  }

  private static String cut(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() > 200 ? text.substring(0, 200) : text;
  }

  private static @Nullable Object normal(@Nullable Object value) {
    return switch (value) {
      case Float number -> (double) number;
      case BigDecimal number -> number.toPlainString();
      case List<?> list -> {
        List<@Nullable Object> values = new ArrayList<>();
        list.forEach(v -> values.add(normal(v)));
        yield values;
      }
      case Map<?, ?> map -> {
        Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
        map.forEach((k, v) -> values.put(normal(k), normal(v)));
        yield values;
      }
      case null, default -> value;
    };
  }

  private static @Nullable Object plain(@Nullable Object value) throws SQLException {
    return switch (value) {
      case Integer number -> number.longValue();
      case Short number -> number.longValue();
      case Byte number -> number.longValue();
      case Float number -> (double) number;
      case BigDecimal number -> number.toPlainString();
      case LocalDate date -> date.toEpochDay();
      case java.sql.Date date -> date.toLocalDate().toEpochDay();
      case LocalTime time -> time.toNanoOfDay() / 1000;
      case java.sql.Timestamp t -> micros(t.toLocalDateTime());
      case OffsetDateTime t -> micros(t.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
      case Blob blob -> java.util.HexFormat.of().formatHex(blob.getBytes(1, (int) blob.length()));
      case java.util.UUID uuid -> uuid.toString().replace("-", "");
      case Array array -> {
        List<@Nullable Object> values = new ArrayList<>();
        for (Object element : (Object[]) array.getArray()) {
          values.add(plain(element));
        }
        yield values;
      }
      case Struct struct -> {
        List<@Nullable Object> values = new ArrayList<>();
        for (Object element : struct.getAttributes()) {
          values.add(plain(element));
        }
        yield values;
      }
      case Map<?, ?> map -> {
        Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          values.put(plain(entry.getKey()), plain(entry.getValue()));
        }
        yield values;
      }
      case null, default -> value;
    };
  }

  private static long micros(LocalDateTime time) {
    return ChronoUnit.MICROS.between(LocalDateTime.of(1970, 1, 1, 0, 0), time);
  }

  @Test
  void refusesBadFilesWithAnErrorThatNamesThem() throws IOException {
    for (Path file : files("bad_data")) {
      if (file.endsWith(ZERO_BITS)) {
        assertThat(read(file)).hasSize(21_186).containsOnly(List.of(0L));
        continue;
      }
      assertThatThrownBy(() -> read(file))
          .as(file.toString())
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> assertThat(e.code()).isIn(ErrorCode.MALFORMED_FILE, ErrorCode.NOT_SUPPORTED))
          .hasMessageContaining(file.getFileName().toString());
    }
  }

  @Test
  void readsPagesOfAGigabyteWhereMemoryAllows() throws IOException {
    for (Path file : files("data")) {
      if (!file.endsWith(LARGE)) {
        continue;
      }
      List<ScanTask> tasks = tasks(file);
      try (BufferAllocator allocator = new RootAllocator();
          BufferAllocator small = allocator.newChildAllocator("small", 0, 512L << 20)) {
        assertThatThrownBy(() -> lengths(tasks, small)).isInstanceOf(OutOfMemoryException.class);
        assertThat(lengths(tasks, allocator)).containsExactly(1 << 30, 1 << 30);
        System.err.println(allocator.getPeakMemoryAllocation() + " bytes for " + LARGE);
      }
    }
  }

  /// Of the only key of every row.
  private static List<Integer> lengths(List<ScanTask> tasks, BufferAllocator allocator) {
    List<Integer> lengths = new ArrayList<>();
    ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
    for (ScanTask task : tasks) {
      try (BatchReader reader = task.open(context)) {
        for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
          try (Batch owned = batch) {
            assertThat(owned.rowCount()).isEqualTo(1);
            FlatVector entries = ((FlatVector) owned.column(0)).children().getFirst();
            assertThat(entries.length()).isEqualTo(1);
            FlatVector key = entries.children().getFirst();
            int length = Memory.getInt(key.offsetsAddress() + 4);
            lengths.add(length - Memory.getInt(key.offsetsAddress()));
            assertThat(Memory.getByte(key.dataAddress() + length - 1)).isEqualTo((byte) 'a');
          }
        }
      }
    }
    return lengths;
  }
}
