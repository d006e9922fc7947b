package io.bauplan.udf.shm;

import io.bauplan.udf.api.SharedTable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A table in a mapped file. Views charge the allocator that they are made with for the bytes they
/// see, though no byte is copied (validity bitmaps of columns without nulls excepted, which Arrow
/// makes anew).
public final class MappedTable implements SharedTable, Backing {
  private static final Logger LOG = LoggerFactory.getLogger(MappedTable.class);

  private final Path path;
  private final Arena arena;
  private final MemorySegment mapping;
  private final Schema schema;
  private final List<BatchLayout> batches;
  private final AfterUse afterUse;
  private final Runnable gone;
  private final Supplier<long[]> findWritten;
  private volatile long @Nullable [] written;
  private final References references = new References("this shared table");

  /// What becomes of the file after the last close.
  enum AfterUse {
    DELETE,
    KEEP
  }

  /// Takes ownership of the arena, and of the file where it is to be deleted.
  ///
  /// @param gone is run when it has been deleted
  /// @param findWritten where its file was written to, asked once at most
  MappedTable(
      Path path,
      Arena arena,
      MemorySegment mapping,
      Schema schema,
      List<BatchLayout> batches,
      AfterUse afterUse,
      Runnable gone,
      Supplier<long[]> findWritten) {
    this.path = path;
    this.arena = arena;
    this.mapping = mapping;
    this.schema = schema;
    this.batches = List.copyOf(batches);
    this.afterUse = afterUse;
    this.gone = gone;
    this.findWritten = findWritten;
  }

  /// The engine knows it of a table that it wrote. Of one that a function left it asks the kernel,
  /// when nobody can write to it any more, and only if the table is handed on.
  @Override
  public long[] written() {
    long[] found = written;
    if (found == null) {
      found = findWritten.get();
      written = found;
    }
    return found.clone();
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long rowCount() {
    return batches.stream().mapToLong(BatchLayout::rows).sum();
  }

  @Override
  public long byteSize() {
    return batches.stream().mapToLong(BatchLayout::bytes).sum();
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public int batchCount() {
    return batches.size();
  }

  @Override
  public VectorSchemaRoot batch(int index, BufferAllocator allocator) {
    return new LayoutView(schema, batches.get(index), mapping.address(), this::retain, this::close)
        .root(allocator);
  }

  @Override
  public long address() {
    return mapping.address();
  }

  @Override
  public long mappedBytes() {
    return mapping.byteSize();
  }

  /// The same table by its columns. The caller owns it.
  public SegmentTable columns() {
    List<SegmentTable.Batch> parts = new ArrayList<>();
    for (BatchLayout batch : batches) {
      List<BatchLayout> layouts = ColumnLayouts.split(schema, batch);
      List<SegmentColumn> columns = new ArrayList<>();
      for (int i = 0; i < layouts.size(); i++) {
        columns.add(new SegmentColumn(schema.getFields().get(i), layouts.get(i), retain()));
      }
      parts.add(new SegmentTable.Batch(batch.rows(), columns));
    }
    return new SegmentTable(schema, parts, 0);
  }

  @Override
  public MappedTable retain() {
    references.add();
    return this;
  }

  @Override
  public void close() {
    if (references.drop()) {
      arena.close();
      try {
        if (afterUse == AfterUse.DELETE) {
          Files.deleteIfExists(path);
        }
      } catch (IOException e) {
        LOG.warn("cannot delete {}", path, e);
      } finally {
        gone.run();
      }
    }
  }
}
