package io.bauplan.exec.scan.text;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
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
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// CSV files, UTF-8, by the FastCSV parser: one task per file. Thread-safe.
public final class CsvSource {
  private static final char[] DELIMITERS = {',', ';', '\t', '|'};
  private static final int SNIFFED_ROWS = 50;
  private static final int MAX_COLUMNS = 20_000;

  private final ObjectStore store;

  public CsvSource(ObjectStore store) {
    this.store = store;
  }

  /// How a file is laid out.
  private record Layout(char delimiter, boolean header, List<String> names) {}

  /// The columns of a file, by its header and a sample of its rows.
  public RowType schema(String location, Map<String, String> options) {
    TextOptions text = TextOptions.of(options);
    Layout layout = layout(location, text);
    int width = layout.names.size();
    DataType[] types = new DataType[width];
    java.util.Arrays.fill(types, DataType.NULL);
    if (!text.allVarchar()) {
      try (Rows rows = new Rows(location, layout.delimiter, text, new LongAdder())) {
        if (layout.header) {
          rows.next();
        }
        for (long seen = 0; seen < text.sampleRows(); seen++) {
          CsvRow row = rows.next();
          if (row == null) {
            break;
          }
          checkWidth(location, row, width);
          for (int i = 0; i < width; i++) {
            if (!types[i].equals(DataType.VARCHAR) && !isNull(row, i, text)) {
              types[i] = TextTypes.merge(types[i], TextTypes.ofCell(row.text(i)));
            }
          }
        }
      }
    }
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      columns.add(new Column(layout.names.get(i), TextTypes.settled(types[i]), true));
    }
    return new RowType(columns);
  }

  private static boolean isNull(CsvRow row, int cell, TextOptions options) {
    return row.isEmpty(cell)
        || (options.nullText().isPresent() && row.text(cell).equals(options.nullText().get()));
  }

  private static void checkWidth(String location, CsvRow row, int width) {
    if (row.cells() != width) {
      throw new EngineException(
          ErrorCode.MALFORMED_FILE,
          "\""
              + location
              + "\", line "
              + row.line()
              + ": "
              + row.cells()
              + (row.cells() == 1 ? " value" : " values")
              + " for "
              + width
              + " columns",
          null,
          "mend the line; text that holds the delimiter or a line end must stand in quotes",
          null);
    }
  }

  private Layout layout(String location, TextOptions options) {
    char delimiter = options.delimiter().orElseGet(() -> sniff(location, options));
    try (Rows rows = new Rows(location, delimiter, options, new LongAdder())) {
      CsvRow first = rows.next();
      if (first == null) {
        throw new EngineException(
            ErrorCode.MALFORMED_FILE,
            "\"" + location + "\" is empty: a CSV file needs a row at least");
      }
      if (first.cells() > MAX_COLUMNS) {
        throw new EngineException(
            ErrorCode.MALFORMED_FILE,
            "\"" + location + "\" has " + first.cells() + " columns, more than " + MAX_COLUMNS);
      }
      boolean header = options.header().orElse(looksLikeHeader(first));
      List<String> names = new ArrayList<>();
      Set<String> taken = new HashSet<>();
      for (int i = 0; i < first.cells(); i++) {
        String name = header && !first.isEmpty(i) ? first.text(i) : "column" + i;
        String unique = name;
        for (int n = 1; !taken.add(unique); n++) {
          unique = name + "_" + n;
        }
        names.add(unique);
      }
      return new Layout(delimiter, header, names);
    }
  }

  /// Names are text, different from each other; a number, date or empty cell is data.
  private static boolean looksLikeHeader(CsvRow row) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < row.cells(); i++) {
      String text = row.text(i);
      if (text.isEmpty() || !seen.add(text) || !TextTypes.ofCell(text).equals(DataType.VARCHAR)) {
        return false;
      }
    }
    return true;
  }

  /// The delimiter that gives the most columns, as many in each of the first rows.
  private char sniff(String location, TextOptions options) {
    char best = ',';
    int most = 1;
    for (char candidate : DELIMITERS) {
      try (Rows rows = new Rows(location, candidate, options, new LongAdder())) {
        CsvRow row = rows.next();
        int width = row == null ? 0 : row.cells();
        boolean even = true;
        for (int i = 1; row != null && i < SNIFFED_ROWS; i++) {
          row = rows.next();
          even &= row == null || row.cells() == width || i == SNIFFED_ROWS - 1;
        }
        if (even && width > most) {
          best = candidate;
          most = width;
        }
      } catch (EngineException e) {
        if (e.code() != ErrorCode.MALFORMED_FILE) {
          throw e;
        }
      }
    }
    return best;
  }

  /// The task that reads a file's columns of the names and types wanted; a column that the file
  /// does not have is NULL.
  public ScanTask task(String location, Map<String, String> options, RowType wanted) {
    TextOptions text = TextOptions.of(options);
    return context -> {
      Layout layout = layout(location, text);
      Map<String, Integer> byName = new HashMap<>();
      for (int i = 0; i < layout.names.size(); i++) {
        byName.put(layout.names.get(i), i);
      }
      int[] cells = new int[wanted.size()];
      for (int i = 0; i < cells.length; i++) {
        cells[i] = byName.getOrDefault(wanted.column(i).name(), -1);
      }
      Rows rows = new Rows(location, layout.delimiter, text, context.figures().bytesRead());
      if (layout.header) {
        rows.next();
      }
      return new Batches(location, rows, layout, text, wanted, cells, context);
    };
  }

  /// The rows of a file.
  private final class Rows implements AutoCloseable {
    private final String location;
    private final InputStream input;
    private final CsvReader<CsvRow> reader;
    private final Iterator<CsvRow> iterator;

    Rows(String location, char delimiter, TextOptions options, LongAdder bytesRead) {
      this.location = location;
      try {
        input = StoreInputStream.open(store, location, bytesRead);
      } catch (IOException e) {
        throw broken(location, e);
      }
      Reader chars = new InputStreamReader(input, StandardCharsets.UTF_8.newDecoder());
      reader =
          CsvReader.builder()
              .fieldSeparator(delimiter)
              .quoteCharacter(options.quote())
              .commentStrategy(CommentStrategy.NONE)
              .skipEmptyLines(true)
              .allowExtraFields(true)
              .allowMissingFields(true)
              .detectBomHeader(false)
              .build(new CsvRow(), new BomSkipper(chars));
      iterator = reader.iterator();
    }

    @Nullable CsvRow next() {
      try {
        return iterator.hasNext() ? iterator.next() : null;
      } catch (UncheckedIOException e) {
        throw broken(location, e.getCause());
      } catch (CsvParseException e) {
        if (e.getCause() instanceof IOException cause) {
          throw broken(location, cause);
        }
        throw new EngineException(
            ErrorCode.MALFORMED_FILE,
            "\"" + location + "\" is no valid CSV file: " + e.getMessage(),
            e);
      }
    }

    @Override
    public void close() {
      try {
        reader.close();
        input.close();
      } catch (IOException e) {
        throw broken(location, e);
      }
    }
  }

  private static EngineException broken(String location, @Nullable IOException e) {
    if (e instanceof CharacterCodingException) {
      return new EngineException(
          ErrorCode.MALFORMED_FILE,
          "\"" + location + "\" is no UTF-8 text",
          null,
          "convert it, for example with iconv",
          e);
    }
    return new EngineException(
        ErrorCode.MALFORMED_FILE,
        "\"" + location + "\" cannot be read: " + (e == null ? "" : e.getMessage()),
        e);
  }

  private static final class Batches implements BatchReader {
    private final String location;
    private final Rows rows;
    private final Layout layout;
    private final TextOptions options;
    private final RowType wanted;
    private final int[] cells;
    private final ScanContext context;

    Batches(
        String location,
        Rows rows,
        Layout layout,
        TextOptions options,
        RowType wanted,
        int[] cells,
        ScanContext context) {
      this.location = location;
      this.rows = rows;
      this.layout = layout;
      this.options = options;
      this.wanted = wanted;
      this.cells = cells;
      this.context = context;
    }

    @Override
    public @Nullable Batch next() {
      List<VectorBuilder> columns = new ArrayList<>();
      try {
        for (Column column : wanted.columns()) {
          columns.add(new VectorBuilder(column.type(), Vector.BATCH_ROWS, context.allocator()));
        }
        int count = 0;
        while (count < Vector.BATCH_ROWS) {
          CsvRow row = rows.next();
          if (row == null) {
            break;
          }
          append(row, columns);
          count++;
        }
        if (count == 0) {
          return null;
        }
        context.figures().rowsRead().add(count);
        List<Vector> vectors = new ArrayList<>();
        columns.forEach(column -> vectors.add(column.build()));
        return new Batch(vectors, count);
      } finally {
        columns.forEach(VectorBuilder::close);
      }
    }

    private void append(CsvRow row, List<VectorBuilder> columns) {
      checkWidth(location, row, layout.names.size());
      for (int i = 0; i < cells.length; i++) {
        int cell = cells[i];
        VectorBuilder column = columns.get(i);
        if (cell < 0 || isNull(row, cell, options)) {
          column.appendNull();
          continue;
        }
        DataType type = wanted.type(i);
        if (!TextTypes.append(row.text(cell), type, column)) {
          throw new EngineException(
              ErrorCode.MALFORMED_FILE,
              "\""
                  + location
                  + "\", line "
                  + row.line()
                  + ", column \""
                  + wanted.column(i).name()
                  + "\": "
                  + TextTypes.ofCell(row.text(cell)).sql()
                  + " where the rows before have "
                  + type.sql(),
              null,
              "mend the value, or read with sample_rows => -1 (types from all rows) or all_varchar => true",
              null);
        }
      }
    }

    @Override
    public void close() {
      rows.close();
    }
  }
}
