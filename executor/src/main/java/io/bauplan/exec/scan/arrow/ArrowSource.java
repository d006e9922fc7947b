package io.bauplan.exec.scan.arrow;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.StoreInputStream;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.RowType;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Arrow IPC files and streams. A file is read as the stream that it holds behind its magic bytes.
/// One task per file. Thread-safe.
public final class ArrowSource {
  private static final byte[] MAGIC = {'A', 'R', 'R', 'O', 'W', '1'};
  private static final int MAGIC_BYTES = 8;

  private final ObjectStore store;

  public ArrowSource(ObjectStore store) {
    this.store = store;
  }

  public RowType schema(String location) {
    try (BufferAllocator allocator = new RootAllocator();
        ArrowStreamReader reader = open(location, new LongAdder(), allocator)) {
      return ArrowTypes.rowType(plain(reader));
    } catch (IOException | RuntimeException e) {
      throw broken(location, e);
    }
  }

  /// The schema with dictionaries decoded.
  private static Schema plain(ArrowStreamReader reader) throws IOException {
    List<Field> fields = new ArrayList<>();
    for (Field field : reader.getVectorSchemaRoot().getSchema().getFields()) {
      Dictionary dictionary =
          field.getDictionary() == null
              ? null
              : reader.getDictionaryVectors().get(field.getDictionary().getId());
      fields.add(
          dictionary == null
              ? field
              : new Field(
                  field.getName(),
                  new org.apache.arrow.vector.types.pojo.FieldType(
                      field.isNullable(), dictionary.getVector().getField().getType(), null),
                  dictionary.getVector().getField().getChildren()));
    }
    return new Schema(fields);
  }

  private ArrowStreamReader open(String location, LongAdder bytesRead, BufferAllocator allocator)
      throws IOException {
    InputStream input = new StoreInputStream(store.open(location), bytesRead);
    byte[] head = input.readNBytes(MAGIC_BYTES);
    if (!Arrays.equals(Arrays.copyOf(head, MAGIC.length), MAGIC)) {
      input.close();
      input = new StoreInputStream(store.open(location), bytesRead);
    }
    return new ArrowStreamReader(input, allocator);
  }

  private static EngineException broken(String location, Exception e) {
    if (e instanceof EngineException engine) {
      return engine;
    }
    return new EngineException(
        ErrorCode.MALFORMED_FILE,
        "\"" + location + "\" is no valid Arrow file: " + e.getMessage(),
        null,
        String.valueOf(e.getMessage()).contains("compress")
            ? "write it without compression, or as Parquet"
            : null,
        e);
  }

  /// The task that reads the columns of the names wanted; one that the file does not have is NULL.
  public ScanTask task(String location, RowType wanted) {
    return context -> {
      try {
        // The batches share the reader's buffers and outlive it: no allocator of its own.
        return new Batches(
            location,
            open(location, context.figures().bytesRead(), context.allocator()),
            wanted,
            context);
      } catch (IOException | RuntimeException e) {
        throw broken(location, e);
      }
    };
  }

  private static final class Batches implements BatchReader {
    private final String location;
    private final ArrowStreamReader reader;
    private final RowType wanted;
    private final ScanContext context;
    private @Nullable Batch pending;
    private int offset;

    Batches(String location, ArrowStreamReader reader, RowType wanted, ScanContext context) {
      this.location = location;
      this.reader = reader;
      this.wanted = wanted;
      this.context = context;
    }

    @Override
    public @Nullable Batch next() {
      try {
        Batch whole = pending;
        while (whole == null) {
          if (!reader.loadNextBatch()) {
            return null;
          }
          if (reader.getVectorSchemaRoot().getRowCount() > 0) {
            whole = batch(reader.getVectorSchemaRoot());
            offset = 0;
            pending = whole;
          }
        }
        int rows = Math.min(Vector.BATCH_ROWS, whole.rowCount() - offset);
        List<Vector> slices = new ArrayList<>();
        for (Vector column : whole.columns()) {
          slices.add(column.slice(offset, rows));
        }
        offset += rows;
        if (offset == whole.rowCount()) {
          pending = null;
          whole.close();
        }
        context.figures().rowsRead().add(rows);
        return new Batch(slices, rows);
      } catch (IOException | RuntimeException e) {
        throw broken(location, e);
      }
    }

    private Batch batch(VectorSchemaRoot root) throws IOException {
      List<Vector> vectors = new ArrayList<>();
      try {
        for (Column column : wanted.columns()) {
          vectors.add(column(root, column));
        }
        return new Batch(vectors, root.getRowCount());
      } catch (IOException | RuntimeException e) {
        vectors.forEach(Vector::close);
        throw e;
      }
    }

    private Vector column(VectorSchemaRoot root, Column column) throws IOException {
      FieldVector vector = root.getVector(column.name());
      if (vector == null) {
        try (VectorBuilder builder = new VectorBuilder(column.type(), 1, context.allocator())) {
          builder.appendNull();
          return new ConstantVector(builder.build(), root.getRowCount());
        }
      }
      if (vector.getField().getDictionary() == null) {
        return checked(ArrowBatches.toVector(vector, context.allocator()), column);
      }
      Dictionary dictionary =
          reader.getDictionaryVectors().get(vector.getField().getDictionary().getId());
      try (FieldVector decoded = (FieldVector) DictionaryEncoder.decode(vector, dictionary)) {
        return checked(ArrowBatches.toVector(decoded, context.allocator()), column);
      }
    }

    private Vector checked(Vector vector, Column column) {
      if (!vector.type().equals(column.type())) {
        String held = vector.type().sql();
        vector.close();
        throw new EngineException(
            ErrorCode.TYPE_MISMATCH,
            "\""
                + location
                + "\": column \""
                + column.name()
                + "\" is "
                + held
                + ", not "
                + column.type().sql());
      }
      return vector;
    }

    @Override
    public void close() {
      Batch left = pending;
      pending = null;
      if (left != null) {
        left.close();
      }
      try {
        reader.close();
      } catch (IOException e) {
        throw broken(location, e);
      }
    }
  }
}
