package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.store.RangeReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.FieldIds;
import io.bauplan.sql.plan.ScanColumn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads columns of one row group as batches.
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

  private final RangeReader file;
  private final ScanContext context;
  private final List<ColumnReader> columns = new ArrayList<>();
  private long left;

  /// Takes ownership of the file.
  RowGroupReader(
      RangeReader file, Footer.RowGroup group, List<Wanted> wanted, ScanContext context) {
    this.file = file;
    this.context = context;
    this.left = group.rowCount();
    context.figures().rowGroupsRead().increment();
    String column = "";
    try {
      for (Wanted each : wanted) {
        column = each.name();
        columns.add(open(each, group));
      }
    } catch (CorruptData e) {
      close();
      throw malformed(file.location(), column, e);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private ColumnReader open(Wanted wanted, Footer.RowGroup group) {
    ColumnShape shape = wanted.shape;
    if (wanted.ids.id() == ScanColumn.POSITION_ID) {
      return new PositionColumn(wanted.name, group.firstRow(), context.allocator());
    }
    if (shape == null) {
      return new FixedColumn(wanted.name, wanted.type, wanted.value, context.allocator());
    }
    if (shape instanceof ColumnShape.Primitive(SchemaNode leaf, boolean ignored)
        && leaf.maxRepetition() == 0) {
      return new FlatColumn(wanted.name, chunk(leaf, wanted.type, group));
    }
    return new NestedColumn(
        shape,
        wanted.type,
        wanted.ids,
        context.allocator(),
        (leaf, type) -> chunk(leaf, type, group));
  }

  private ChunkReader chunk(SchemaNode leaf, DataType type, Footer.RowGroup group) {
    return new ChunkReader(
        file,
        group.chunks().get(leaf.leaf()),
        leaf,
        type,
        context.figures().bytesRead(),
        context.allocator());
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
      return null;
    }
    int rows = (int) Math.min(left, Vector.BATCH_ROWS);
    Batch batch = read(rows);
    left -= rows;
    context.figures().rowsRead().add(rows);
    return batch;
  }

  private Batch read(int rows) {
    List<Vector> vectors = new ArrayList<>(columns.size());
    String column = "";
    try {
      for (ColumnReader reader : columns) {
        column = reader.name();
        vectors.add(reader.read(rows));
      }
      return new Batch(vectors, rows);
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
