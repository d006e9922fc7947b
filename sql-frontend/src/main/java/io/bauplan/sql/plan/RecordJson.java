package io.bauplan.sql.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// Records of records as JSON, driven by their declared components; values of `Expression.Literal`
/// carry their class where JSON's own types do not tell it.
final class RecordJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String TYPE = "type";

  private RecordJson() {}

  static JsonNode write(@Nullable Object value, Type declared) {
    if (value == null) {
      return NODES.nullNode();
    }
    return switch (value) {
      case Optional<?> optional ->
          optional.isEmpty() ? NODES.nullNode() : write(optional.get(), argument(declared, 0));
      case OptionalLong optional ->
          optional.isEmpty() ? NODES.nullNode() : NODES.numberNode(optional.getAsLong());
      case OptionalInt optional ->
          optional.isEmpty() ? NODES.nullNode() : NODES.numberNode(optional.getAsInt());
      case Record record -> record(record, raw(declared));
      case Enum<?> constant -> NODES.textNode(constant.name());
      case Field field -> MAPPER.valueToTree(field);
      case Duration duration -> NODES.textNode(duration.toString());
      case LocalDate date -> NODES.textNode(date.toString());
      case List<?> list when raw(declared) != Object.class -> {
        ArrayNode array = NODES.arrayNode();
        list.forEach(element -> array.add(write(element, argument(declared, 0))));
        yield array;
      }
      case Map<?, ?> map when raw(declared) != Object.class -> {
        ObjectNode object = NODES.objectNode();
        map.forEach((k, v) -> object.set(String.valueOf(k), write(v, argument(declared, 1))));
        yield object;
      }
      default -> scalar(value, raw(declared));
    };
  }

  private static JsonNode record(Record record, Class<?> declared) {
    ObjectNode object = NODES.objectNode();
    if (declared != record.getClass()) {
      object.put(TYPE, record.getClass().getSimpleName());
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      object.set(key(component), write(component(record, component), component.getGenericType()));
    }
    return object;
  }

  /// A component called `type` must not hide the record's own.
  private static String key(RecordComponent component) {
    return component.getName().equals(TYPE) ? "dataType" : component.getName();
  }

  private static @Nullable Object component(Record record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode scalar(Object value, Class<?> declared) {
    boolean tagged = declared == Object.class;
    return switch (value) {
      case String text -> NODES.textNode(text);
      case Boolean flag -> NODES.booleanNode(flag);
      case Integer number -> NODES.numberNode(number);
      case Long number -> NODES.numberNode(number);
      case Double number -> tagged ? one("double", number.toString()) : NODES.numberNode(number);
      case BigDecimal number -> one("decimal", number.toPlainString());
      case byte[] bytes -> one("bytes", java.util.Base64.getEncoder().encodeToString(bytes));
      case List<?> list -> {
        ArrayNode array = NODES.arrayNode();
        list.forEach(element -> array.add(write(element, Object.class)));
        yield array;
      }
      case Map<?, ?> map -> {
        ArrayNode entries = NODES.arrayNode();
        map.forEach(
            (k, v) ->
                entries.add(
                    NODES.arrayNode().add(write(k, Object.class)).add(write(v, Object.class))));
        yield NODES.objectNode().set("map", entries);
      }
      default -> throw new IllegalArgumentException("no JSON form for " + value.getClass());
    };
  }

  private static ObjectNode one(String key, String value) {
    return NODES.objectNode().put(key, value);
  }

  static @Nullable Object read(JsonNode node, Type declared) {
    Class<?> type = raw(declared);
    if (type == Optional.class) {
      return node.isNull()
          ? Optional.empty()
          : Optional.of(Objects.requireNonNull(read(node, argument(declared, 0))));
    }
    if (type == OptionalLong.class) {
      return node.isNull() ? OptionalLong.empty() : OptionalLong.of(node.asLong());
    }
    if (type == OptionalInt.class) {
      return node.isNull() ? OptionalInt.empty() : OptionalInt.of(node.asInt());
    }
    if (node.isNull()) {
      return null;
    }
    if (type == Object.class) {
      return untyped(node);
    }
    if (type.isSealed()) {
      return readRecord(node, permitted(type, node.required(TYPE).asText()));
    }
    if (type.isRecord()) {
      return readRecord(node, type);
    }
    if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(node.asText())) {
          return constant;
        }
      }
      throw new IllegalArgumentException("no " + node.asText() + " in " + type);
    }
    return plain(node, declared, type);
  }

  private static @Nullable Object plain(JsonNode node, Type declared, Class<?> type) {
    if (type == List.class) {
      List<@Nullable Object> list = new ArrayList<>();
      node.forEach(element -> list.add(read(element, argument(declared, 0))));
      return list;
    }
    if (type == Map.class) {
      boolean numbers = raw(argument(declared, 0)) == Integer.class;
      Map<Object, @Nullable Object> map = new LinkedHashMap<>();
      node.properties()
          .forEach(
              entry ->
                  map.put(
                      numbers ? (Object) Integer.valueOf(entry.getKey()) : entry.getKey(),
                      read(entry.getValue(), argument(declared, 1))));
      return map;
    }
    if (type == String.class) {
      return node.asText();
    }
    if (type == int.class || type == Integer.class) {
      return node.intValue();
    }
    if (type == long.class || type == Long.class) {
      return node.longValue();
    }
    if (type == double.class || type == Double.class) {
      return node.doubleValue();
    }
    if (type == boolean.class || type == Boolean.class) {
      return node.booleanValue();
    }
    if (type == Duration.class) {
      return Duration.parse(node.asText());
    }
    if (type == LocalDate.class) {
      return LocalDate.parse(node.asText());
    }
    if (type == Field.class) {
      try {
        return MAPPER.treeToValue(node, Field.class);
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(e);
      }
    }
    throw new IllegalArgumentException("no JSON form for " + type);
  }

  private static @Nullable Object untyped(JsonNode node) {
    if (node.isTextual()) {
      return node.asText();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber()) {
      return node.longValue();
    }
    if (node.isArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      node.forEach(element -> list.add(read(element, Object.class)));
      return list;
    }
    if (node.has("double")) {
      return Double.valueOf(node.get("double").asText());
    }
    if (node.has("decimal")) {
      return new BigDecimal(node.get("decimal").asText());
    }
    if (node.has("bytes")) {
      try {
        return node.get("bytes").binaryValue();
      } catch (IOException e) {
        throw new IllegalArgumentException(e);
      }
    }
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    node.required("map")
        .forEach(
            entry -> map.put(read(entry.get(0), Object.class), read(entry.get(1), Object.class)));
    return map;
  }

  private static Object readRecord(JsonNode node, Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    @Nullable Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = read(node.required(key(components[i])), components[i].getGenericType());
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> permitted(Class<?> sealed, String name) {
    for (Class<?> type : sealed.getPermittedSubclasses()) {
      if (type.isRecord() && type.getSimpleName().equals(name)) {
        return type;
      }
    }
    throw new IllegalArgumentException("no " + name + " in " + sealed);
  }

  private static Class<?> raw(Type type) {
    return switch (type) {
      case Class<?> c -> c;
      case ParameterizedType p -> raw(p.getRawType());
      case WildcardType w -> raw(w.getUpperBounds()[0]);
      default -> Object.class;
    };
  }

  private static Type argument(Type type, int index) {
    return type instanceof ParameterizedType p ? p.getActualTypeArguments()[index] : Object.class;
  }
}
