package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.TableFileWriter;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Writes batches as Parquet files: of an Iceberg table (field ids, target size, partitions) or of
/// one location.
///
/// A partitioned write keeps one file open per partition and goes on while they are few; past the
/// limit it ends the fullest ones, so that memory stays bounded.
public final class ParquetTableWriter implements TableFileWriter {
  private static final long DEFAULT_TARGET_BYTES = 512L << 20;

  /// Files open at once.
  private static final int MAX_OPEN_PARTITIONS = 128;

  private final ObjectStore store;
  private final BufferAllocator allocator;
  private final List<ScanColumn> columns;
  private final ParquetOptions options;
  private final long targetBytes;
  private final Locations locations;
  private final Partitioner partitioner;
  private final Map<List<@Nullable Object>, ParquetFileWriter> open = new LinkedHashMap<>();
  private final List<WrittenFile> written = new ArrayList<>();
  private final boolean single;
  private boolean finished;

  /// Names the next file of a partition.
  @FunctionalInterface
  private interface Locations {
    String next(List<@Nullable Object> partition);
  }

  private ParquetTableWriter(
      ObjectStore store,
      BufferAllocator allocator,
      List<ScanColumn> columns,
      Map<String, String> properties,
      long targetBytes,
      Partitioner partitioner,
      Locations locations) {
    this.store = store;
    this.allocator = allocator;
    this.columns = columns;
    this.options = ParquetOptions.of(properties);
    this.targetBytes = targetBytes;
    this.partitioner = partitioner;
    this.locations = locations;
    this.single = targetBytes == Long.MAX_VALUE && partitioner.isEmpty();
  }

  /// The writer of a table's data files, named `<partition>/<uuid>.parquet` under its data
  /// location.
  public static ParquetTableWriter open(
      ObjectStore store, WriteTarget target, BufferAllocator allocator) {
    long targetBytes =
        ParquetOptions.size(
            target.properties(), "write.target-file-size-bytes", DEFAULT_TARGET_BYTES);
    Partitioner partitioner = new Partitioner(target.columns(), target.partitioning());
    String base =
        target.dataLocation().endsWith("/") ? target.dataLocation() : target.dataLocation() + "/";
    return new ParquetTableWriter(
        store,
        allocator,
        target.columns(),
        target.properties(),
        targetBytes,
        partitioner,
        partition -> base + partitioner.path(partition) + UUID.randomUUID() + ".parquet");
  }

  /// The writer of one file.
  public static ParquetTableWriter openFile(
      ObjectStore store,
      String location,
      List<ScanColumn> columns,
      Map<String, String> options,
      BufferAllocator allocator) {
    return new ParquetTableWriter(
        store,
        allocator,
        columns,
        options,
        Long.MAX_VALUE,
        new Partitioner(columns, List.of()),
        partition -> location);
  }

  @Override
  public void write(Batch batch) {
    try (Batch dense = batch.compact(allocator)) {
      if (dense.rowCount() == 0) {
        return;
      }
      if (dense.columnCount() != columns.size()) {
        throw new IllegalArgumentException(
            dense.columnCount() + " columns for a table of " + columns.size());
      }
      if (partitioner.isEmpty()) {
        append(List.of(), dense);
      } else {
        writePartitioned(dense);
      }
    }
  }

  private void writePartitioned(Batch dense) {
    Map<List<@Nullable Object>, int[]> groups = partitioner.group(dense, allocator);
    if (groups.size() == 1) {
      append(groups.keySet().iterator().next(), dense);
      return;
    }
    List<FlatVector> flat = new ArrayList<>();
    try {
      for (Vector column : dense.columns()) {
        flat.add(column.flatten(allocator));
      }
      for (Map.Entry<List<@Nullable Object>, int[]> group : groups.entrySet()) {
        int[] rows = group.getValue();
        List<Vector> chosen = new ArrayList<>();
        for (FlatVector column : flat) {
          chosen.add(Gather.gather(column, rows, rows.length, 0, allocator));
        }
        try (Batch part = new Batch(chosen, rows.length)) {
          append(group.getKey(), part);
        }
      }
    } finally {
      flat.forEach(FlatVector::close);
    }
  }

  private void append(List<@Nullable Object> partition, Batch batch) {
    ParquetFileWriter file = open.get(partition);
    if (file == null) {
      if (open.size() >= MAX_OPEN_PARTITIONS) {
        endFullest();
      }
      file = create(partition);
      open.put(partition, file);
    }
    file.write(batch);
    if (file.bytes() >= targetBytes) {
      end(partition);
    }
  }

  private ParquetFileWriter create(List<@Nullable Object> partition) {
    return new ParquetFileWriter(
        store.create(locations.next(partition)), columns, options, allocator);
  }

  private void endFullest() {
    List<@Nullable Object> fullest = List.of();
    long most = -1;
    for (Map.Entry<List<@Nullable Object>, ParquetFileWriter> entry : open.entrySet()) {
      if (entry.getValue().bytes() > most) {
        most = entry.getValue().bytes();
        fullest = entry.getKey();
      }
    }
    end(fullest);
  }

  private void end(List<@Nullable Object> partition) {
    ParquetFileWriter file = open.remove(partition);
    if (file != null) {
      try (file) {
        written.add(file.finish(literals(partition)));
      }
    }
  }

  private static List<@Nullable Object> literals(List<@Nullable Object> partition) {
    List<@Nullable Object> values = new ArrayList<>();
    for (Object value : partition) {
      values.add(value instanceof ByteBuffer bytes ? bytes.array() : value);
    }
    return Collections.unmodifiableList(values);
  }

  @Override
  public List<WrittenFile> finish() {
    if (single && open.isEmpty() && written.isEmpty()) {
      // A query without rows exports an empty file.
      open.put(List.of(), create(List.of()));
    }
    for (List<@Nullable Object> partition : List.copyOf(open.keySet())) {
      end(partition);
    }
    finished = true;
    return List.copyOf(written);
  }

  @Override
  public void close() {
    open.values().forEach(ParquetFileWriter::close);
    open.clear();
    if (!finished) {
      written.forEach(file -> store.delete(file.location()));
      written.clear();
    }
  }
}
