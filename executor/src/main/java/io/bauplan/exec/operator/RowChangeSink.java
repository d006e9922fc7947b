package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Bytes;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.TableFileWriter;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.PhysicalPlan.RowChange;
import io.bauplan.sql.plan.ScanFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/// Takes the rows of a [RowChange]: notes the positions that go, writes the rows that come. In the
/// end the positions are written down, or handed to the pipeline that copies what is left.
final class RowChangeSink implements Sink, AutoCloseable {
  private final QueryContext query;
  private final BufferAllocator allocator;
  private final RowChange change;
  private final List<Integer> tableColumns;
  private final List<Driver> drivers = new ArrayList<>();
  private final LongAdder rows = new LongAdder();
  private Map<ScanFile, Roaring64Bitmap> deleted = Map.of();
  private List<DeletedRows> reported = List.of();
  private boolean handedOver;

  RowChangeSink(QueryContext query, BufferAllocator allocator, RowChange change) {
    this.query = query;
    this.allocator = allocator;
    this.change = change;
    this.tableColumns =
        IntStream.range(RowChange.LEADING_COLUMNS, change.input().output().size()).boxed().toList();
  }

  /// Positions of one data file that one driver deleted.
  private static final class Positions {
    private final Roaring64Bitmap rows = new Roaring64Bitmap();
    private long added;
  }

  @Override
  public Writer open(int driver) {
    Driver opened = new Driver();
    synchronized (drivers) {
      drivers.add(opened);
    }
    return opened;
  }

  private final class Driver implements Writer {
    private final Map<String, Positions> positions = new HashMap<>();
    private @Nullable TableFileWriter writer;
    private String lastFile = "";
    private @Nullable Positions last;

    @Override
    public void accept(Batch batch) {
      try (Batch dense = batch.compact(allocator)) {
        rows.add(dense.rowCount());
        int[] kept = new int[dense.rowCount()];
        int count = 0;
        try (FlatVector operations = dense.column(2).flatten(allocator)) {
          boolean anyOld = false;
          for (int i = 0; i < dense.rowCount(); i++) {
            int operation = Memory.getInt(operations.dataAddress() + 4L * i);
            anyOld |= operation != RowChange.INSERT;
            if (operation != RowChange.DELETE) {
              kept[count++] = i;
            }
          }
          if (anyOld) {
            note(dense, operations);
          }
        }
        if (count > 0) {
          write(dense, kept, count);
        }
      }
    }

    private void write(Batch dense, int[] kept, int count) {
      TableFileWriter out = writer;
      if (out == null) {
        out = query.files().tableWriter(change.target(), allocator);
        writer = out;
      }
      List<Vector> columns =
          tableColumns.stream().map(column -> (Vector) dense.column(column).retain()).toList();
      Batch rows =
          count == dense.rowCount()
              ? new Batch(columns, count)
              : new Batch(columns, dense.rowCount(), kept, count).compact(allocator);
      out.write(rows);
    }

    private void note(Batch dense, FlatVector operations) {
      try (FlatVector rows = dense.column(1).flatten(allocator)) {
        if (dense.column(0) instanceof ConstantVector constant) {
          Positions of = of(constant.value(), 0);
          for (int i = 0; i < dense.rowCount(); i++) {
            of.rows.addLong(Memory.getLong(rows.dataAddress() + 8L * i));
          }
          of.added += dense.rowCount();
          return;
        }
        try (FlatVector files = dense.column(0).flatten(allocator)) {
          for (int i = 0; i < dense.rowCount(); i++) {
            if (Memory.getInt(operations.dataAddress() + 4L * i) != RowChange.INSERT) {
              Positions of = of(files, i);
              of.rows.addLong(Memory.getLong(rows.dataAddress() + 8L * i));
              of.added++;
            }
          }
        }
      }
    }

    private Positions of(FlatVector files, int row) {
      int begin = Memory.getInt(files.offsetsAddress() + 4L * row);
      int length = Memory.getInt(files.offsetsAddress() + 4L * row + 4) - begin;
      String file = Bytes.string(files.dataAddress() + begin, length);
      Positions of = last;
      if (of == null || !file.equals(lastFile)) {
        of = positions.computeIfAbsent(file, f -> new Positions());
        lastFile = file;
        last = of;
      }
      return of;
    }
  }

  @Override
  public void complete() {
    Map<String, Roaring64Bitmap> all = merged();
    Map<ScanFile, Roaring64Bitmap> byFile = new LinkedHashMap<>();
    for (ScanFile file : change.files()) {
      Roaring64Bitmap positions = all.remove(file.location());
      if (positions != null) {
        byFile.put(file, positions);
      }
    }
    if (!all.isEmpty()) {
      throw new IllegalStateException("rows of files that were not scanned: " + all.keySet());
    }
    deleted = byFile;
    if (change.deletes() == RowChange.DeleteForm.NEW_DATA_FILES) {
      reported =
          byFile.keySet().stream()
              .map(file -> new DeletedRows(file.location(), Optional.empty()))
              .toList();
    } else {
      reported =
          query
              .files()
              .rowDeletes()
              .write(
                  change.target(),
                  byFile,
                  change.deletes() == RowChange.DeleteForm.DELETION_VECTORS,
                  new ScanContext(allocator, new ScanContext.Figures()));
    }
    for (Driver driver : drivers) {
      if (driver.writer != null) {
        query.written(driver.writer.finish());
      }
    }
    query.deleted(reported);
    handedOver = true;
  }

  private Map<String, Roaring64Bitmap> merged() {
    Map<String, Roaring64Bitmap> all = new HashMap<>();
    Map<String, Long> added = new HashMap<>();
    for (Driver driver : drivers) {
      driver.positions.forEach(
          (file, positions) -> {
            all.computeIfAbsent(file, f -> new Roaring64Bitmap()).or(positions.rows);
            added.merge(file, positions.added, Long::sum);
          });
    }
    all.forEach(
        (file, positions) -> {
          if (positions.getLongCardinality() != added.getOrDefault(file, 0L)) {
            throw new EngineException(
                ErrorCode.CARDINALITY_VIOLATION,
                "a row of table "
                    + change.target().table()
                    + " matches more than one row of the source",
                null,
                "Make the source's rows distinct by the columns of the condition, with SELECT"
                    + " DISTINCT or GROUP BY.",
                null);
          }
        });
    return all;
  }

  /// What is left of the files with deleted rows, once the positions are known.
  Source survivors() {
    return new TaskSource(
        query,
        new ScanContext(allocator, new ScanContext.Figures()),
        () -> {
          List<ScanTask> tasks = new ArrayList<>();
          deleted.forEach(
              (file, positions) ->
                  tasks.addAll(
                      query.files().rowDeletes().survivors(file, change.target(), positions)));
          return tasks;
        });
  }

  /// The one row, once everything is written.
  Source source() {
    return WriteSink.count(rows, allocator);
  }

  @Override
  public void close() {
    drivers.forEach(
        driver -> {
          if (driver.writer != null) {
            driver.writer.close();
          }
        });
    if (!handedOver) {
      query.files().rowDeletes().discard(reported);
    }
  }
}
