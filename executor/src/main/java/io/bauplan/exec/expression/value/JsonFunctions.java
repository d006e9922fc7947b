package io.bauplan.exec.expression.value;

import io.bauplan.exec.expression.Errors;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// JSON is text here: functions read it, and give it without blanks.
final class JsonFunctions {
  private JsonFunctions() {}

  static @Nullable ValueFunction find(String function, List<DataType> types, DataType result) {
    ValueFunction strict =
        switch (function) {
          case "json_extract" -> in -> at(in).map(Json::write).orElse(null);
          case "json_extract_string" -> in -> at(in).map(JsonFunctions::text).orElse(null);
          case "json_scalar" -> in -> at(in).map(JsonFunctions::scalar).orElse(null);
          case "json_has" -> in -> at(in).isPresent();
          case "json_array_length" -> in -> length(in);
          case "json_size" -> in -> size(in);
          case "json_valid" -> in -> Json.parse(string(in[0])).isPresent();
          case "json_type" -> in -> at(in).map(JsonFunctions::type).orElse(null);
          case "json_keys" -> in -> keys(in);
          case "json_parse" -> in -> Json.write(document(in[0]));
          case "try_json_parse" -> in -> Json.parse(string(in[0])).map(Json::write).orElse(null);
          case "json_array_contains" -> JsonFunctions::contains;
          case "json_array_get" -> JsonFunctions::element;
          case "json_to_value" -> in -> convert(document(in[0]), result);
          default -> null;
        };
    if (strict != null) {
      return strict.strict();
    }
    return switch (function) {
      case "to_json_text" ->
          in -> in[0] == null ? null : Json.write(Json.of(in[0], types.getFirst()));
      case "json_object_of" -> in -> object(in, types);
      case "json_array_of" -> in -> array(in, types);
      default -> null;
    };
  }

  private static String string(@Nullable Object value) {
    return (String) Objects.requireNonNull(value);
  }

  private static Object document(@Nullable Object text) {
    return Json.parse(string(text))
        .orElseThrow(
            () -> Errors.invalidArgument("'" + Errors.shown(string(text)) + "' is no JSON"));
  }

  private static Optional<Object> at(@Nullable Object[] in) {
    Object document = document(in[0]);
    if (in.length < 2) {
      return Optional.of(document);
    }
    return in[1] instanceof Long index
        ? new JsonPath(List.of(index.intValue())).find(document)
        : JsonPath.of(string(in[1])).find(document);
  }

  /// Texts without their quotes; JSON's null is NULL.
  private static @Nullable String text(Object value) {
    return switch (value) {
      case String text -> text;
      case BigDecimal number -> Json.plain(number);
      case Boolean truth -> truth.toString();
      default -> value == Json.NULL ? null : Json.write(value);
    };
  }

  /// As `text`, but NULL of what is an object or an array.
  private static @Nullable String scalar(Object value) {
    return value instanceof Map || value instanceof List ? null : text(value);
  }

  private static @Nullable Object length(@Nullable Object[] in) {
    return at(in)
        .map(value -> value instanceof List<?> list ? (long) list.size() : 0L)
        .orElse(null);
  }

  private static @Nullable Object size(@Nullable Object[] in) {
    return at(in)
        .map(
            value ->
                switch (value) {
                  case List<?> list -> (long) list.size();
                  case Map<?, ?> map -> (long) map.size();
                  default -> 0L;
                })
        .orElse(null);
  }

  private static String type(Object value) {
    return switch (value) {
      case Map<?, ?> ignored -> "OBJECT";
      case List<?> ignored -> "ARRAY";
      case String ignored -> "VARCHAR";
      case Boolean ignored -> "BOOLEAN";
      case BigDecimal number -> number.scale() > 0 ? "DOUBLE" : "BIGINT";
      default -> "NULL";
    };
  }

  private static @Nullable Object keys(@Nullable Object[] in) {
    return at(in)
        .map(value -> value instanceof Map<?, ?> map ? new ArrayList<>(map.keySet()) : null)
        .orElse(null);
  }

  private static @Nullable Object contains(@Nullable Object[] in) {
    if (!(document(in[0]) instanceof List<?> list)) {
      return null;
    }
    Object wanted = in[1];
    return list.stream()
        .anyMatch(
            value ->
                wanted instanceof Number number && value instanceof BigDecimal found
                    ? found.compareTo(new BigDecimal(number.toString())) == 0
                    : value.equals(wanted));
  }

  private static @Nullable Object element(@Nullable Object[] in) {
    return new JsonPath(List.of(((Long) Objects.requireNonNull(in[1])).intValue()))
        .find(document(in[0]))
        .map(Json::write)
        .orElse(null);
  }

  private static Object object(@Nullable Object[] in, List<DataType> types) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i + 1 < in.length; i += 2) {
      Object key = in[i];
      if (key == null) {
        throw Errors.invalidArgument("a key of a JSON object cannot be NULL");
      }
      object.put(TextFunctions.text(key), Json.of(in[i + 1], types.get(i + 1)));
    }
    return Json.write(object);
  }

  private static Object array(@Nullable Object[] in, List<DataType> types) {
    List<Object> array = new ArrayList<>();
    for (int i = 0; i < in.length; i++) {
      array.add(Json.of(in[i], types.get(i)));
    }
    return Json.write(array);
  }

  private static @Nullable Object convert(Object value, DataType type) {
    if (value == Json.NULL) {
      return null;
    }
    return switch (type) {
      case DataType.ListType(DataType element, boolean _) when value instanceof List<?> list -> {
        List<@Nullable Object> converted = new ArrayList<>();
        for (Object item : list) {
          converted.add(convert(item, element));
        }
        yield converted;
      }
      case DataType.VarcharType() -> text(value);
      case DataType.IntegerType _ when value instanceof BigDecimal number ->
          number.longValueExact();
      case DataType.FloatType _ when value instanceof BigDecimal number -> number.doubleValue();
      case DataType.BooleanType() when value instanceof Boolean -> value;
      default ->
          throw Errors.invalidArgument(
              "the JSON " + Errors.shown(Json.write(value)) + " is no " + type.sql());
    };
  }
}
