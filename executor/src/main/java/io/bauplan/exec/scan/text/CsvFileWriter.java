package io.bauplan.exec.scan.text;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
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
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Writes CSV: a header, UTF-8, `\n`, quotes where needed, NULL as an empty cell (an empty text
/// stands in quotes).
public final class CsvFileWriter implements TableFileWriter {
  private final FileSink sink;
  private final CsvWriter writer;
  private final BufferAllocator allocator;
  private long rows;

  /// Takes ownership of the sink.
  public CsvFileWriter(
      FileSink sink, RowType type, Map<String, String> options, BufferAllocator allocator) {
    TextOptions text = TextOptions.of(options);
    this.sink = sink;
    this.allocator = allocator;
    Writer chars = new OutputStreamWriter(new SinkStream(sink), StandardCharsets.UTF_8);
    this.writer =
        CsvWriter.builder()
            .fieldSeparator(text.delimiter().orElse(','))
            .quoteCharacter(text.quote())
            .quoteStrategy(de.siegmar.fastcsv.writer.QuoteStrategies.EMPTY)
            .lineDelimiter(LineDelimiter.LF)
            .build(chars);
    if (text.header().orElse(true)) {
      writer.writeRecord(type.columns().stream().map(Column::name).toList());
    }
  }

  @Override
  public void write(Batch batch) {
    try (Batch dense = batch.compact(allocator)) {
      List<FlatVector> columns = new ArrayList<>();
      try {
        dense.columns().forEach(column -> columns.add(column.flatten(allocator)));
        @Nullable String[] cells = new @Nullable String[columns.size()];
        for (int row = 0; row < dense.rowCount(); row++) {
          for (int i = 0; i < cells.length; i++) {
            cells[i] = cell(columns.get(i), row);
          }
          writer.writeRecord(cells);
        }
      } finally {
        columns.forEach(FlatVector::close);
      }
      rows += dense.rowCount();
    } catch (UncheckedIOException e) {
      throw SinkStream.failure(sink, new IOException(e.getMessage(), e));
    }
  }

  private static @Nullable String cell(FlatVector column, int row) {
    boolean isNull =
        column.type() instanceof DataType.NullType
            || (column.validityAddress() != 0 && !Memory.bit(column.validityAddress(), row));
    return isNull ? null : TextFormat.any(column, row, ZoneOffset.UTC);
  }

  @Override
  public List<WrittenFile> finish() {
    try {
      writer.close();
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
