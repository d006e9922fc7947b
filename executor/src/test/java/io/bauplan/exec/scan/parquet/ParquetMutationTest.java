package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.StandardDataFiles;
import io.bauplan.exec.scan.store.ObjectStores;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.ScanColumn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files with flipped and overwritten bytes give rows or an error that names the file: never
/// another exception, a crash, a leak, more memory than a limit, or more time.
///
/// `tests/fuzz-parquet` runs it for longer: `-Dparquet.mutation.seconds` instead of a number of
/// mutations.
class ParquetMutationTest {
  private static final int MUTATIONS = Integer.getInteger("parquet.mutations", 1500);
  private static final int SECONDS = Integer.getInteger("parquet.mutation.seconds", 0);
  private static final long MEMORY_BYTES = 512 << 20;

  /// A small file that takes longer hangs, even on a busy machine.
  private static final Duration HANGS = Duration.ofSeconds(60);

  /// A mutated row count may be large and true: nobody reads that far here.
  private static final int MAX_BATCHES = 64;

  @TempDir Path folder;

  private List<byte[]> seeds() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    String[] options = {
      "COMPRESSION zstd",
      "COMPRESSION snappy",
      "COMPRESSION uncompressed, PARQUET_VERSION V2",
      "COMPRESSION gzip",
      "COMPRESSION brotli",
      "COMPRESSION lz4_raw, PARQUET_VERSION V2"
    };
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      for (int i = 0; i < options.length; i++) {
        Path file = folder.resolve("seed" + i + ".parquet");
        duck.createStatement()
            .execute(
                "COPY (SELECT r AS a, r % 7 = 0 AS b, CASE WHEN r % 3 = 0 THEN NULL ELSE 'text ' ||"
                    + " (r % 50) END AS c, r * 1.5::DOUBLE AS d, (r * 7)::DECIMAL(25, 3) AS e, [r,"
                    + " NULL, r + 1] AS f, {x: r, y: 'v' || r} AS g, MAP {'k' || (r % 5): r} AS h,"
                    + " TIMESTAMP '2024-01-01' + INTERVAL (r) SECOND AS i, uuid() AS j, 'long"
                    + " string ' || r AS k FROM range(0, 300) t(r)) TO '"
                    + file
                    + "' (FORMAT parquet, "
                    + options[i]
                    + ")");
        seeds.add(Files.readAllBytes(file));
      }
    }
    seeds.add(ours(folder.resolve("seed0.parquet"), folder.resolve("ours.parquet")));
    String root = System.getProperty("parquet.testing", "");
    if (!root.isEmpty()) {
      try (Stream<Path> all = Files.list(Path.of(root, "data"))) {
        for (Path file : all.filter(p -> p.toString().endsWith(".parquet")).sorted().toList()) {
          // One of them becomes two gigabytes, each time that it is read.
          if (Files.size(file) < 200_000 && !file.toString().contains("large_string")) {
            seeds.add(Files.readAllBytes(file));
          }
        }
      }
    }
    return seeds;
  }

  /// The same rows as our writer writes them.
  private static byte[] ours(Path from, Path to) throws Exception {
    try (StandardDataFiles files = new StandardDataFiles();
        ObjectStores stores = new ObjectStores();
        BufferAllocator allocator = new RootAllocator(MEMORY_BYTES)) {
      PhysicalPlan.FileScan scan =
          files.schemas().describe(DataFileFormat.PARQUET, from.toString(), Map.of());
      List<ScanColumn> columns = new ArrayList<>();
      for (Column column : scan.output().columns()) {
        columns.add(new ScanColumn(columns.size() + 1, column));
      }
      ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
      try (ParquetTableWriter writer =
          ParquetTableWriter.openFile(stores, to.toString(), columns, Map.of(), allocator)) {
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
    return Files.readAllBytes(to);
  }

  @Test
  void refusesOrReadsMutatedFiles() throws Exception {
    long seed = Long.getLong("parquet.mutation.seed", 20_260_101L);
    Random random = new Random(seed);
    List<byte[]> seeds = seeds();
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    int refused = 0;
    int i = 0;
    for (; SECONDS > 0 ? System.nanoTime() < end : i < MUTATIONS; i++) {
      byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
      mutate(bytes, random);
      Path file = Files.write(folder.resolve("mutated" + i + ".parquet"), bytes);
      try {
        assertTimeoutPreemptively(
            HANGS, () -> read(file), () -> "seed " + seed + ", a mutation hangs");
      } catch (EngineException e) {
        refused++;
        assertThat(e.code())
            .as("seed " + seed + ", mutation " + i + ": " + e.getMessage())
            .isIn(
                ErrorCode.MALFORMED_FILE,
                ErrorCode.NOT_SUPPORTED,
                ErrorCode.TYPE_MISMATCH,
                ErrorCode.DUPLICATE_NAME);
      } catch (OutOfMemoryException e) {
        // The limit on memory held.
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", mutation " + i, e);
      }
      Files.delete(file);
    }
    System.out.println(
        "{\"seed\": "
            + seed
            + ", \"files\": "
            + seeds.size()
            + ", \"mutations\": "
            + i
            + ", \"refused\": "
            + refused
            + "}");
    assertThat(refused).as("mutations that were noticed").isGreaterThan(i / 10);
  }

  private static void mutate(byte[] bytes, Random random) {
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      // Footers are small, yet everything hangs on them: half of the mutations go there.
      int from = random.nextBoolean() ? Math.max(4, bytes.length - 1500) : 4;
      int at = from + random.nextInt(bytes.length - from);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        default -> bytes[at] = (byte) 0xff;
      }
    }
  }

  private static void read(Path path) {
    try (StandardDataFiles files = new StandardDataFiles();
        BufferAllocator allocator = new RootAllocator(MEMORY_BYTES)) {
      PhysicalPlan.FileScan scan =
          files.schemas().describe(DataFileFormat.PARQUET, path.toString(), Map.of());
      ScanContext context = new ScanContext(allocator, new ScanContext.Figures());
      for (ScanTask task : files.tasks(scan)) {
        try (BatchReader reader = task.open(context)) {
          Batch batch = reader.next();
          for (int n = 0; batch != null; n++) {
            batch.close();
            batch = n < MAX_BATCHES ? reader.next() : null;
          }
        }
      }
    }
  }
}
