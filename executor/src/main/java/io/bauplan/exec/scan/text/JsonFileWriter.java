package io.bauplan.exec.scan.text;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.TextFormat;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.TableFileWriter;
import io.bauplan.exec.scan.store.FileSink;
import io.bauplan.exec.scan.store.SinkStream;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.WrittenFile;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;

/// Writes JSON: one object a line, or with option `array => true` one array. Numbers are numbers,
/// dates and the like are texts, NaN and infinities are null.
public final class JsonFileWriter implements TableFileWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private final FileSink sink;
  private final RowType type;
  private final JsonGenerator generator;
  private final BufferAllocator allocator;
  private final boolean array;
  private long rows;

  /// Takes ownership of the sink.
  public JsonFileWriter(
      FileSink sink, RowType type, Map<String, String> options, BufferAllocator allocator) {
    this.sink = sink;
    this.type = type;
    this.allocator = allocator;
    this.array = Boolean.parseBoolean(options.getOrDefault("array", "false"));
    try {
      generator = JSON.createGenerator(new SinkStream(sink), JsonEncoding.UTF8);
      generator.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      if (array) {
        generator.writeStartArray();
      }
    } catch (IOException e) {
      throw SinkStream.failure(sink, e);
    }
  }

  @Override
  public void write(Batch batch) {
    try (Batch dense = batch.compact(allocator)) {
      List<FlatVector> columns = new ArrayList<>();
      try {
        dense.columns().forEach(column -> columns.add(column.flatten(allocator)));
        for (int row = 0; row < dense.rowCount(); row++) {
          generator.writeStartObject();
          for (int i = 0; i < columns.size(); i++) {
            generator.writeFieldName(type.column(i).name());
            value(columns.get(i), row);
          }
          generator.writeEndObject();
        }
      } finally {
        columns.forEach(FlatVector::close);
      }
      rows += dense.rowCount();
    } catch (IOException e) {
      throw SinkStream.failure(sink, e);
    }
  }

  private void value(FlatVector column, int row) throws IOException {
    DataType held = column.type();
    if (held instanceof DataType.NullType
        || (column.validityAddress() != 0 && !Memory.bit(column.validityAddress(), row))) {
      generator.writeNull();
      return;
    }
    switch (held) {
      case DataType.BooleanType() -> generator.writeBoolean(Memory.bit(column.dataAddress(), row));
      case DataType.FloatType(int bits) -> {
        double value =
            bits == 32
                ? Memory.getFloat(column.dataAddress() + 4L * row)
                : Memory.getDouble(column.dataAddress() + 8L * row);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
          generator.writeNull();
        } else if (bits == 32) {
          generator.writeNumber((float) value);
        } else {
          generator.writeNumber(value);
        }
      }
      case DataType.IntegerType ignored ->
          generator.writeNumber(TextFormat.any(column, row, ZoneOffset.UTC));
      case DataType.DecimalType ignored ->
          generator.writeNumber(TextFormat.any(column, row, ZoneOffset.UTC));
      case DataType.ListType ignored -> {
        generator.writeStartArray();
        long offsets = column.offsetsAddress() + 4L * row;
        for (int i = Memory.getInt(offsets); i < Memory.getInt(offsets + 4); i++) {
          value(column.children().getFirst(), i);
        }
        generator.writeEndArray();
      }
      case DataType.MapType ignored -> {
        generator.writeStartObject();
        long offsets = column.offsetsAddress() + 4L * row;
        List<FlatVector> entries = column.children().getFirst().children();
        for (int i = Memory.getInt(offsets); i < Memory.getInt(offsets + 4); i++) {
          generator.writeFieldName(TextFormat.any(entries.get(0), i, ZoneOffset.UTC));
          value(entries.get(1), i);
        }
        generator.writeEndObject();
      }
      case DataType.StructType(List<Column> fields) -> {
        generator.writeStartObject();
        for (int i = 0; i < fields.size(); i++) {
          generator.writeFieldName(fields.get(i).name());
          value(column.children().get(i), column.start() + row);
        }
        generator.writeEndObject();
      }
      default -> generator.writeString(TextFormat.any(column, row, ZoneOffset.UTC));
    }
  }

  @Override
  public List<WrittenFile> finish() {
    try {
      if (array) {
        generator.writeEndArray();
      }
      if (rows > 0 || array) {
        generator.writeRaw('\n');
      }
      generator.close();
    } catch (IOException e) {
      throw SinkStream.failure(sink, e);
    }
    sink.finish();
    return List.of(SinkStream.written(sink, rows));
  }

  @Override
  public void close() {
    sink.close();
  }
}
