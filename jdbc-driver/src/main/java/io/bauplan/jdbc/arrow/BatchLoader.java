package io.bauplan.jdbc.arrow;

import io.bauplan.jdbc.wire.FlightMessage;
import io.bauplan.jdbc.wire.SqlErrors;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/// Points a result's columns at the buffers of one message after the other.
public final class BatchLoader {
  private static final long MAX_ROWS = 1L << 30;

  private final Column[] columns;
  private final Map<Long, Column> dictionaries = new HashMap<>();

  /// What a message was.
  ///
  /// @param type schema, dictionary or rows
  /// @param rowCount rows of a record batch
  public record Loaded(Type type, int rowCount) {
    /// The messages of a stream.
    public enum Type {
      SCHEMA,
      DICTIONARY,
      ROWS
    }
  }

  public BatchLoader(List<ArrowField> fields) {
    columns = new Column[fields.size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = new Column(fields.get(i));
    }
    for (Column column : columns) {
      collectDictionaries(column);
    }
  }

  public Column[] columns() {
    return columns;
  }

  /// Reads one message. Rows borrow its body until the next message is loaded; a dictionary keeps
  /// the body for the rest of the stream.
  public Loaded load(FlightMessage message) throws SQLException {
    try {
      Message header = Message.getRootAsMessage(ByteBuffer.wrap(message.header()));
      return switch (header.headerType()) {
        case MessageHeader.Schema -> new Loaded(Loaded.Type.SCHEMA, 0);
        case MessageHeader.DictionaryBatch -> {
          loadDictionary(
              (DictionaryBatch) Objects.requireNonNull(header.header(new DictionaryBatch())),
              message);
          yield new Loaded(Loaded.Type.DICTIONARY, 0);
        }
        case MessageHeader.RecordBatch -> {
          RecordBatch batch =
              (RecordBatch) Objects.requireNonNull(header.header(new RecordBatch()));
          int rows = rows(batch);
          Cursor cursor = new Cursor(batch, message);
          for (Column column : columns) {
            loadColumn(column, cursor, rows);
          }
          yield new Loaded(Loaded.Type.ROWS, rows);
        }
        default -> throw malformed("unexpected Arrow message type " + header.headerType(), null);
      };
    } catch (RuntimeException e) {
      throw malformed("a record batch cannot be read: " + e.getMessage(), e);
    }
  }

  private void collectDictionaries(Column column) {
    ArrowField.Dictionary encoding = column.field.dictionary();
    if (encoding != null) {
      column.index = new Column(ArrowField.of(column.field.name(), encoding.index()));
      ArrowField f = column.field;
      ArrowField values =
          new ArrowField(
              f.name(),
              true,
              f.kind(),
              f.width(),
              f.precision(),
              f.scale(),
              f.unitsPerSecond(),
              f.zone(),
              f.children(),
              f.metadata(),
              null);
      dictionaries.putIfAbsent(encoding.id(), new Column(values));
    }
    for (Column child : column.children) {
      collectDictionaries(child);
    }
  }

  private void loadDictionary(DictionaryBatch batch, FlightMessage message) throws SQLException {
    Column values = dictionaries.get(batch.id());
    if (values == null) {
      throw malformed("a dictionary belongs to no column", null);
    }
    if (batch.isDelta()) {
      throw SqlErrors.unsupported("a dictionary that grows within the stream");
    }
    RecordBatch data = Objects.requireNonNull(batch.data());
    loadColumn(values, new Cursor(data, message), rows(data));
  }

  private void loadColumn(Column column, Cursor cursor, int minimumRows) throws SQLException {
    ArrowField.Dictionary encoding = column.field.dictionary();
    if (encoding == null) {
      loadPlain(column, cursor, minimumRows);
      return;
    }
    loadPlain(Objects.requireNonNull(column.index), cursor, minimumRows);
    Column values = Objects.requireNonNull(dictionaries.get(encoding.id()));
    column.body = values.body;
    column.length = values.length;
    column.validity = values.validity;
    column.offsets = values.offsets;
    column.data = values.data;
    column.dataLength = values.dataLength;
    column.viewBuffers = values.viewBuffers;
    column.viewLengths = values.viewLengths;
    System.arraycopy(values.children, 0, column.children, 0, values.children.length);
    Column index = Objects.requireNonNull(column.index);
    for (int row = 0; row < index.length; row++) {
      if (!index.isNull(row)) {
        long at = index.rawInteger(row);
        if (at < 0 || at >= column.length) {
          throw malformed("a dictionary index is out of range", null);
        }
      }
    }
  }

  private void loadPlain(Column column, Cursor cursor, int minimumRows) throws SQLException {
    FieldNode node = cursor.nextNode();
    long length = node.length();
    if (length < minimumRows || length > MAX_ROWS) {
      throw malformed("a column has " + length + " values for " + minimumRows + " rows", null);
    }
    int rows = (int) length;
    Kind kind = column.kind;
    column.body = cursor.message.body();
    column.length = rows;
    boolean union = kind == Kind.SPARSE_UNION || kind == Kind.DENSE_UNION;
    column.validity = -1;
    if (kind != Kind.NULL && !union) {
      cursor.nextBuffer((rows + 7L) / 8, Cursor.Presence.OPTIONAL);
      column.validity = node.nullCount() == 0 || cursor.length == 0 ? -1 : cursor.offset;
    }
    switch (kind) {
      case NULL, STRUCT -> {}
      case UTF8, BINARY, LARGE_UTF8, LARGE_BINARY -> {
        loadOffsets(column, cursor, rows);
        cursor.nextBuffer(0, Cursor.Presence.OPTIONAL);
        column.data = cursor.offset;
        column.dataLength = cursor.length;
      }
      case UTF8_VIEW, BINARY_VIEW -> loadViews(column, cursor, rows);
      case LIST, MAP, LARGE_LIST -> loadOffsets(column, cursor, rows);
      case FIXED_LIST -> {}
      case SPARSE_UNION, DENSE_UNION -> {
        cursor.nextBuffer(rows, Cursor.Presence.REQUIRED);
        column.data = cursor.offset;
        if (kind == Kind.DENSE_UNION) {
          cursor.nextBuffer(rows * 4L, Cursor.Presence.REQUIRED);
          column.offsets = cursor.offset;
        }
      }
      default -> {
        cursor.nextBuffer(fixedBytes(column, rows), Cursor.Presence.REQUIRED);
        column.data = cursor.offset;
      }
    }
    loadChildren(column, cursor, rows);
  }

  private void loadChildren(Column column, Cursor cursor, int rows) throws SQLException {
    int childRows =
        switch (column.kind) {
          case STRUCT, SPARSE_UNION -> rows;
          case FIXED_LIST -> Math.multiplyExact(rows, column.field.width());
          default -> 0;
        };
    for (Column child : column.children) {
      loadColumn(child, cursor, childRows);
    }
    if (column.kind == Kind.SPARSE_UNION || column.kind == Kind.DENSE_UNION) {
      verifyUnion(column, rows);
    }
    if (column.kind.isList() || column.kind == Kind.MAP) {
      Column child = column.children[0];
      column.dataLength = child.index == null ? child.length : child.index.length;
      if (column.kind == Kind.MAP && child.children.length != 2) {
        throw malformed("a map has no key and value", null);
      }
    }
  }

  private static void verifyUnion(Column column, int rows) throws SQLException {
    for (int row = 0; row < rows; row++) {
      int type = column.body[column.data + row];
      if (type < 0 || type >= column.children.length) {
        throw malformed("a union value has no alternative", null);
      }
      int at = UnionValues.row(column, row);
      if (at < 0 || at >= column.children[type].length) {
        throw malformed("a union value lies outside its alternative", null);
      }
    }
  }

  private static void loadOffsets(Column column, Cursor cursor, int rows) throws SQLException {
    boolean large =
        column.kind == Kind.LARGE_UTF8
            || column.kind == Kind.LARGE_BINARY
            || column.kind == Kind.LARGE_LIST;
    // An empty column may leave its single offset out.
    long needed = rows == 0 ? 0 : (rows + 1L) * (large ? 8 : 4);
    cursor.nextBuffer(needed, Cursor.Presence.REQUIRED);
    column.offsets = cursor.offset;
  }

  private static void loadViews(Column column, Cursor cursor, int rows) throws SQLException {
    cursor.nextBuffer(rows * 16L, Cursor.Presence.REQUIRED);
    column.data = cursor.offset;
    int count = cursor.nextVariadicCount();
    column.viewBuffers = new int[count];
    column.viewLengths = new int[count];
    for (int i = 0; i < count; i++) {
      cursor.nextBuffer(0, Cursor.Presence.OPTIONAL);
      column.viewBuffers[i] = cursor.offset;
      column.viewLengths[i] = cursor.length;
    }
  }

  private static long fixedBytes(Column column, long rows) {
    return switch (column.kind) {
      case BOOL -> (rows + 7) / 8;
      case INT8, UINT8 -> rows;
      case INT16, UINT16, FLOAT16 -> rows * 2;
      case INT32, UINT32, FLOAT32, DATE_DAY, TIME32, INTERVAL_MONTH -> rows * 4;
      case INTERVAL_MONTH_DAY_NANO -> rows * 16;
      case DECIMAL, FIXED_BINARY, UUID -> rows * column.field.width();
      default -> rows * 8;
    };
  }

  private static int rows(RecordBatch batch) throws SQLException {
    if (batch.compression() != null) {
      throw SqlErrors.unsupported(
          "a compressed result (switch the server's result compression off)");
    }
    if (batch.length() < 0 || batch.length() > MAX_ROWS) {
      throw malformed("a batch has " + batch.length() + " rows", null);
    }
    return (int) batch.length();
  }

  private static SQLException malformed(String message, @Nullable Throwable cause) {
    return SqlErrors.of(SqlErrors.PROTOCOL, "malformed answer: " + message, cause);
  }

  /// Walks a batch's nodes and buffers in the order of the schema, checking each against the body.
  private static final class Cursor {
    final RecordBatch batch;
    final FlightMessage message;
    private final FieldNode node = new FieldNode();
    private final Buffer buffer = new Buffer();
    private int nodes;
    private int buffers;
    private int variadics;
    int offset;
    int length;

    enum Presence {
      OPTIONAL,
      REQUIRED
    }

    Cursor(RecordBatch batch, FlightMessage message) {
      this.batch = batch;
      this.message = message;
    }

    FieldNode nextNode() throws SQLException {
      if (nodes >= batch.nodesLength()) {
        throw malformed("a batch has fewer columns than its schema", null);
      }
      batch.nodes(node, nodes++);
      return node;
    }

    void nextBuffer(long neededBytes, Presence presence) throws SQLException {
      if (buffers >= batch.buffersLength()) {
        throw malformed("a batch has fewer buffers than its schema asks for", null);
      }
      batch.buffers(buffer, buffers++);
      long start = buffer.offset();
      long bytes = buffer.length();
      if (start < 0 || bytes < 0 || start > message.bodyLength() - bytes) {
        throw malformed("a buffer lies outside its message", null);
      }
      if (bytes < neededBytes && (presence == Presence.REQUIRED || bytes > 0)) {
        throw malformed("a buffer is shorter than its column", null);
      }
      offset = (int) start;
      length = (int) bytes;
    }

    int nextVariadicCount() throws SQLException {
      long count =
          variadics < batch.variadicBufferCountsLength()
              ? batch.variadicBufferCounts(variadics++)
              : -1;
      if (count < 0 || count > batch.buffersLength()) {
        throw malformed("a batch does not count its data buffers", null);
      }
      return (int) count;
    }
  }
}
