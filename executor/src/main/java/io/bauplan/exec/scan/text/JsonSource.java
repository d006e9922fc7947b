package io.bauplan.exec.scan.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.StoreInputStream;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// JSON files: one array of objects, or objects one after the other (as in JSON lines). One task
/// per file. Thread-safe.
public final class JsonSource {
  private static final JsonFactory JSON = new JsonFactory();

  private final ObjectStore store;

  public JsonSource(ObjectStore store) {
    this.store = store;
  }

  /// The columns of a file, by a sample of its objects, in the order in which they appear first.
  public RowType schema(String location, Map<String, String> options) {
    TextOptions text = TextOptions.of(options);
    DataType row = new DataType.StructType(List.of());
    try (Objects objects = new Objects(location, new LongAdder())) {
      for (long seen = 0; seen < text.sampleRows() && objects.next(); seen++) {
        row = TextTypes.merge(row, JsonTypes.infer(objects.parser));
      }
    } catch (IOException e) {
      throw broken(location, e);
    }
    if (!(TextTypes.settled(row) instanceof DataType.StructType(List<Column> columns))
        || columns.isEmpty()) {
      throw new EngineException(
          ErrorCode.MALFORMED_FILE, "\"" + location + "\" has no JSON object with a field");
    }
    if (!text.allVarchar()) {
      return new RowType(columns);
    }
    return new RowType(
        columns.stream().map(c -> new Column(c.name(), DataType.VARCHAR, true)).toList());
  }

  private static EngineException broken(String location, IOException e) {
    if (e instanceof JsonProcessingException json) {
      String at =
          json.getLocation() == null
              ? ""
              : ", line "
                  + json.getLocation().getLineNr()
                  + ", column "
                  + json.getLocation().getColumnNr();
      return new EngineException(
          ErrorCode.MALFORMED_FILE,
          "\"" + location + "\"" + at + ": no valid JSON: " + json.getOriginalMessage(),
          e);
    }
    return new EngineException(
        ErrorCode.MALFORMED_FILE, "\"" + location + "\" cannot be read: " + e.getMessage(), e);
  }

  /// The task that reads a file's fields of the names and types wanted; a missing field is NULL.
  public ScanTask task(String location, RowType wanted) {
    return context -> {
      try {
        return new Batches(
            location, new Objects(location, context.figures().bytesRead()), wanted, context);
      } catch (IOException e) {
        throw broken(location, e);
      }
    };
  }

  /// The objects of a file: stands at the start of one after each `next`.
  private final class Objects implements AutoCloseable {
    private final String location;
    private final JsonParser parser;
    private boolean started;
    private boolean array;
    private boolean ended;

    Objects(String location, LongAdder bytesRead) throws IOException {
      this.location = location;
      this.parser = JSON.createParser(StoreInputStream.open(store, location, bytesRead));
    }

    boolean next() throws IOException {
      if (ended) {
        return false;
      }
      JsonToken token = parser.nextToken();
      if (!started) {
        started = true;
        if (token == JsonToken.START_ARRAY) {
          array = true;
          token = parser.nextToken();
        }
      }
      if (array && token == JsonToken.END_ARRAY) {
        if (parser.nextToken() != null) {
          throw unexpected("text after the array");
        }
        ended = true;
        return false;
      }
      if (token == null) {
        if (array) {
          throw unexpected("the array does not end");
        }
        ended = true;
        return false;
      }
      if (token != JsonToken.START_OBJECT) {
        throw unexpected("a value that is no object");
      }
      return true;
    }

    private EngineException unexpected(String what) {
      return new EngineException(
          ErrorCode.MALFORMED_FILE,
          "\"" + location + "\", line " + parser.currentLocation().getLineNr() + ": " + what,
          null,
          "rows are objects: one array of them, or one after the other",
          null);
    }

    @Override
    public void close() throws IOException {
      parser.close();
    }
  }

  private static final class Batches implements BatchReader {
    private final String location;
    private final Objects objects;
    private final RowType wanted;
    private final ScanContext context;
    private final JsonAppender appender;

    Batches(String location, Objects objects, RowType wanted, ScanContext context) {
      this.location = location;
      this.objects = objects;
      this.wanted = wanted;
      this.context = context;
      this.appender = new JsonAppender(wanted.columns());
    }

    @Override
    public @Nullable Batch next() {
      List<VectorBuilder> columns = new ArrayList<>();
      try {
        for (Column column : wanted.columns()) {
          columns.add(new VectorBuilder(column.type(), Vector.BATCH_ROWS, context.allocator()));
        }
        int count = 0;
        while (count < Vector.BATCH_ROWS && objects.next()) {
          appender.append(objects.parser, columns::get);
          count++;
        }
        if (count == 0) {
          return null;
        }
        context.figures().rowsRead().add(count);
        List<Vector> vectors = new ArrayList<>();
        columns.forEach(column -> vectors.add(column.build()));
        return new Batch(vectors, count);
      } catch (JsonAppender.Mismatch e) {
        throw new EngineException(
            ErrorCode.MALFORMED_FILE,
            "\""
                + location
                + "\", line "
                + objects.parser.currentLocation().getLineNr()
                + ", field \""
                + e.field()
                + "\": "
                + e.found()
                + " where the rows before have "
                + e.wanted().sql(),
            null,
            "mend the value, or read with sample_rows => -1 (types from all rows)",
            null);
      } catch (IOException e) {
        throw broken(location, e);
      } finally {
        columns.forEach(VectorBuilder::close);
      }
    }

    @Override
    public void close() {
      try {
        objects.close();
      } catch (IOException e) {
        throw broken(location, e);
      }
    }
  }
}
