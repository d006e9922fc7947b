package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.RowFilter;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.RangeReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/// Applies Iceberg's row-level deletes: position deletes, equality deletes, deletion vectors.
final class DeleteFiles {
  static final int FILE_PATH_ID = 2147483546;
  static final int POSITION_ID = 2147483545;
  private static final long MAX_VECTOR_BYTES = 1L << 30;

  /// Keys of equality deletes that one data file may have.
  private static final int MAX_EQUALITY_KEYS = 20_000_000;

  private final ObjectStore store;
  private final ParquetSource source;

  DeleteFiles(ObjectStore store, ParquetSource source) {
    this.store = store;
    this.source = source;
  }

  /// What is deleted of one data file: read by the first of its tasks that needs it.
  final class Deletes {
    private final ScanFile file;
    private final Roaring64Bitmap more;
    private @Nullable Roaring64Bitmap positions;
    private @Nullable List<Equality> equalities;

    Deletes(ScanFile file, Roaring64Bitmap more) {
      this.file = file;
      this.more = more;
    }

    boolean isEmpty() {
      return file.deletes().isEmpty() && more.isEmpty();
    }

    synchronized Roaring64Bitmap positions(ScanContext context) {
      Roaring64Bitmap read = positions;
      if (read == null) {
        read = more.clone();
        for (ScanFile.DeleteFile delete : file.deletes()) {
          switch (delete.kind()) {
            case POSITION -> readPositions(delete, file.location(), read, context);
            case DELETION_VECTOR -> readVector(delete, read, context);
            case EQUALITY -> {}
          }
        }
        positions = read;
      }
      return read;
    }

    synchronized List<Equality> equalities(ScanContext context) {
      List<Equality> read = equalities;
      if (read == null) {
        read = new ArrayList<>();
        for (ScanFile.DeleteFile delete : file.deletes()) {
          if (delete.kind() == ScanFile.DeleteFile.Kind.EQUALITY) {
            read.add(readEquality(delete, context));
          }
        }
        equalities = read;
      }
      return read;
    }
  }

  /// Rows are deleted whose key columns have one of these values; NULL equals NULL here.
  record Equality(List<ScanColumn> columns, Set<List<@Nullable Object>> keys) {}

  Deletes of(ScanFile file) {
    return of(file, new Roaring64Bitmap());
  }

  /// @param more positions that are deleted besides
  Deletes of(ScanFile file, Roaring64Bitmap more) {
    return new Deletes(file, more);
  }

  ScanTask task(
      Deletes deletes,
      ScanFile file,
      ParquetFile opened,
      GroupRows rows,
      RowRange range,
      List<RowGroupReader.Wanted> wanted) {
    return context -> {
      Roaring64Bitmap positions = deletes.positions(context);
      List<Equality> equalities = deletes.equalities(context);
      List<RowGroupReader.Wanted> all = new ArrayList<>(wanted);
      for (Equality equality : equalities) {
        all.addAll(ColumnBinding.of(file, opened.footer(), equality.columns).wanted());
      }
      return new Survivors(
          new RowGroupReader(opened, range, all, rows.of(range, context), context),
          wanted.size(),
          positions,
          equalities,
          context);
    };
  }

  private static ScanFile asFile(ScanFile.DeleteFile delete) {
    return new ScanFile(
        delete.location(), DataFileFormat.PARQUET, delete.sizeBytes(), -1, Map.of(), List.of());
  }

  private static String bare(String location) {
    String rest = location.startsWith("file:") ? location.substring(5) : location;
    while (rest.startsWith("//")) {
      rest = rest.substring(1);
    }
    return rest;
  }

  private void readPositions(
      ScanFile.DeleteFile delete, String dataFile, Roaring64Bitmap into, ScanContext context) {
    List<ScanColumn> columns =
        List.of(
            new ScanColumn(FILE_PATH_ID, new Column("file_path", DataType.VARCHAR, false)),
            new ScanColumn(POSITION_ID, new Column("pos", DataType.INT64, false)));
    String wanted = bare(dataFile);
    for (ScanTask task : source.tasks(asFile(delete), columns, Optional.empty())) {
      try (BatchReader reader = task.open(context)) {
        for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
          try (Batch owned = batch;
              FlatVector paths = owned.column(0).flatten(context.allocator());
              FlatVector rows = owned.column(1).flatten(context.allocator())) {
            for (int i = 0; i < owned.rowCount(); i++) {
              if (wanted.equals(bare((String) ScalarValues.read(paths, i)))) {
                into.addLong(Memory.getLong(rows.dataAddress() + 8L * i));
              }
            }
          }
        }
      }
    }
  }

  /// Length, magic, bitmaps by their upper 32 bits in Roaring's portable form, checksum.
  private void readVector(ScanFile.DeleteFile delete, Roaring64Bitmap into, ScanContext context) {
    long length = delete.contentSizeBytes();
    if (delete.contentOffset() < 0 || length < 20 || length > MAX_VECTOR_BYTES) {
      throw malformed(delete, "a deletion vector of " + length + " bytes");
    }
    byte[] bytes = new byte[(int) length];
    try (RangeReader file = store.open(delete.location());
        Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(length).address();
      file.read(delete.contentOffset(), address, (int) length);
      Memory.copy(address, bytes, 0, bytes.length);
      context.figures().bytesRead().add(length);
    }
    ByteBuffer blob = ByteBuffer.wrap(bytes);
    int inner = blob.getInt();
    blob.order(ByteOrder.LITTLE_ENDIAN);
    if (inner != length - 8 || blob.getInt() != PuffinFile.VECTOR_MAGIC) {
      throw malformed(delete, "no deletion vector at its offset");
    }
    java.util.zip.CRC32 checksum = new java.util.zip.CRC32();
    checksum.update(bytes, 4, inner);
    if ((int) checksum.getValue() != ByteBuffer.wrap(bytes, bytes.length - 4, 4).getInt()) {
      throw malformed(delete, "the checksum of a deletion vector is wrong");
    }
    long count = blob.getLong();
    blob.limit(bytes.length - 4);
    try {
      for (long i = 0; i < count; i++) {
        long high = (long) blob.getInt() << 32;
        RoaringBitmap bitmap = new RoaringBitmap();
        bitmap.deserialize(blob);
        blob.position(blob.position() + bitmap.serializedSizeInBytes());
        bitmap.forEach((int low) -> into.addLong(high | low & 0xffffffffL));
      }
    } catch (java.io.IOException | RuntimeException e) {
      throw malformed(delete, "a deletion vector does not parse: " + e.getMessage());
    }
  }

  private static EngineException malformed(ScanFile.DeleteFile delete, String what) {
    return new EngineException(ErrorCode.MALFORMED_FILE, "\"" + delete.location() + "\": " + what);
  }

  private Equality readEquality(ScanFile.DeleteFile delete, ScanContext context) {
    List<ScanColumn> columns = new ArrayList<>();
    Footer footer = source.footer(delete.location());
    for (int id : delete.equalityFieldIds()) {
      SchemaNode found = null;
      for (SchemaNode node : footer.root().children()) {
        if (node.fieldId() == id) {
          found = node;
        }
      }
      if (found == null || found.physical() == null) {
        throw malformed(
            delete, "the key column with field id " + id + " of an equality delete is missing");
      }
      columns.add(new ScanColumn(id, new Column(found.name(), ParquetTypes.natural(found), true)));
    }
    Set<List<@Nullable Object>> keys = new HashSet<>();
    for (ScanTask task : source.tasks(asFile(delete), columns, Optional.empty())) {
      try (BatchReader reader = task.open(context)) {
        for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
          try (Batch owned = batch) {
            keys.addAll(keys(owned, 0, columns.size(), context));
          }
          if (keys.size() > MAX_EQUALITY_KEYS) {
            throw new EngineException(
                ErrorCode.OUT_OF_MEMORY,
                "\"" + delete.location() + "\" deletes more than " + MAX_EQUALITY_KEYS + " keys",
                null,
                "compact the table with the engine that wrote the deletes",
                null);
          }
        }
      }
    }
    return new Equality(columns, keys);
  }

  private static List<List<@Nullable Object>> keys(
      Batch batch, int first, int count, ScanContext context) {
    List<List<@Nullable Object>> keys = new ArrayList<>();
    for (int row = 0; row < batch.rowCount(); row++) {
      keys.add(new ArrayList<>(count));
    }
    for (int i = first; i < first + count; i++) {
      try (FlatVector flat = batch.column(i).flatten(context.allocator())) {
        long validity = flat.validityAddress();
        for (int row = 0; row < batch.rowCount(); row++) {
          boolean isNull = validity != 0 && !Memory.bit(validity, row);
          Object value = isNull ? null : ScalarValues.read(flat, row);
          keys.get(row).add(value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value);
        }
      }
    }
    return keys;
  }

  /// Batches of a row group with a selection of the rows that are not deleted.
  private record Survivors(
      RowGroupReader reader,
      int visible,
      Roaring64Bitmap positions,
      List<Equality> equalities,
      ScanContext context)
      implements BatchReader {

    @Override
    public boolean worksAhead() {
      return reader.worksAhead();
    }

    @Override
    public @Nullable Batch next() {
      while (true) {
        Batch batch = reader.next();
        if (batch == null) {
          return null;
        }
        int rows = batch.rowCount();
        long first = reader.position();
        boolean[] deleted = new boolean[rows];
        int gone = 0;
        for (int i = 0; i < rows; i++) {
          if (positions.contains(first + i)) {
            deleted[i] = true;
            gone++;
          }
        }
        int at = visible;
        for (Equality equality : equalities) {
          List<List<@Nullable Object>> keys = keys(batch, at, equality.columns.size(), context);
          for (int i = 0; i < rows; i++) {
            if (!deleted[i] && equality.keys.contains(keys.get(i))) {
              deleted[i] = true;
              gone++;
            }
          }
          at += equality.columns.size();
        }
        for (int i = visible; i < batch.columnCount(); i++) {
          batch.column(i).close();
        }
        if (gone == rows) {
          batch.columns().subList(0, visible).forEach(io.bauplan.exec.batch.Vector::close);
          continue;
        }
        int[] selection = null;
        if (gone > 0) {
          selection = new int[rows - gone];
          int next = 0;
          for (int i = 0; i < rows; i++) {
            if (!deleted[i]) {
              selection[next++] = i;
            }
          }
        }
        return new Batch(batch.columns().subList(0, visible), rows, selection, rows - gone);
      }
    }

    /// Where only positions are deleted, the other columns are read only where rows are left.
    @Override
    public @Nullable Batch next(RowFilter filter) {
      return equalities.isEmpty()
          ? reader.next(new Undeleted(filter, reader, positions))
          : BatchReader.super.next(filter);
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /// Rows that pass a filter and are not deleted.
  private record Undeleted(RowFilter filter, RowGroupReader reader, Roaring64Bitmap positions)
      implements RowFilter {
    @Override
    public List<Integer> columns() {
      return filter.columns();
    }

    @Override
    public int select(Batch batch, int[] to) {
      int count = filter.select(batch, to);
      long first = reader.position();
      int left = 0;
      for (int i = 0; i < count; i++) {
        if (!positions.contains(first + to[i])) {
          to[left++] = to[i];
        }
      }
      return left;
    }
  }
}
