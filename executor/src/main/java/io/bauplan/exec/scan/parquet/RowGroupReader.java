package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.cache.CachedColumn;
import io.bauplan.exec.cache.ColumnCache;
import io.bauplan.exec.cache.ColumnFill;
import io.bauplan.exec.cache.ColumnKey;
import io.bauplan.exec.cache.VectorBytes;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.RowFilter;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.store.RangeFetch;
import io.bauplan.exec.scan.store.RangeReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.FieldIds;
import io.bauplan.sql.plan.ScanColumn;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Reads columns of the rows of one range as batches.
final class RowGroupReader implements BatchReader {
  /// A column to read.
  ///
  /// @param shape where it is in the file; null = nowhere, every row has `value`
  record Wanted(
      String name,
      DataType type,
      FieldIds ids,
      @Nullable ColumnShape shape,
      @Nullable Object value) {}

  /// Below this share of rows that pass the filter, its rows are read one by one.
  private static final int FEW = 64;

  /// Of a column in a batch, as far as its average tells.
  private static final long MAX_BATCH_BYTES = 256L << 20;

  private final ParquetFile source;
  private final RowRange range;
  private final RangeReader file;
  private final @Nullable RangeFetch fetch;
  private final ScanContext context;
  private final List<ColumnReader> columns = new ArrayList<>();
  private final int rowsAtOnce;

  /// Rows of the group that may satisfy the filter.
  private final RowRuns rows;

  private final GroupRows.Chosen chosen;

  /// Whether rows of the range are passed over because of their pages.
  private final boolean partial;

  /// What is read of a range that the cache holds; null = as much as there is.
  private final RangeTask.@Nullable Piece piece;

  private long left;

  /// The row of the group that comes next, and the first one of the batch read last.
  private long at;

  private long batchAt;

  RowGroupReader(
      ParquetFile source,
      RowRange range,
      List<Wanted> wanted,
      GroupRows.Chosen chosen,
      ScanContext context) {
    this(source, range, wanted, chosen, null, context);
  }

  RowGroupReader(
      ParquetFile source,
      RowRange range,
      List<Wanted> wanted,
      RangeTask.Piece piece,
      ScanContext context) {
    this(source, range, wanted, GroupRows.Chosen.ALL, piece, context);
  }

  private RowGroupReader(
      ParquetFile source,
      RowRange range,
      List<Wanted> wanted,
      GroupRows.Chosen chosen,
      RangeTask.@Nullable Piece piece,
      ScanContext context) {
    this.source = source;
    this.piece = piece;
    RowRuns some = chosen.within(range);
    this.chosen = chosen;
    this.partial = some != null;
    RowRuns all = RowRuns.of(range.offset(), range.offset() + range.rowCount());
    this.rows = piece != null ? piece.rows() : some == null ? all : some;
    this.at = range.offset();
    this.fetch =
        source
            .fetches()
            .map(pool -> new RangeFetch(source.reader(), pool, context.allocator()))
            .orElse(null);
    this.file = fetch == null ? source.reader() : fetch;
    this.context = context;
    this.range = range;
    this.left = rows.rowCount();
    this.rowsAtOnce = rowsAtOnce(wanted, range.group());
    count(wanted);
    if (left == 0) {
      return;
    }
    String column = "";
    try {
      for (Wanted each : wanted) {
        column = each.name();
        // What has to be fetched is fetched together.
        columns.add(fetch == null ? new DeferredColumn(each.name(), () -> open(each)) : open(each));
      }
      if (fetch != null) {
        fetch.start();
      }
    } catch (CorruptData e) {
      close();
      throw malformed(file.location(), column, e);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void count(List<Wanted> wanted) {
    ScanContext.Figures figures = context.figures();
    RowRuns runs = chosen.runs();
    boolean none = runs != null && runs.isEmpty();
    if (piece != null) {
      if (piece.rows().start(0) == 0) {
        figures.rowGroupsRead().increment();
      }
      return;
    }
    if (range.isFirst()) {
      (none ? figures.rowGroupsSkipped() : figures.rowGroupsRead()).increment();
    }
    figures.rowsSkipped().add(range.rowCount() - left);
    for (Wanted each : wanted) {
      if (none && each.shape != null) {
        figures.bytesSkipped().add(range.share(ColumnBinding.bytes(each.shape, range.group())));
      } else {
        countPages(each, 1);
      }
    }
  }

  /// Counts the pages of a column that nobody need read.
  private void countPages(Wanted wanted, int sign) {
    if (partial && wanted.shape instanceof ColumnShape.Primitive(SchemaNode leaf, boolean any)) {
      PageTable.Extent skipped = chosen.skipped(leaf, range);
      context.figures().pagesSkipped().add(sign * skipped.pages());
      context.figures().bytesSkipped().add(sign * skipped.bytes());
    }
  }

  /// As many rows as batches have, fewer where values are huge: some are half a gigabyte long.
  private static int rowsAtOnce(List<Wanted> wanted, Footer.RowGroup group) {
    long most = 0;
    for (Wanted each : wanted) {
      most = Math.max(most, each.shape == null ? 0 : ColumnBinding.plainBytes(each.shape, group));
    }
    long each = Math.max(1, most / Math.max(1, group.rowCount()));
    return (int) Math.clamp(MAX_BATCH_BYTES / each, 1, Vector.BATCH_ROWS);
  }

  private ColumnReader open(Wanted wanted) {
    ColumnShape shape = wanted.shape;
    if (wanted.ids.id() == ScanColumn.POSITION_ID) {
      return new PositionColumn(wanted.name, range.firstRow(), context.allocator());
    }
    if (shape == null) {
      return new FixedColumn(wanted.name, wanted.type, wanted.value, context.allocator());
    }
    Optional<ColumnCache> cache = source.cache();
    if (cache.isEmpty() || !context.cached() || rowsAtOnce < Vector.BATCH_ROWS) {
      return decode(wanted, shape, context.allocator(), true);
    }
    return cached(cache.get(), wanted, shape);
  }

  private ColumnReader cached(ColumnCache cache, Wanted wanted, ColumnShape shape) {
    ColumnKey key = source.key(wanted, shape, range);
    if (piece != null) {
      return held(cache, wanted, shape, key, piece);
    }
    long stored = range.share(ColumnBinding.bytes(shape, range.group()));
    long plain = range.share(ColumnBinding.plainBytes(shape, range.group()));
    ScanContext.Figures figures = context.figures();
    double share = (double) rows.rowCount() / range.rowCount();
    return switch (cache.lookup(key, plain, source.remote(), source.kept(), share)) {
      case ColumnCache.Lookup.Hit(CachedColumn column) -> {
        figures.cacheHits().increment();
        figures.bytesFromMemory().add(column.sizeBytes());
        figures.bytesSaved().add(stored);
        yield parts(new CachedColumnReader(wanted.name, column));
      }
      case ColumnCache.Lookup.Follow(ColumnFill fill) -> {
        figures.cacheHits().increment();
        figures.bytesSaved().add(stored);
        yield parts(
            new FollowingColumn(
                wanted.name,
                fill,
                () -> {
                  figures.cacheHits().decrement();
                  figures.bytesSaved().add(-stored);
                  return decode(wanted, shape, context.allocator(), false);
                }));
      }
      case ColumnCache.Lookup.Fill(ColumnFill fill) -> {
        try {
          List<Vector> found = cache.fromDisk(key, wanted.type, fill.allocator());
          if (found == null) {
            countPages(wanted, -1);
            yield parts(
                new FillingColumn(
                    decode(wanted, shape, fill.allocator(), false), fill, range.rowCount()));
          }
          found.forEach(vector -> fill.add(vector.retain()));
          fill.finish();
          yield stored(wanted, found, stored);
        } catch (RuntimeException | Error e) {
          fill.abandon();
          throw e;
        }
      }
      case ColumnCache.Lookup.Pass() -> {
        List<Vector> found = cache.fromDisk(key, wanted.type, context.allocator());
        yield found == null
            ? decode(wanted, shape, context.allocator(), true)
            : stored(wanted, found, stored);
      }
    };
  }

  private ColumnReader held(
      ColumnCache cache, Wanted wanted, ColumnShape shape, ColumnKey key, RangeTask.Piece some) {
    boolean isFirst = some.asked().add(key);
    CachedColumn column = cache.held(key, isFirst);
    if (column == null) {
      // It was pushed out since the pieces were made.
      return decode(wanted, shape, context.allocator(), false);
    }
    if (isFirst) {
      ScanContext.Figures figures = context.figures();
      figures.cacheHits().increment();
      figures.bytesFromMemory().add(column.sizeBytes());
      figures.bytesSaved().add(range.share(ColumnBinding.bytes(shape, range.group())));
    }
    return new CachedColumnReader(wanted.name, column);
  }

  private ColumnReader stored(Wanted wanted, List<Vector> vectors, long storedBytes) {
    context.figures().cacheHits().increment();
    context.figures().bytesFromDisk().add(VectorBytes.of(vectors));
    context.figures().bytesSaved().add(storedBytes);
    return parts(new StoredColumnReader(wanted.name, vectors));
  }

  /// Of a column that comes by whole batches.
  private ColumnReader parts(ColumnReader whole) {
    return partial ? new BatchParts(whole, range.rowCount(), context.allocator()) : whole;
  }

  /// @param passOver whether pages without wanted rows may be left out
  private ColumnReader decode(
      Wanted wanted, ColumnShape shape, BufferAllocator memory, boolean passOver) {
    if (shape instanceof ColumnShape.Primitive(SchemaNode leaf, boolean ignored)
        && leaf.maxRepetition() == 0) {
      PageTable table = partial && passOver ? chosen.tables().get(leaf.leaf()) : null;
      ChunkReader chunk =
          chunk(leaf, wanted.type, memory, table == null ? null : new PagePlan(table, rows));
      chunk.skip(range.offset());
      return new FlatColumn(wanted.name, chunk);
    }
    return new NestedColumn(
        shape, wanted.type, wanted.ids, memory, (leaf, type) -> chunk(leaf, type, memory, null));
  }

  private ChunkReader chunk(
      SchemaNode leaf, DataType type, BufferAllocator memory, @Nullable PagePlan plan) {
    Footer.Chunk chunk = range.group().chunks().get(leaf.leaf());
    if (fetch != null) {
      if (plan == null) {
        fetch.want(chunk.offset(), chunk.compressedBytes());
      } else {
        plan.want(chunk.offset(), fetch);
      }
    }
    return new ChunkReader(file, chunk, plan, leaf, type, context.figures().bytesRead(), memory);
  }

  static EngineException malformed(String location, String column, CorruptData e) {
    return new EngineException(
        ErrorCode.MALFORMED_FILE,
        "\""
            + location
            + "\" is no valid Parquet file: column \""
            + column
            + "\": "
            + e.getMessage());
  }

  @Override
  public @Nullable Batch next() {
    if (left == 0) {
      finish();
      return null;
    }
    int count = advance();
    return new Batch(read(columns, count), count);
  }

  @Override
  public boolean worksAhead() {
    return left == 0 || fetch != null && fetch.isFetching();
  }

  /// The first row of the batch read last, by its position in the file.
  long position() {
    return range.group().firstRow() + batchAt;
  }

  private void finish() {
    String column = "";
    try {
      for (ColumnReader reader : columns) {
        column = reader.name();
        reader.finish();
      }
    } catch (CorruptData e) {
      throw malformed(file.location(), column, e);
    }
  }

  /// How many rows the next batch has; passes over those before it.
  private int advance() {
    int run = rows.after(at);
    passOver(rows.start(run) - at);
    // No batch goes from one of the whole range's batches to the next.
    long end = at + rowsAtOnce - (at - range.offset()) % rowsAtOnce;
    int count = (int) (Math.min(end, rows.end(run)) - at);
    batchAt = at;
    at += count;
    left -= count;
    context.figures().rowsRead().add(count);
    return count;
  }

  private void passOver(long count) {
    if (count <= 0) {
      return;
    }
    String column = "";
    try {
      for (ColumnReader reader : columns) {
        column = reader.name();
        for (long toSkip = count; toSkip > 0; toSkip -= Vector.BATCH_ROWS) {
          reader.skip((int) Math.min(toSkip, Vector.BATCH_ROWS));
        }
      }
    } catch (CorruptData e) {
      throw malformed(file.location(), column, e);
    }
    at += count;
  }

  /// Reads the filter's columns first, and the others only where rows pass.
  @Override
  public @Nullable Batch next(RowFilter filter) {
    if (left == 0) {
      finish();
      return null;
    }
    int rows = advance();
    BitSet others = new BitSet();
    others.set(0, columns.size());
    filter.columns().forEach(others::clear);
    List<ColumnReader> tested = filter.columns().stream().map(columns::get).toList();
    List<ColumnReader> readers = others.stream().mapToObj(columns::get).toList();
    int[] passing = new int[rows];
    Batch seen = new Batch(read(tested, rows), rows);
    int count;
    try {
      count = filter.select(seen, passing);
      if (count == 0) {
        readers.forEach(column -> column.skip(rows));
        return seen.withSelection(passing, 0);
      }
    } catch (RuntimeException | Error e) {
      seen.close();
      throw e;
    }
    boolean few = count * FEW < rows;
    if (few) {
      seen = seen.withSelection(passing, count).compact(context.allocator());
    }
    Iterator<Vector> rest;
    try {
      rest = (few ? pick(readers, rows, passing, count) : read(readers, rows)).iterator();
    } catch (RuntimeException | Error e) {
      seen.close();
      throw e;
    }
    Vector[] all = new Vector[columns.size()];
    for (int i = 0; i < tested.size(); i++) {
      all[filter.columns().get(i)] = seen.column(i);
    }
    others.stream().forEach(column -> all[column] = rest.next());
    Batch whole = new Batch(List.of(all), few ? count : rows);
    return few || count == rows ? whole : whole.withSelection(passing, count);
  }

  /// Reads single rows of the next `rows`: `count` of them.
  private List<Vector> pick(List<ColumnReader> readers, int rows, int[] passing, int count) {
    List<Vector> vectors = new ArrayList<>(readers.size());
    String column = "";
    try {
      for (ColumnReader reader : readers) {
        column = reader.name();
        Vector picked = reader.pick(rows, passing, count);
        if (picked == null) {
          try (Batch one =
              new Batch(List.of(reader.read(rows)), rows, passing, count)
                  .compact(context.allocator())) {
            picked = one.column(0).retain();
          }
        }
        vectors.add(picked);
      }
      return vectors;
    } catch (CorruptData e) {
      vectors.forEach(Vector::close);
      throw malformed(file.location(), column, e);
    } catch (RuntimeException | Error e) {
      vectors.forEach(Vector::close);
      throw e;
    }
  }

  private List<Vector> read(List<ColumnReader> readers, int rows) {
    List<Vector> vectors = new ArrayList<>(readers.size());
    String column = "";
    try {
      for (ColumnReader reader : readers) {
        column = reader.name();
        vectors.add(reader.read(rows));
      }
      return vectors;
    } catch (CorruptData e) {
      vectors.forEach(Vector::close);
      throw malformed(file.location(), column, e);
    } catch (RuntimeException | Error e) {
      vectors.forEach(Vector::close);
      throw e;
    }
  }

  @Override
  public void close() {
    columns.forEach(ColumnReader::close);
    columns.clear();
    file.close();
  }
}
