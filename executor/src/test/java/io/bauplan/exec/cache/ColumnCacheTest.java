package io.bauplan.exec.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanRows;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.StandardDataFiles;
import io.bauplan.exec.scan.TableFileWriter;
import io.bauplan.exec.scan.generate.Generators;
import io.bauplan.exec.scan.store.FileSink;
import io.bauplan.exec.scan.store.LocalStore;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.RangeReader;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColumnCacheTest {
  private static final long PLENTY = 1L << 30;

  @TempDir Path folder;

  private final BufferAllocator root = new RootAllocator();
  private PhysicalPlan.Generate plan;
  private WrittenFile file;

  /// Files of this disk that count as far away.
  private record FarStore(LocalStore near) implements ObjectStore {
    @Override
    public FileInfo info(String location) {
      return near.info(location);
    }

    @Override
    public List<FileInfo> list(String location) {
      return near.list(location);
    }

    @Override
    public RangeReader open(String location) {
      return near.open(location);
    }

    @Override
    public boolean remote(String location) {
      return true;
    }

    @Override
    public FileSink create(String location) {
      return near.create(location);
    }

    @Override
    public void delete(String location) {
      near.delete(location);
    }
  }

  @BeforeEach
  void writeTable() {
    plan = Generators.plan("transactions", Map.of("rows", "60000", "seed", "3"));
    WriteTarget target =
        new WriteTarget(
            new TableRef(List.of("n"), "t"),
            folder.resolve("data").toString(),
            columns(),
            0,
            List.of(),
            Map.of("write.parquet.row-group-size-bytes", "300000"));
    try (StandardDataFiles files = new StandardDataFiles();
        TableFileWriter writer = files.tableWriter(target, root)) {
      for (ScanTask task : files.tasks(plan)) {
        try (BatchReader reader = task.open(context())) {
          for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
            writer.write(batch);
          }
        }
      }
      file = writer.finish().getFirst();
    }
  }

  @AfterEach
  void nothingLeaks() {
    root.close();
  }

  private List<ScanColumn> columns() {
    List<Column> columns = plan.output().columns();
    return IntStream.range(0, columns.size())
        .mapToObj(i -> new ScanColumn(i + 1, columns.get(i)))
        .toList();
  }

  private ScanContext context() {
    return new ScanContext(root, new ScanContext.Figures());
  }

  private PhysicalPlan.TableScan scan(List<Integer> wanted) {
    return new PhysicalPlan.TableScan(
        new TableRef(List.of("n"), "t"),
        1,
        wanted.stream().map(columns()::get).toList(),
        List.of(),
        Optional.empty(),
        List.of(
            new ScanFile(
                file.location(),
                DataFileFormat.PARQUET,
                file.sizeBytes(),
                file.recordCount(),
                Map.of(),
                List.of())),
        OptionalLong.empty(),
        0);
  }

  /// Rows of some columns; what was read is in the figures.
  private List<List<Object>> read(
      StandardDataFiles files, List<Integer> wanted, ScanContext context) {
    List<List<Object>> rows = new ArrayList<>();
    for (ScanTask task : files.tasks(scan(wanted))) {
      try (BatchReader reader = task.open(context)) {
        for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
          add(batch, rows);
        }
      }
    }
    return rows;
  }

  private long count(StandardDataFiles files, List<Integer> wanted, ScanContext context) {
    long rows = 0;
    for (ScanTask task : files.tasks(scan(wanted))) {
      try (BatchReader reader = task.open(context)) {
        for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
          rows += batch.rowCount();
          batch.close();
        }
      }
    }
    return rows;
  }

  private void add(Batch batch, List<List<Object>> rows) {
    try (batch) {
      var flat = batch.columns().stream().map(column -> column.flatten(root)).toList();
      for (int i = 0; i < batch.rowCount(); i++) {
        List<Object> row = new ArrayList<>();
        for (var column : flat) {
          row.add(String.valueOf(ScanRows.value(column, i)));
        }
        rows.add(row);
      }
      flat.forEach(column -> column.close());
    }
  }

  private List<List<Object>> expected(List<Integer> wanted) {
    try (StandardDataFiles files = new StandardDataFiles()) {
      return read(files, wanted, context());
    }
  }

  private ColumnFiles disk() {
    try {
      return new ColumnFiles(folder.resolve("columns"), PLENTY);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private List<Path> stored() throws IOException {
    try (Stream<Path> paths = Files.list(folder.resolve("columns"))) {
      return paths.sorted().toList();
    }
  }

  @Test
  void readsOnlyWhatIsMissing() {
    try (ColumnCache cache = new ColumnCache(root, PLENTY, Optional.empty());
        StandardDataFiles files = new StandardDataFiles(new LocalStore(), Optional.of(cache), 2)) {
      ScanContext first = context();
      assertThat(read(files, List.of(0, 2, 3), first)).isEqualTo(expected(List.of(0, 2, 3)));
      ScanContext alone = context();
      try (StandardDataFiles uncached = new StandardDataFiles()) {
        read(uncached, List.of(1), alone);
      }
      ScanContext wider = context();
      assertThat(read(files, List.of(3, 1, 0), wider)).isEqualTo(expected(List.of(3, 1, 0)));
      assertThat(wider.figures().bytesRead().sum())
          .as("the new column alone")
          .isEqualTo(alone.figures().bytesRead().sum());
      ScanContext again = context();
      assertThat(read(files, List.of(0, 1, 2, 3), again)).isEqualTo(expected(List.of(0, 1, 2, 3)));
      assertThat(again.figures().bytesRead().sum()).isZero();
      assertThat(again.figures().bytesSaved().sum())
          .isEqualTo(first.figures().bytesRead().sum() + alone.figures().bytesRead().sum());
      ScanContext without = new ScanContext(root, new ScanContext.Figures(), false);
      read(files, List.of(1), without);
      assertThat(without.figures().bytesRead().sum()).isPositive();
    }
  }

  @Test
  void keepsToItsBudgetAndWhatIsAskedForOftenSurvivesAScan() {
    List<Integer> all = IntStream.range(0, columns().size()).boxed().toList();
    long whole;
    long hot;
    try (ColumnCache cache = new ColumnCache(root, PLENTY, Optional.empty());
        StandardDataFiles files = new StandardDataFiles(new LocalStore(), Optional.of(cache), 2)) {
      read(files, List.of(0), context());
      hot = cache.statistics().memoryBytes();
      read(files, all, context());
      whole = cache.statistics().memoryBytes();
    }
    long budget = Math.max(2 * hot, whole / 5);
    try (ColumnCache cache = new ColumnCache(root, budget, Optional.empty());
        StandardDataFiles files = new StandardDataFiles(new LocalStore(), Optional.of(cache), 2)) {
      for (int i = 0; i < 3; i++) {
        read(files, List.of(0), context());
      }
      assertThat(read(files, all, context())).isEqualTo(expected(all));
      assertThat(cache.statistics().memoryBytes()).isLessThanOrEqualTo(budget);
      ScanContext after = context();
      read(files, List.of(0), after);
      assertThat(after.figures().bytesRead().sum()).isZero();
      // Another column that is asked for again and again gets its place.
      for (int i = 0; i < 6; i++) {
        read(files, List.of(1), context());
      }
      ScanContext changed = context();
      read(files, List.of(1), changed);
      assertThat(changed.figures().bytesRead().sum()).isZero();
      assertThat(cache.statistics().memoryBytes()).isLessThanOrEqualTo(budget);
    }
  }

  @Test
  void survivesARestartOnDiskAndDropsWhatIsDamaged() throws IOException {
    List<Integer> all = IntStream.range(0, columns().size()).boxed().toList();
    List<List<Object>> expected = expected(all);
    ObjectStore far = new FarStore(new LocalStore());
    try (ColumnCache cache = new ColumnCache(root, PLENTY, Optional.of(disk()));
        StandardDataFiles files = new StandardDataFiles(far, Optional.of(cache), 2)) {
      assertThat(read(files, all, context())).isEqualTo(expected);
    }
    assertThat(stored()).isNotEmpty();
    try (ColumnCache cache = new ColumnCache(root, PLENTY, Optional.of(disk()));
        StandardDataFiles files = new StandardDataFiles(far, Optional.of(cache), 2)) {
      ScanContext context = context();
      assertThat(read(files, all, context)).isEqualTo(expected);
      assertThat(context.figures().bytesRead().sum()).isZero();
      assertThat(context.figures().bytesFromDisk().sum()).isPositive();
      assertThat(cache.entries()).anyMatch(entry -> entry.tier().equals("disk"));
    }
    // Bits that turned, a file cut short, an empty one, and one half written when a process died.
    List<Path> paths = stored();
    byte[] bytes = Files.readAllBytes(paths.get(0));
    bytes[bytes.length / 2] ^= 4;
    Files.write(paths.get(0), bytes);
    bytes = Files.readAllBytes(paths.get(1));
    bytes[20] ^= 1;
    Files.write(paths.get(1), bytes);
    Files.write(paths.get(2), Files.readAllBytes(paths.get(2)), StandardOpenOption.APPEND);
    bytes = Files.readAllBytes(paths.get(3));
    Files.write(paths.get(3), java.util.Arrays.copyOf(bytes, bytes.length / 3));
    Files.write(paths.get(4), new byte[0]);
    Path half = folder.resolve("columns").resolve("0123.column.77.tmp");
    Files.write(half, bytes);
    Files.copy(paths.get(5), paths.get(6), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (ColumnCache cache = new ColumnCache(root, PLENTY, Optional.of(disk()));
        StandardDataFiles files = new StandardDataFiles(far, Optional.of(cache), 2)) {
      assertThat(half).doesNotExist();
      ScanContext context = context();
      assertThat(read(files, all, context)).isEqualTo(expected);
      assertThat(context.figures().bytesRead().sum()).isPositive();
    }
    try (ColumnCache cache = new ColumnCache(root, PLENTY, Optional.of(disk()));
        StandardDataFiles files = new StandardDataFiles(far, Optional.of(cache), 2)) {
      ScanContext context = context();
      assertThat(read(files, all, context)).isEqualTo(expected);
      assertThat(context.figures().bytesRead().sum()).as("all is there again").isZero();
    }
  }

  @Test
  void aScanThatStopsEarlyLeavesNothingHalf() {
    try (ColumnCache cache = new ColumnCache(root, PLENTY, Optional.empty());
        StandardDataFiles files = new StandardDataFiles(new LocalStore(), Optional.of(cache), 2)) {
      try (BatchReader reader = files.tasks(scan(List.of(0, 1))).getFirst().open(context())) {
        Batch batch = reader.next();
        assertThat(batch).isNotNull();
        batch.close();
      }
      assertThat(cache.statistics().entries()).isZero();
      assertThat(cache.statistics().memoryBytes()).isZero();
      assertThat(read(files, List.of(0, 1), context())).isEqualTo(expected(List.of(0, 1)));
    }
  }

  @Test
  void aScanThatWaitsForItsClientHoldsNobodyUp() {
    try (ColumnCache cache = new ColumnCache(root, PLENTY, Optional.empty());
        StandardDataFiles files = new StandardDataFiles(new LocalStore(), Optional.of(cache), 2)) {
      try (BatchReader slow = files.tasks(scan(List.of(0, 1))).getFirst().open(context())) {
        Batch batch = slow.next();
        assertThat(batch).isNotNull();
        batch.close();
        assertThat(read(files, List.of(1, 0), context())).isEqualTo(expected(List.of(1, 0)));
      }
    }
  }

  @Test
  void manyReadersReadEachChunkOnce() throws Exception {
    List<Integer> all = IntStream.range(0, columns().size()).boxed().toList();
    List<List<Object>> expected = expected(all);
    ScanContext once = context();
    try (StandardDataFiles files = new StandardDataFiles()) {
      read(files, all, once);
    }
    try (ColumnCache cache = new ColumnCache(root, PLENTY, Optional.empty());
        StandardDataFiles files = new StandardDataFiles(new LocalStore(), Optional.of(cache), 2);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      ScanContext context = context();
      List<Callable<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        readers.add(() -> count(files, all, context));
      }
      for (Future<Long> rows : threads.invokeAll(readers)) {
        assertThat(rows.get()).isEqualTo(expected.size());
      }
      assertThat(read(files, all, context)).isEqualTo(expected);
      assertThat(context.figures().bytesRead().sum()).isEqualTo(once.figures().bytesRead().sum());
    }
  }

  @Test
  void randomReadersOverASmallCacheSeeWhatIsInTheFile() throws Exception {
    long seed = Long.getLong("bauplan.seed", System.nanoTime());
    List<Integer> all = IntStream.range(0, columns().size()).boxed().toList();
    List<List<Object>> expected = expected(all);
    ObjectStore far = new FarStore(new LocalStore());
    ColumnFiles disk = new ColumnFiles(folder.resolve("columns"), 1 << 20);
    try (ColumnCache cache = new ColumnCache(root, 2 << 20, Optional.of(disk));
        StandardDataFiles files = new StandardDataFiles(far, Optional.of(cache), 2);
        ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Callable<Boolean>> readers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Random random = new Random(seed + i);
        readers.add(
            () -> {
              for (int n = 0; n < 8; n++) {
                List<Integer> wanted = all.stream().filter(c -> random.nextInt(3) == 0).toList();
                if (wanted.isEmpty()) {
                  continue;
                }
                List<List<Object>> rows = read(files, wanted, context());
                assertThat(rows).as("seed %d", seed).hasSameSizeAs(expected);
                for (int r = 0; r < rows.size(); r++) {
                  for (int c = 0; c < wanted.size(); c++) {
                    if (!rows.get(r).get(c).equals(expected.get(r).get(wanted.get(c)))) {
                      throw new AssertionError("seed " + seed + ": row " + r + ", column " + c);
                    }
                  }
                }
              }
              return true;
            });
      }
      for (Future<Boolean> done : threads.invokeAll(readers)) {
        assertThat(done.get()).isTrue();
      }
      assertThat(cache.statistics().memoryBytes()).isLessThanOrEqualTo(2 << 20);
      assertThat(cache.statistics().evictions()).as("seed %d", seed).isPositive();
    }
  }
}
