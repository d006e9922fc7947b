package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.cache.ColumnKey;
import io.bauplan.exec.cache.SharedColumns;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.SharedTask;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.shm.SegmentColumn;
import io.bauplan.udf.shm.SegmentTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// The columns of one range of rows in shared memory. Those that are not there are read, all in one
/// pass, and copied; the cache keeps what it has room for.
final class SharedRange {
  private final ParquetFile file;
  private final RowRange range;
  private final List<RowGroupReader.Wanted> wanted;
  private final ScanContext context;
  private final SharedTask.Figures figures;
  private final SharedColumns shared;
  private final @Nullable SegmentColumn[] columns;

  /// Columns that are made here; those with a key under a claim.
  private final List<Missing> missing = new ArrayList<>();

  private static final class Missing {
    final int index;
    final @Nullable ColumnKey key;
    boolean coded;

    Missing(int index, @Nullable ColumnKey key) {
      this.index = index;
      this.key = key;
    }
  }

  SharedRange(
      ParquetFile file,
      RowRange range,
      List<RowGroupReader.Wanted> wanted,
      ScanContext context,
      SharedTask.Figures figures) {
    this.file = file;
    this.range = range;
    this.wanted = wanted;
    this.context = context;
    this.figures = figures;
    this.shared = file.cache().orElseThrow().shared();
    this.columns = new SegmentColumn[wanted.size()];
  }

  /// The caller owns the batch.
  SegmentTable.Batch read() {
    try {
      List<CompletableFuture<?>> others = claim(true);
      make();
      if (!others.isEmpty()) {
        CompletableFuture.allOf(others.toArray(CompletableFuture[]::new)).join();
        // What they could not keep is made here, and what others make just now as well.
        claim(false);
        make();
      }
      List<SegmentColumn> all = new ArrayList<>();
      for (SegmentColumn column : columns) {
        all.add(java.util.Objects.requireNonNull(column));
      }
      return new SegmentTable.Batch(range.rowCount(), all);
    } catch (RuntimeException | Error e) {
      missing.forEach(this::done);
      for (SegmentColumn column : columns) {
        if (column != null) {
          column.close();
        }
      }
      throw e;
    }
  }

  /// Finds what is there; what is not is `missing`, or somebody else makes it just now.
  private List<CompletableFuture<?>> claim(boolean patient) {
    List<CompletableFuture<?>> others = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      if (columns[i] != null) {
        continue;
      }
      ColumnShape shape = wanted.get(i).shape();
      if (shape == null) {
        missing.add(new Missing(i, null));
        continue;
      }
      ColumnKey key = file.key(wanted.get(i), shape, range);
      switch (shared.claim(key)) {
        case SharedColumns.Claim.Hit(SegmentColumn column) -> {
          columns[i] = column;
          ScanContext.Figures scan = context.figures();
          scan.cacheHits().increment();
          scan.bytesFromMemory().add(column.valueBytes());
          scan.bytesSaved().add(range.share(ColumnBinding.bytes(shape, range.group())));
        }
        case SharedColumns.Claim.Make() -> missing.add(new Missing(i, key));
        case SharedColumns.Claim.Wait(var made) -> {
          if (patient) {
            others.add(made);
          } else {
            missing.add(new Missing(i, null));
          }
        }
      }
    }
    return others;
  }

  private void make() {
    if (missing.isEmpty()) {
      return;
    }
    List<SegmentColumn.Writer> writers = new ArrayList<>();
    try {
      List<RowGroupReader.Wanted> read =
          missing.stream().map(each -> wanted.get(each.index)).toList();
      Schema schema =
          ArrowTypes.schema(
              new RowType(
                  read.stream().map(each -> new Column(each.name(), each.type(), true)).toList()));
      for (int i = 0; i < read.size(); i++) {
        writers.add(SegmentColumn.writer(schema.getFields().get(i), range.rowCount()));
      }
      copy(read, schema, writers);
      for (int i = 0; i < missing.size(); i++) {
        Missing each = missing.get(i);
        SegmentColumn column = writers.get(i).finish();
        columns[each.index] = column;
        figures.copiedBytes().add(column.valueBytes());
        boolean kept =
            each.key != null
                && shared.keep(each.key, column, read.get(i).type(), !each.coded, file.remote());
        if (!kept) {
          figures.unkeptBytes().add(column.byteSize());
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new EngineException(
              ErrorCode.OUT_OF_MEMORY,
              "a function's input cannot be put into shared memory: " + e.getMessage(),
              e)
          .withHint("free memory, or SET column_cache = 'off'");
    } finally {
      writers.forEach(SegmentColumn.Writer::close);
      missing.forEach(this::done);
      missing.clear();
    }
  }

  private void done(Missing column) {
    if (column.key != null) {
      shared.done(column.key);
    }
  }

  private void copy(
      List<RowGroupReader.Wanted> read, Schema schema, List<SegmentColumn.Writer> writers) {
    try (RowGroupReader reader =
        new RowGroupReader(file, range, read, GroupRows.Chosen.ALL, context)) {
      for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
        for (int i = 0; i < missing.size(); i++) {
          missing.get(i).coded |= !(batch.column(i) instanceof FlatVector);
        }
        try (VectorSchemaRoot root = ArrowBatches.toRoot(batch, schema, context.allocator())) {
          for (int i = 0; i < writers.size(); i++) {
            writers.get(i).append(root.getVector(i));
          }
        }
      }
    }
  }
}
