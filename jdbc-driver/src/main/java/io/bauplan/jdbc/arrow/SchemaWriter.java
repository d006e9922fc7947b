package io.bauplan.jdbc.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.List;
import org.apache.arrow.flatbuf.Binary;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Null;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Time;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/// Writes Arrow schemas of the kinds that [ColumnBuffers] can fill.
final class SchemaWriter {
  private SchemaWriter() {}

  /// A schema message (a flatbuffer without prefix).
  static byte[] schemaMessage(List<ArrowField> fields) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int[] offsets = new int[fields.size()];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = field(builder, fields.get(i));
    }
    int vector = Schema.createFieldsVector(builder, offsets);
    Schema.startSchema(builder);
    Schema.addEndianness(builder, Endianness.Little);
    Schema.addFields(builder, vector);
    int schema = Schema.endSchema(builder);
    return BatchWriter.message(builder, MessageHeader.Schema, schema, 0);
  }

  private static int field(FlatBufferBuilder builder, ArrowField field) {
    int name = builder.createString(field.name());
    int type = type(builder, field);
    int children = Field.createChildrenVector(builder, new int[0]);
    int[] entries =
        field.metadata().entrySet().stream()
            .mapToInt(
                e ->
                    KeyValue.createKeyValue(
                        builder,
                        builder.createString(e.getKey()),
                        builder.createString(e.getValue())))
            .toArray();
    int metadata = Field.createCustomMetadataVector(builder, entries);
    Field.startField(builder);
    Field.addName(builder, name);
    Field.addNullable(builder, field.nullable());
    Field.addTypeType(builder, typeType(field.kind()));
    Field.addType(builder, type);
    Field.addChildren(builder, children);
    Field.addCustomMetadata(builder, metadata);
    return Field.endField(builder);
  }

  private static byte typeType(Kind kind) {
    return switch (kind) {
      case NULL -> Type.Null;
      case BOOL -> Type.Bool;
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> Type.Int;
      case FLOAT16, FLOAT32, FLOAT64 -> Type.FloatingPoint;
      case DECIMAL -> Type.Decimal;
      case UTF8 -> Type.Utf8;
      case BINARY -> Type.Binary;
      case FIXED_BINARY, UUID -> Type.FixedSizeBinary;
      case DATE_DAY, DATE_MILLI -> Type.Date;
      case TIME32, TIME64 -> Type.Time;
      case TIMESTAMP, TIMESTAMP_TZ -> Type.Timestamp;
      default -> throw new IllegalArgumentException("the driver does not write " + kind);
    };
  }

  private static int type(FlatBufferBuilder builder, ArrowField field) {
    return switch (field.kind()) {
      case NULL -> {
        Null.startNull(builder);
        yield Null.endNull(builder);
      }
      case BOOL -> {
        Bool.startBool(builder);
        yield Bool.endBool(builder);
      }
      case INT8 -> Int.createInt(builder, 8, true);
      case INT16 -> Int.createInt(builder, 16, true);
      case INT32 -> Int.createInt(builder, 32, true);
      case INT64 -> Int.createInt(builder, 64, true);
      case UINT8 -> Int.createInt(builder, 8, false);
      case UINT16 -> Int.createInt(builder, 16, false);
      case UINT32 -> Int.createInt(builder, 32, false);
      case UINT64 -> Int.createInt(builder, 64, false);
      case FLOAT32 -> FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
      case FLOAT64 -> FloatingPoint.createFloatingPoint(builder, Precision.DOUBLE);
      case DECIMAL ->
          Decimal.createDecimal(builder, field.precision(), field.scale(), field.width() * 8);
      case UTF8 -> {
        Utf8.startUtf8(builder);
        yield Utf8.endUtf8(builder);
      }
      case BINARY -> {
        Binary.startBinary(builder);
        yield Binary.endBinary(builder);
      }
      case FIXED_BINARY, UUID -> FixedSizeBinary.createFixedSizeBinary(builder, field.width());
      case DATE_DAY -> Date.createDate(builder, DateUnit.DAY);
      case DATE_MILLI -> Date.createDate(builder, DateUnit.MILLISECOND);
      case TIME32 -> Time.createTime(builder, unit(field), 32);
      case TIME64 -> Time.createTime(builder, unit(field), 64);
      case TIMESTAMP -> Timestamp.createTimestamp(builder, unit(field), 0);
      case TIMESTAMP_TZ -> {
        int zone = builder.createString(field.zone() == null ? "UTC" : field.zone());
        yield Timestamp.createTimestamp(builder, unit(field), zone);
      }
      default -> throw new IllegalArgumentException("the driver does not write " + field.kind());
    };
  }

  private static short unit(ArrowField field) {
    return switch ((int) field.unitsPerSecond()) {
      case 1 -> TimeUnit.SECOND;
      case 1_000 -> TimeUnit.MILLISECOND;
      case 1_000_000 -> TimeUnit.MICROSECOND;
      default -> TimeUnit.NANOSECOND;
    };
  }
}
