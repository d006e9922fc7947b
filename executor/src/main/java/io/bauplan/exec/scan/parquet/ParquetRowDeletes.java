package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.RowDeletes;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.DeletedRows.Positions;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.roaringbitmap.longlong.LongIterator;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/// Deletes in Iceberg's forms: position delete files in Parquet and deletion vectors in Puffin.
public final class ParquetRowDeletes implements RowDeletes {
  private static final List<ScanColumn> COLUMNS =
      List.of(
          new ScanColumn(
              DeleteFiles.FILE_PATH_ID, new Column("file_path", DataType.VARCHAR, false)),
          new ScanColumn(DeleteFiles.POSITION_ID, new Column("pos", DataType.INT64, false)));

  private final ObjectStore store;
  private final ParquetSource source;

  public ParquetRowDeletes(ObjectStore store, ParquetSource source) {
    this.store = store;
    this.source = source;
  }

  @Override
  public List<DeletedRows> write(
      WriteTarget target,
      Map<ScanFile, Roaring64Bitmap> positions,
      boolean vectors,
      ScanContext context) {
    List<DeletedRows> written = new ArrayList<>();
    Map<String, Roaring64Bitmap> left = new LinkedHashMap<>();
    positions.forEach(
        (file, deleted) -> {
          Roaring64Bitmap all = source.deletes().of(file).positions(context).clone();
          all.or(deleted);
          if (all.getLongCardinality() == file.recordCount()) {
            written.add(new DeletedRows(file.location(), Optional.empty()));
          } else {
            left.put(file.location(), all);
          }
        });
    if (vectors && !left.isEmpty()) {
      written.addAll(writeVectors(location(target, "puffin"), left));
      return written;
    }
    try {
      left.forEach(
          (file, deleted) -> {
            Positions at =
                writePositions(location(target, "parquet"), file, deleted, context.allocator());
            written.add(new DeletedRows(file, Optional.of(at)));
          });
    } catch (RuntimeException | Error e) {
      discard(written);
      throw e;
    }
    return written;
  }

  private static String location(WriteTarget target, String ending) {
    String base = target.dataLocation();
    return (base.endsWith("/") ? base : base + "/") + UUID.randomUUID() + "-deletes." + ending;
  }

  private List<DeletedRows> writeVectors(String location, Map<String, Roaring64Bitmap> positions) {
    Map<String, PuffinFile.Blob> blobs = new LinkedHashMap<>();
    long size;
    try (PuffinFile file = new PuffinFile(store.create(location))) {
      positions.forEach((dataFile, deleted) -> blobs.put(dataFile, file.add(dataFile, deleted)));
      size = file.finish();
    }
    List<DeletedRows> written = new ArrayList<>();
    blobs.forEach(
        (dataFile, blob) -> {
          long count = Objects.requireNonNull(positions.get(dataFile)).getLongCardinality();
          Positions at = new Positions(location, size, count, blob.offset(), blob.sizeBytes());
          written.add(new DeletedRows(dataFile, Optional.of(at)));
        });
    return written;
  }

  /// Paths and positions, ascending.
  private Positions writePositions(
      String location, String dataFile, Roaring64Bitmap positions, BufferAllocator allocator) {
    try (ParquetTableWriter writer =
        ParquetTableWriter.openFile(store, location, COLUMNS, Map.of(), allocator)) {
      LongIterator next = positions.getLongIterator();
      while (next.hasNext()) {
        writer.write(batch(dataFile, next, allocator));
      }
      WrittenFile file = writer.finish().getFirst();
      return new Positions(location, file.sizeBytes(), positions.getLongCardinality(), -1, -1);
    }
  }

  private static Batch batch(String dataFile, LongIterator next, BufferAllocator allocator) {
    try (VectorBuilder path = new VectorBuilder(DataType.VARCHAR, 1, allocator);
        VectorBuilder rows = new VectorBuilder(DataType.INT64, Vector.BATCH_ROWS, allocator)) {
      while (next.hasNext() && rows.length() < Vector.BATCH_ROWS) {
        rows.appendLong(next.next());
      }
      int count = rows.length();
      path.appendValue(dataFile);
      return new Batch(List.of(new ConstantVector(path.build(), count), rows.build()), count);
    }
  }

  @Override
  public List<ScanTask> survivors(ScanFile file, WriteTarget target, Roaring64Bitmap positions) {
    return source.tasks(file, target.columns(), Optional.empty(), positions);
  }

  @Override
  public void discard(List<DeletedRows> written) {
    written.stream()
        .flatMap(deleted -> deleted.deletes().stream())
        .map(Positions::location)
        .distinct()
        .forEach(store::delete);
  }
}
