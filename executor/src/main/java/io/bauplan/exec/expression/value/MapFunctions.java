package io.bauplan.exec.expression.value;

import io.bauplan.exec.expression.Errors;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Maps: made of lists and texts, taken apart, put together.
final class MapFunctions {
  private MapFunctions() {}

  static @Nullable ValueFunction find(String function, List<DataType> types) {
    ValueFunction found =
        switch (function) {
          case "map_of_lists" -> MapFunctions::ofLists;
          case "map_from_entries" -> MapFunctions::ofEntries;
          case "map_entries" -> in -> entries((Map<?, ?>) in[0]);
          case "map_concat" -> MapFunctions::concat;
          case "map_keys" -> in -> new ArrayList<>(((Map<?, ?>) in[0]).keySet());
          case "map_values" -> in -> new ArrayList<>(((Map<?, ?>) in[0]).values());
          case "map_size" -> in -> (long) ((Map<?, ?>) in[0]).size();
          case "split_to_map" -> MapFunctions::split;
          default -> null;
        };
    if (function.equals("map_pair")) {
      boolean lists = types.stream().allMatch(DataType.ListType.class::isInstance);
      return lists ? ((ValueFunction) MapFunctions::ofLists).strict() : MapFunctions::pair;
    }
    return found == null ? null : found.strict();
  }

  private static Object ofLists(@Nullable Object[] in) {
    List<?> keys = ListFunctions.list(in[0]);
    List<?> values = ListFunctions.list(in[1]);
    if (keys.size() != values.size()) {
      throw Errors.invalidArgument(
          "MAP: there are " + keys.size() + " keys but " + values.size() + " values");
    }
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      put(map, keys.get(i), values.get(i));
    }
    return map;
  }

  private static Object pair(@Nullable Object[] in) {
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    put(map, in[0], in[1]);
    return map;
  }

  private static void put(
      Map<Object, @Nullable Object> map, @Nullable Object key, @Nullable Object value) {
    if (key == null) {
      throw Errors.invalidArgument("a key of a map cannot be NULL");
    }
    if (map.containsKey(key)) {
      throw Errors.invalidArgument("MAP: the key " + Errors.shown(key) + " occurs twice");
    }
    map.put(key, value);
  }

  private static Object ofEntries(@Nullable Object[] in) {
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    for (Object entry : ListFunctions.list(in[0])) {
      List<?> pair = ListFunctions.list(entry);
      put(map, pair.get(0), pair.get(1));
    }
    return map;
  }

  private static Object entries(Map<?, ?> map) {
    List<Object> entries = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          List<@Nullable Object> pair = new ArrayList<>();
          pair.add(key);
          pair.add(value);
          entries.add(pair);
        });
    return entries;
  }

  /// The last map that has a key decides.
  private static Object concat(@Nullable Object[] in) {
    Map<Object, @Nullable Object> all = new LinkedHashMap<>();
    for (Object map : in) {
      ((Map<?, ?>) java.util.Objects.requireNonNull(map)).forEach(all::put);
    }
    return all;
  }

  private static Object split(@Nullable Object[] in) {
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    String text = (String) java.util.Objects.requireNonNull(in[0]);
    String between = (String) java.util.Objects.requireNonNull(in[1]);
    String inside = (String) java.util.Objects.requireNonNull(in[2]);
    if (between.isEmpty() || inside.isEmpty()) {
      throw Errors.invalidArgument("SPLIT_TO_MAP needs delimiters that are not empty");
    }
    for (String entry : text.split(java.util.regex.Pattern.quote(between), -1)) {
      int at = entry.indexOf(inside);
      if (at < 0) {
        throw Errors.invalidArgument(
            "SPLIT_TO_MAP: there is no '" + inside + "' in '" + Errors.shown(entry) + "'");
      }
      put(map, entry.substring(0, at), entry.substring(at + inside.length()));
    }
    return map;
  }
}
