package io.bauplan.jdbc.arrow;

import io.bauplan.jdbc.wire.SqlErrors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.DictionaryEncoding;
import org.apache.arrow.flatbuf.Duration;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Interval;
import org.apache.arrow.flatbuf.IntervalUnit;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Time;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Union;
import org.apache.arrow.flatbuf.UnionMode;
import org.jspecify.annotations.Nullable;

/// Reads Arrow schemas out of IPC messages.
public final class SchemaReader {
  private static final int CONTINUATION = 0xFFFFFFFF;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_FIELDS = 100_000;
  private static final String EXTENSION_NAME = "ARROW:extension:name";
  private static final int UUID_BYTES = 16;

  private SchemaReader() {}

  /// Reads an encapsulated schema message, as it stands in FlightInfo and in prepared statements.
  /// No bytes mean no columns.
  public static List<ArrowField> readEncapsulated(byte[] bytes) throws SQLException {
    if (bytes.length < 8) {
      return List.of();
    }
    ByteBuffer prefix = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int start = prefix.getInt(0) == CONTINUATION ? 8 : 4;
    int length = prefix.getInt(start - 4);
    if (length == 0) {
      return List.of();
    }
    if (length < 0 || length > bytes.length - start) {
      throw malformed("a schema is longer than its message", null);
    }
    return readHeader(Arrays.copyOfRange(bytes, start, start + length));
  }

  /// Reads a schema message without prefix, as it stands in a result stream.
  public static List<ArrowField> readHeader(byte[] header) throws SQLException {
    try {
      Message message = Message.getRootAsMessage(ByteBuffer.wrap(header));
      if (message.headerType() != MessageHeader.Schema) {
        throw malformed("expected a schema, found message type " + message.headerType(), null);
      }
      Schema schema = (Schema) Objects.requireNonNull(message.header(new Schema()));
      if (schema.endianness() != Endianness.Little) {
        throw SqlErrors.unsupported("big-endian Arrow data");
      }
      if (schema.fieldsLength() > MAX_FIELDS) {
        throw malformed("a schema has " + schema.fieldsLength() + " columns", null);
      }
      List<ArrowField> fields = new ArrayList<>(schema.fieldsLength());
      for (int i = 0; i < schema.fieldsLength(); i++) {
        fields.add(field(schema.fields(i), 0));
      }
      return List.copyOf(fields);
    } catch (RuntimeException e) {
      throw malformed("a schema cannot be read", e);
    }
  }

  private static ArrowField field(Field field, int depth) throws SQLException {
    if (depth > MAX_DEPTH) {
      throw malformed("a column is nested deeper than " + MAX_DEPTH + " levels", null);
    }
    List<ArrowField> children = new ArrayList<>(field.childrenLength());
    for (int i = 0; i < field.childrenLength(); i++) {
      children.add(field(field.children(i), depth + 1));
    }
    Map<String, String> metadata = new HashMap<>();
    for (int i = 0; i < field.customMetadataLength(); i++) {
      KeyValue entry = field.customMetadata(i);
      if (entry.key() != null && entry.value() != null) {
        metadata.put(entry.key(), entry.value());
      }
    }
    DictionaryEncoding encoding = field.dictionary();
    ArrowField.Dictionary dictionary = null;
    if (encoding != null) {
      Int index = encoding.indexType();
      dictionary =
          new ArrowField.Dictionary(encoding.id(), index == null ? Kind.INT32 : integer(index));
    }
    String name = field.name() == null ? "" : field.name();
    return typed(field, name, List.copyOf(children), Map.copyOf(metadata), dictionary);
  }

  private static ArrowField typed(
      Field field,
      String name,
      List<ArrowField> children,
      Map<String, String> metadata,
      ArrowField.@Nullable Dictionary dictionary)
      throws SQLException {
    Kind kind = kind(field, metadata);
    int width = 0;
    int precision = 0;
    int scale = 0;
    long unitsPerSecond = 1;
    String zone = null;
    switch (kind) {
      case DECIMAL -> {
        Decimal decimal = type(field, new Decimal());
        width = decimal.bitWidth() / 8;
        precision = decimal.precision();
        scale = decimal.scale();
        if (width != 4 && width != 8 && width != 16 && width != 32) {
          throw malformed("a decimal has " + decimal.bitWidth() + " bits", null);
        }
      }
      case FIXED_BINARY, UUID -> width = type(field, new FixedSizeBinary()).byteWidth();
      case FIXED_LIST -> width = type(field, new FixedSizeList()).listSize();
      case TIME32, TIME64 -> unitsPerSecond = unitsPerSecond(type(field, new Time()).unit());
      case TIMESTAMP, TIMESTAMP_TZ -> {
        Timestamp timestamp = type(field, new Timestamp());
        unitsPerSecond = unitsPerSecond(timestamp.unit());
        zone = timestamp.timezone();
      }
      case DURATION -> unitsPerSecond = unitsPerSecond(type(field, new Duration()).unit());
      default -> {}
    }
    if (width < 0) {
      throw malformed("a column has a negative width", null);
    }
    int wanted = childCount(kind);
    if (wanted >= 0 && children.size() != wanted) {
      throw malformed("a " + kind + " has " + children.size() + " children", null);
    }
    return new ArrowField(
        name,
        field.nullable(),
        kind,
        width,
        precision,
        scale,
        unitsPerSecond,
        zone,
        children,
        metadata,
        dictionary);
  }

  private static Kind kind(Field field, Map<String, String> metadata) throws SQLException {
    return switch (field.typeType()) {
      case Type.Null -> Kind.NULL;
      case Type.Bool -> Kind.BOOL;
      case Type.Int -> integer(type(field, new Int()));
      case Type.FloatingPoint ->
          switch (type(field, new FloatingPoint()).precision()) {
            case Precision.HALF -> Kind.FLOAT16;
            case Precision.SINGLE -> Kind.FLOAT32;
            default -> Kind.FLOAT64;
          };
      case Type.Decimal -> Kind.DECIMAL;
      case Type.Utf8 -> Kind.UTF8;
      case Type.LargeUtf8 -> Kind.LARGE_UTF8;
      case Type.Utf8View -> Kind.UTF8_VIEW;
      case Type.Binary -> Kind.BINARY;
      case Type.LargeBinary -> Kind.LARGE_BINARY;
      case Type.BinaryView -> Kind.BINARY_VIEW;
      case Type.FixedSizeBinary -> fixedBinary(type(field, new FixedSizeBinary()), metadata);
      case Type.Date ->
          type(field, new Date()).unit() == DateUnit.DAY ? Kind.DATE_DAY : Kind.DATE_MILLI;
      case Type.Time -> type(field, new Time()).bitWidth() == 32 ? Kind.TIME32 : Kind.TIME64;
      case Type.Timestamp -> {
        String zone = type(field, new Timestamp()).timezone();
        yield zone == null || zone.isEmpty() ? Kind.TIMESTAMP : Kind.TIMESTAMP_TZ;
      }
      case Type.Duration -> Kind.DURATION;
      case Type.Interval ->
          switch (type(field, new Interval()).unit()) {
            case IntervalUnit.YEAR_MONTH -> Kind.INTERVAL_MONTH;
            case IntervalUnit.DAY_TIME -> Kind.INTERVAL_DAY;
            default -> Kind.INTERVAL_MONTH_DAY_NANO;
          };
      case Type.List -> Kind.LIST;
      case Type.LargeList -> Kind.LARGE_LIST;
      case Type.FixedSizeList -> Kind.FIXED_LIST;
      case Type.Map -> Kind.MAP;
      case Type.Struct_ -> Kind.STRUCT;
      case Type.Union ->
          type(field, new Union()).mode() == UnionMode.Dense ? Kind.DENSE_UNION : Kind.SPARSE_UNION;
      default -> throw SqlErrors.unsupported("the Arrow type " + Type.name(field.typeType()));
    };
  }

  private static Kind fixedBinary(FixedSizeBinary type, Map<String, String> metadata) {
    boolean uuid =
        "arrow.uuid".equals(metadata.get(EXTENSION_NAME))
            || "UUID".equalsIgnoreCase(metadata.get(ColumnMetadataKeys.TYPE_NAME));
    return uuid && type.byteWidth() == UUID_BYTES ? Kind.UUID : Kind.FIXED_BINARY;
  }

  private static Kind integer(Int type) {
    return switch (type.bitWidth()) {
      case 8 -> type.isSigned() ? Kind.INT8 : Kind.UINT8;
      case 16 -> type.isSigned() ? Kind.INT16 : Kind.UINT16;
      case 32 -> type.isSigned() ? Kind.INT32 : Kind.UINT32;
      default -> type.isSigned() ? Kind.INT64 : Kind.UINT64;
    };
  }

  private static int childCount(Kind kind) {
    return switch (kind) {
      case LIST, LARGE_LIST, FIXED_LIST, MAP -> 1;
      case STRUCT, SPARSE_UNION, DENSE_UNION -> -1;
      default -> 0;
    };
  }

  private static long unitsPerSecond(short unit) {
    return switch (unit) {
      case TimeUnit.SECOND -> 1L;
      case TimeUnit.MILLISECOND -> 1_000L;
      case TimeUnit.MICROSECOND -> 1_000_000L;
      default -> 1_000_000_000L;
    };
  }

  private static <T extends com.google.flatbuffers.Table> T type(Field field, T into)
      throws SQLException {
    if (field.type(into) == null) {
      throw malformed("the column '" + field.name() + "' has no type", null);
    }
    return into;
  }

  private static SQLException malformed(String message, @Nullable Throwable cause) {
    return SqlErrors.of(SqlErrors.PROTOCOL, "malformed answer: " + message, cause);
  }
}
