package io.bauplan.exec.scan.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.io.IOException;
import java.io.Serial;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Appends JSON objects to builders, field by field without a tree between.
final class JsonAppender {
  private static final JsonFactory JSON = new JsonFactory();

  private final List<Column> columns;
  private final Map<String, Integer> indexes = new HashMap<>();
  private final @Nullable JsonAppender[] nested;
  private final boolean[] seen;

  /// A value of another type than its column's.
  static final class Mismatch extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    private final String field;
    private final String found;
    private final transient DataType wanted;

    Mismatch(String field, String found, DataType wanted) {
      super(field, null, false, false);
      this.field = field;
      this.found = found;
      this.wanted = wanted;
    }

    String field() {
      return field;
    }

    String found() {
      return found;
    }

    DataType wanted() {
      return wanted;
    }
  }

  JsonAppender(List<Column> columns) {
    this.columns = columns;
    this.nested = new @Nullable JsonAppender[columns.size()];
    this.seen = new boolean[columns.size()];
    for (int i = 0; i < columns.size(); i++) {
      indexes.put(columns.get(i).name(), i);
      nested[i] = inside(columns.get(i).type());
    }
  }

  private static @Nullable JsonAppender inside(DataType type) {
    return switch (type) {
      case DataType.StructType(List<Column> fields) -> new JsonAppender(fields);
      case DataType.ListType(DataType element, boolean ignored) -> inside(element);
      default -> null;
    };
  }

  /// Appends the object at whose start the parser stands.
  void append(JsonParser parser, IntFunction<VectorBuilder> builders) throws IOException {
    java.util.Arrays.fill(seen, false);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      Integer index = indexes.get(name);
      if (index == null || seen[index]) {
        // Not asked for, or a repeated key, of which the first counts.
        parser.skipChildren();
        continue;
      }
      seen[index] = true;
      value(parser, columns.get(index).type(), builders.apply(index), name, nested[index]);
    }
    for (int i = 0; i < seen.length; i++) {
      if (!seen[i]) {
        builders.apply(i).appendNull();
      }
    }
  }

  private static void value(
      JsonParser parser,
      DataType type,
      VectorBuilder to,
      String name,
      @Nullable JsonAppender inside)
      throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      to.appendNull();
      return;
    }
    switch (type) {
      case DataType.VarcharType() -> to.appendBytes(text(parser).getBytes(StandardCharsets.UTF_8));
      case DataType.BooleanType() -> {
        if (!token.isBoolean()) {
          throw mismatch(token, name, type);
        }
        to.appendLong(token == JsonToken.VALUE_TRUE ? 1 : 0);
      }
      case DataType.IntegerType(int bits) -> {
        if (token != JsonToken.VALUE_NUMBER_INT
            || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          throw mismatch(token, name, type);
        }
        long value = parser.getLongValue();
        if (value << 64 - bits >> 64 - bits != value) {
          throw mismatch(token, name, type);
        }
        to.appendLong(value);
      }
      case DataType.FloatType ignored -> {
        if (!token.isNumeric()) {
          throw mismatch(token, name, type);
        }
        to.appendDouble(parser.getDoubleValue());
      }
      case DataType.ListType(DataType element, boolean ignored) -> {
        if (token != JsonToken.START_ARRAY) {
          throw mismatch(token, name, type);
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          value(parser, element, to.child(0), name, inside);
        }
        to.endList();
      }
      case DataType.StructType ignored -> {
        if (token != JsonToken.START_OBJECT || inside == null) {
          throw mismatch(token, name, type);
        }
        inside.append(parser, to::child);
        to.endStruct();
      }
      default -> {
        boolean scalar = token.isScalarValue();
        if (!scalar || !TextTypes.append(parser.getText(), type, to)) {
          throw mismatch(token, name, type);
        }
      }
    }
  }

  private static Mismatch mismatch(JsonToken token, String name, DataType wanted) {
    String found =
        switch (token) {
          case VALUE_STRING -> "text";
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
          case VALUE_TRUE, VALUE_FALSE -> "a boolean";
          case START_ARRAY -> "an array";
          case START_OBJECT -> "an object";
          default -> "the end of the file";
        };
    return new Mismatch(name, found, wanted);
  }

  /// A string as it is, anything else as JSON.
  private static String text(JsonParser parser) throws IOException {
    if (parser.currentToken().isScalarValue()) {
      return parser.getText();
    }
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(out)) {
      generator.copyCurrentStructure(parser);
    }
    return out.toString();
  }
}
