package io.bauplan.exec.scan.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The type of a JSON value. Strings that read as dates or timestamps are such.
final class JsonTypes {
  private static final int MAX_FIELDS = 10_000;

  private JsonTypes() {}

  /// Of the value at whose first token the parser stands; afterwards it stands at the last.
  static DataType infer(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case VALUE_NULL -> DataType.NULL;
      case VALUE_TRUE, VALUE_FALSE -> DataType.BOOLEAN;
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? DataType.FLOAT64
              : DataType.INT64;
      case VALUE_NUMBER_FLOAT -> DataType.FLOAT64;
      case VALUE_STRING -> TextTypes.ofString(parser.getText());
      case START_ARRAY -> {
        DataType element = DataType.NULL;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          element = TextTypes.merge(element, infer(parser));
        }
        yield new DataType.ListType(element, true);
      }
      case START_OBJECT -> {
        Map<String, DataType> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          fields.merge(name, infer(parser), TextTypes::merge);
          if (fields.size() > MAX_FIELDS) {
            throw new IOException("an object of more than " + MAX_FIELDS + " fields");
          }
        }
        List<Column> columns = new ArrayList<>();
        fields.forEach((name, type) -> columns.add(new Column(name, type, true)));
        yield new DataType.StructType(columns);
      }
      default -> throw new IOException("the file ends within a value");
    };
  }
}
