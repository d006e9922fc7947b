package io.bauplan.server.cli.render;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.bauplan.exec.batch.CellText;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// One array of objects, an object a line. Decimals are numbers with all their digits; numbers that
/// JSON has no form for are texts.
public final class JsonSink implements RowSink {
  private final JsonGenerator json;

  /// Breaks the line between rows and nowhere else.
  private static final class RowPerLine extends MinimalPrettyPrinter {
    private int depth;

    @Override
    public void writeStartArray(JsonGenerator g) throws IOException {
      depth++;
      super.writeStartArray(g);
    }

    @Override
    public void writeEndArray(JsonGenerator g, int values) throws IOException {
      depth--;
      super.writeEndArray(g, values);
    }

    @Override
    public void writeArrayValueSeparator(JsonGenerator g) throws IOException {
      g.writeRaw(depth == 1 ? ",\n " : ",");
    }
  }

  public JsonSink(Writer out) throws IOException {
    json =
        JsonFactory.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .build()
            .createGenerator(out);
    json.setPrettyPrinter(new RowPerLine());
  }

  @Override
  public void start(Schema schema) throws IOException {
    json.writeStartArray();
  }

  @Override
  public void row(VectorSchemaRoot batch, int row) throws IOException {
    json.writeStartObject();
    for (FieldVector vector : batch.getFieldVectors()) {
      json.writeFieldName(vector.getField().getName());
      write(CellText.value(vector, row));
    }
    json.writeEndObject();
  }

  private void write(@Nullable Object value) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Boolean flag -> json.writeBoolean(flag);
      case BigDecimal number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Float number -> json.writeNumber(number);
      case Number number -> json.writeNumber(number.longValue());
      case List<?> list -> {
        json.writeStartArray();
        for (Object element : list) {
          write(element);
        }
        json.writeEndArray();
      }
      case Map<?, ?> map -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          json.writeFieldName(String.valueOf(entry.getKey()));
          write(entry.getValue());
        }
        json.writeEndObject();
      }
      default -> json.writeString(value.toString());
    }
  }

  @Override
  public void end() throws IOException {
    json.writeEndArray();
    json.writeRaw('\n');
    json.flush();
  }
}
