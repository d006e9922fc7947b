package io.bauplan.server.cli.render;

import io.bauplan.exec.batch.CellText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Rows as boxes. Widths follow the rows, so a box is written when it is complete; a long result
/// comes as several.
public final class TableSink implements RowSink {
  private static final int ROWS_PER_BOX = 10_000;

  private final Appendable out;
  private final int maxWidth;
  private final Layout layout;
  private @Nullable TableRenderer table;
  private long rows;
  private boolean written;

  public enum Layout {
    BOX,
    /// One column per line, as `\x` in the shell.
    EXPANDED
  }

  /// @param maxWidth columns of the terminal; 0 = cut nothing
  public TableSink(Appendable out, int maxWidth, Layout layout) {
    this.out = out;
    this.maxWidth = maxWidth;
    this.layout = layout;
  }

  @Override
  public void start(Schema resultSchema) {
    table = renderer(resultSchema);
  }

  private static TableRenderer renderer(Schema schema) {
    List<Field> fields = schema.getFields();
    boolean[] right = new boolean[fields.size()];
    for (int i = 0; i < right.length; i++) {
      ArrowType type = fields.get(i).getType();
      right[i] =
          type instanceof ArrowType.Int
              || type instanceof ArrowType.FloatingPoint
              || type instanceof ArrowType.Decimal;
    }
    return new TableRenderer(fields.stream().map(Field::getName).toList(), right);
  }

  @Override
  public void row(VectorSchemaRoot batch, int row) throws IOException {
    List<@Nullable String> cells = new ArrayList<>(batch.getFieldVectors().size());
    for (FieldVector vector : batch.getFieldVectors()) {
      cells.add(CellText.text(vector, row));
    }
    rows++;
    if (layout == Layout.EXPANDED) {
      expanded(batch.getSchema(), cells);
      return;
    }
    TableRenderer current = table;
    if (current == null) {
      throw new IllegalStateException("a row before the schema");
    }
    current.add(cells);
    if (current.rowCount() == ROWS_PER_BOX) {
      flush(current);
      table = renderer(batch.getSchema());
    }
  }

  private void expanded(Schema names, List<@Nullable String> cells) throws IOException {
    int width =
        names.getFields().stream()
            .mapToInt(field -> SafeText.width(SafeText.line(field.getName())))
            .max()
            .orElse(0);
    out.append("── row ").append(String.valueOf(rows)).append(" ──\n");
    for (int i = 0; i < cells.size(); i++) {
      String name = SafeText.line(names.getFields().get(i).getName());
      String cell = cells.get(i);
      out.append(name)
          .append(" ".repeat(width - SafeText.width(name)))
          .append(" │ ")
          .append(cell == null ? "NULL" : SafeText.lines(cell))
          .append('\n');
    }
  }

  private void flush(TableRenderer full) throws IOException {
    out.append(full.render(maxWidth));
    written = true;
  }

  @Override
  public void end() throws IOException {
    if (table != null && layout == Layout.BOX && (table.rowCount() > 0 || !written)) {
      flush(table);
    }
  }
}
