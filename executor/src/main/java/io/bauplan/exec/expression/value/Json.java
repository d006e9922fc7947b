package io.bauplan.exec.expression.value;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.bauplan.exec.expression.TextFormat;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// JSON documents as maps, lists, texts, numbers and truth values; JSON's null is [#NULL].
final class Json {
  /// Deepest nesting that is read.
  private static final int MAX_DEPTH = 500;

  static final Object NULL =
      new Object() {
        @Override
        public String toString() {
          return "null";
        }
      };

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private Json() {}

  /// Empty where the text is no JSON.
  static Optional<Object> parse(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        return Optional.empty();
      }
      Object value = read(parser);
      return parser.nextToken() == null ? Optional.of(value) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Object read(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          object.put(name, read(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(parser));
        }
        yield array;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_TRUE -> Boolean.TRUE;
      case VALUE_FALSE -> Boolean.FALSE;
      default -> NULL;
    };
  }

  static String write(Object value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator generator, Object value) throws IOException {
    switch (value) {
      case Map<?, ?> object -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : object.entrySet()) {
          generator.writeFieldName(entry.getKey().toString());
          write(generator, entry.getValue());
        }
        generator.writeEndObject();
      }
      case List<?> array -> {
        generator.writeStartArray();
        for (Object element : array) {
          write(generator, element);
        }
        generator.writeEndArray();
      }
      case String text -> generator.writeString(text);
      // As it was written: 1.50 stays 1.50.
      case BigDecimal number -> generator.writeNumber(plain(number));
      case Boolean truth -> generator.writeBoolean(truth);
      default -> generator.writeNull();
    }
  }

  /// Without an exponent, unless that would be long.
  static String plain(BigDecimal number) {
    return Math.abs(number.scale()) > 40 ? number.toString() : number.toPlainString();
  }

  /// A value of SQL as JSON.
  static Object of(@Nullable Object value, DataType type) {
    if (value == null) {
      return NULL;
    }
    return switch (type) {
      // A document, as the caller says.
      case DataType.NullType() -> value instanceof String text ? parse(text).orElse(text) : NULL;
      case DataType.BooleanType() -> value;
      case DataType.IntegerType _ -> BigDecimal.valueOf((Long) value);
      case DataType.FloatType _ ->
          Double.isFinite((Double) value)
              ? BigDecimal.valueOf((Double) value)
              : String.valueOf(value);
      case DataType.DecimalType _ -> value;
      case DataType.DateType() -> TextFormat.date((Long) value);
      case DataType.TimestampType _ -> TextFormat.timestamp((Long) value);
      case DataType.BinaryType() -> Base64.getEncoder().encodeToString((byte[]) value);
      case DataType.ListType(DataType element, boolean _) -> {
        List<Object> array = new ArrayList<>();
        for (Object item : (List<?>) value) {
          array.add(of(item, element));
        }
        yield array;
      }
      case DataType.MapType(DataType _, DataType mapped, boolean _) -> {
        Map<String, Object> object = new LinkedHashMap<>();
        ((Map<?, ?>) value).forEach((k, v) -> object.put(TextFunctions.text(k), of(v, mapped)));
        yield object;
      }
      case DataType.StructType(List<Column> fields) -> {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < fields.size(); i++) {
          object.put(fields.get(i).name(), of(((List<?>) value).get(i), fields.get(i).type()));
        }
        yield object;
      }
      default -> TextFunctions.text(value);
    };
  }
}
