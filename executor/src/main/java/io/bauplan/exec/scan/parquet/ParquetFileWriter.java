package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.scan.store.FileSink;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.WrittenFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Writes one Parquet file. Used by one thread.
final class ParquetFileWriter implements AutoCloseable {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_GROUP_ROWS = 1 << 20;

  static final String CREATED_BY = "bauplan version 0.1.0";

  private record Group(long rows, List<LeafWriter.Chunk> chunks) {}

  private final FileSink sink;
  private final BufferAllocator allocator;
  private final WriteSchema schema;
  private final Compressor compressor;
  private final List<LeafWriter> leaves = new ArrayList<>();
  private final Shredder shredder;
  private final ParquetOptions options;
  private final List<Group> groups = new ArrayList<>();
  private final List<LeafStatistics> totals = new ArrayList<>();

  /// One for each chunk, row group after row group.
  private final List<Place> columnIndexes = new ArrayList<>();

  private final List<Place> offsetIndexes = new ArrayList<>();
  private final List<Place> bloomFilters = new ArrayList<>();
  private long groupRows;
  private long rows;

  /// Takes ownership of the sink.
  ParquetFileWriter(
      FileSink sink, List<ScanColumn> columns, ParquetOptions options, BufferAllocator allocator) {
    this.sink = sink;
    this.options = options;
    this.allocator = allocator;
    this.compressor = options.compressor();
    this.schema = new WriteSchema(columns);
    for (WriteSchema.Leaf leaf : schema.leaves()) {
      leaves.add(new LeafWriter(leaf, options, compressor, allocator));
      totals.add(new LeafStatistics(leaf.column().type()));
    }
    this.shredder = new Shredder(leaves);
    sink.write(ByteBuffer.wrap(MAGIC));
  }

  long rows() {
    return rows;
  }

  /// Bytes of the file so far, those waiting in memory included.
  long bytes() {
    long waiting = 0;
    for (LeafWriter leaf : leaves) {
      waiting += leaf.bufferedBytes();
    }
    return sink.position() + waiting;
  }

  /// Borrows the batch, which has no selection, until return.
  void write(Batch batch) {
    checkNulls(batch);
    for (int i = 0; i < batch.columnCount(); i++) {
      try (FlatVector flat = batch.column(i).flatten(allocator)) {
        shredder.write(schema.columns().get(i), flat);
      }
    }
    groupRows += batch.rowCount();
    rows += batch.rowCount();
    if (groupRows >= MAX_GROUP_ROWS || bytes() - sink.position() >= options.groupBytes()) {
      flushGroup();
    }
  }

  /// Before anything is written, so that an error leaves no column longer than another.
  private void checkNulls(Batch batch) {
    for (int i = 0; i < batch.columnCount(); i++) {
      WriteSchema.Node node = schema.columns().get(i);
      if (!node.column().nullable()
          && !(node.column().type() instanceof DataType.NullType)
          && batch.column(i).mayHaveNulls()) {
        try (FlatVector flat = batch.column(i).flatten(allocator)) {
          long validity = flat.validityAddress();
          if (validity != 0 && Bits.count(validity, 0, flat.length()) < flat.length()) {
            throw new EngineException(
                ErrorCode.NOT_NULL_VIOLATION,
                "NULL in column \"" + node.column().name() + "\", which is NOT NULL");
          }
        }
      }
    }
  }

  private void flushGroup() {
    if (groupRows == 0) {
      return;
    }
    List<LeafWriter.Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < leaves.size(); i++) {
      LeafWriter.Chunk chunk = leaves.get(i).finish(sink);
      totals.get(i).merge(chunk.statistics());
      chunks.add(chunk);
    }
    chunks.forEach(chunk -> bloomFilters.add(append(chunk.bloom())));
    groups.add(new Group(groupRows, chunks));
    groupRows = 0;
  }

  /// Ends the file and makes it visible.
  WrittenFile finish(List<@Nullable Object> partition) {
    flushGroup();
    writeIndex();
    byte[] footer = footer();
    sink.write(ByteBuffer.wrap(footer));
    ByteBuffer tail = ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    tail.putInt(footer.length).put(MAGIC).flip();
    sink.write(tail);
    sink.finish();
    return written(partition);
  }

  private WrittenFile written(List<@Nullable Object> partition) {
    Map<Integer, Long> sizes = new HashMap<>();
    Map<Integer, Long> values = new HashMap<>();
    Map<Integer, Long> nulls = new HashMap<>();
    Map<Integer, Long> nans = new HashMap<>();
    Map<Integer, byte[]> lower = new HashMap<>();
    Map<Integer, byte[]> upper = new HashMap<>();
    for (int i = 0; i < leaves.size(); i++) {
      WriteSchema.Leaf leaf = leaves.get(i).leaf();
      int id = leaf.fieldId();
      if (id < 0) {
        continue;
      }
      LeafStatistics total = totals.get(i);
      long size = 0;
      for (Group group : groups) {
        size += group.chunks.get(i).compressedBytes();
      }
      sizes.put(id, size);
      if (leaf.maxRepetition() > 0) {
        // Figures of list and map entries tell nothing about rows.
        continue;
      }
      values.put(id, total.valueCount());
      nulls.put(id, total.nullCount());
      if (leaf.column().type() instanceof DataType.FloatType) {
        nans.put(id, total.nanCount());
      }
      byte[] min = total.manifestMin();
      byte[] max = total.manifestMax();
      if (min != null) {
        lower.put(id, min);
      }
      if (max != null) {
        upper.put(id, max);
      }
    }
    List<Long> splits = new ArrayList<>();
    for (Group group : groups) {
      splits.add(start(group.chunks.getFirst()));
    }
    return new WrittenFile(
        sink.location(),
        sink.position(),
        rows,
        partition,
        sizes,
        values,
        nulls,
        nans,
        lower,
        upper,
        splits);
  }

  private static long start(LeafWriter.Chunk chunk) {
    return chunk.dictionaryOffset() >= 0 ? chunk.dictionaryOffset() : chunk.dataOffset();
  }

  // ---- page index

  /// Of all row groups, bounds first: what a reader needs is side by side.
  private void writeIndex() {
    for (Group group : groups) {
      for (LeafWriter.Chunk chunk : group.chunks) {
        byte[] index = chunk.pages().columnIndex();
        columnIndexes.add(index == null ? Place.NONE : append(index));
      }
    }
    for (Group group : groups) {
      for (LeafWriter.Chunk chunk : group.chunks) {
        offsetIndexes.add(append(chunk.pages().offsetIndex(chunk.dataOffset())));
      }
    }
  }

  private Place append(@Nullable BloomFilter filter) {
    if (filter == null) {
      return Place.NONE;
    }
    byte[] blocks = filter.toBytes();
    ThriftWriter header = new ThriftWriter();
    // Split blocks, XXH64, uncompressed.
    header.begin().i32(1, blocks.length);
    for (int field = 2; field <= 4; field++) {
      header.struct(field).marker(1).end();
    }
    Place start = append(header.end().toBytes());
    return new Place(start.offset(), start.length() + append(blocks).length());
  }

  private Place append(byte[] bytes) {
    Place place = new Place(sink.position(), bytes.length);
    sink.write(ByteBuffer.wrap(bytes));
    return place;
  }

  // ---- footer

  private byte[] footer() {
    ThriftWriter out = new ThriftWriter();
    out.begin().i32(1, 2);
    schema.write(out);
    out.i64(3, rows).list(4, ThriftReader.STRUCT, groups.size());
    for (int i = 0; i < groups.size(); i++) {
      group(out, groups.get(i), i * leaves.size());
    }
    out.string(6, CREATED_BY);
    // Bounds follow each type's own order.
    out.list(7, ThriftReader.STRUCT, leaves.size());
    for (int i = 0; i < leaves.size(); i++) {
      out.begin().marker(1).end();
    }
    return out.end().toBytes();
  }

  /// @param first the number of its first chunk in the file
  private void group(ThriftWriter out, Group group, int first) {
    long total = 0;
    long compressed = 0;
    out.begin().list(1, ThriftReader.STRUCT, group.chunks.size());
    for (int i = 0; i < group.chunks.size(); i++) {
      LeafWriter.Chunk chunk = group.chunks.get(i);
      total += chunk.uncompressedBytes();
      compressed += chunk.compressedBytes();
      out.begin().i64(2, start(chunk));
      chunk(out, leaves.get(i).leaf(), chunk, bloomFilters.get(first + i));
      Place pages = offsetIndexes.get(first + i);
      out.i64(4, pages.offset()).i32(5, pages.length());
      Place bounds = columnIndexes.get(first + i);
      if (bounds.isThere()) {
        out.i64(6, bounds.offset()).i32(7, bounds.length());
      }
      out.end();
    }
    out.i64(2, total).i64(3, group.rows);
    out.i64(5, start(group.chunks.getFirst())).i64(6, compressed).end();
  }

  private void chunk(ThriftWriter out, WriteSchema.Leaf leaf, LeafWriter.Chunk chunk, Place bloom) {
    LeafStatistics statistics = chunk.statistics();
    out.struct(3).i32(1, WriteSchema.physical(leaf.column().type()));
    List<Integer> encodings = new ArrayList<>(List.of(Encodings.RLE));
    if (chunk.plainUsed() || chunk.dictionaryUsed()) {
      encodings.add(Encodings.PLAIN);
    }
    if (chunk.dictionaryUsed()) {
      encodings.add(Encodings.RLE_DICTIONARY);
    }
    out.list(2, ThriftReader.I32, encodings.size());
    encodings.forEach(out::listI32);
    out.list(3, ThriftReader.BINARY, leaf.path().size());
    leaf.path().forEach(out::listString);
    out.i32(4, compressor.codec())
        .i64(5, statistics.valueCount())
        .i64(6, chunk.uncompressedBytes())
        .i64(7, chunk.compressedBytes())
        .i64(9, chunk.dataOffset());
    if (chunk.dictionaryOffset() >= 0) {
      out.i64(11, chunk.dictionaryOffset());
    }
    out.struct(12).i64(3, statistics.nullCount());
    byte[] max = statistics.footerMax();
    byte[] min = statistics.footerMin();
    if (max != null) {
      out.binary(5, max);
    }
    if (min != null) {
      out.binary(6, min);
    }
    out.end();
    if (bloom.isThere()) {
      out.i64(14, bloom.offset()).i32(15, bloom.length());
    }
    out.end();
  }

  @Override
  public void close() {
    leaves.forEach(LeafWriter::close);
    compressor.close();
    sink.close();
  }
}
