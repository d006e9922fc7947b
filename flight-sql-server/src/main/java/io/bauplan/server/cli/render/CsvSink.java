package io.bauplan.server.cli.render;

import io.bauplan.exec.batch.CellText;
import java.io.IOException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// RFC 4180 with a header line. NULL is an empty cell, an empty text is `""`.
public final class CsvSink implements RowSink {
  private final Appendable out;

  public CsvSink(Appendable out) {
    this.out = out;
  }

  @Override
  public void start(Schema schema) throws IOException {
    String separator = "";
    for (Field field : schema.getFields()) {
      out.append(separator);
      cell(field.getName());
      separator = ",";
    }
    out.append('\n');
  }

  @Override
  public void row(VectorSchemaRoot batch, int row) throws IOException {
    String separator = "";
    for (FieldVector vector : batch.getFieldVectors()) {
      out.append(separator);
      String text = CellText.text(vector, row);
      if (text != null) {
        cell(text);
      }
      separator = ",";
    }
    out.append('\n');
  }

  private void cell(String text) throws IOException {
    boolean quoted = text.isEmpty();
    for (int i = 0; i < text.length() && !quoted; i++) {
      char c = text.charAt(i);
      quoted = c == ',' || c == '"' || c == '\n' || c == '\r';
    }
    if (quoted) {
      out.append('"').append(text.replace("\"", "\"\"")).append('"');
    } else {
      out.append(text);
    }
  }

  @Override
  public void end() {}
}
