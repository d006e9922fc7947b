package io.bauplan.exec.expression.value;

import io.bauplan.exec.expression.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A way into a document: `$.a.b[0]`, `$['a b']`, `lax $.a`, also `a.b[0]`, `/a/0` and a plain
/// name. Elements count from 0; `[*]` and `.*` give all as an array.
record JsonPath(List<Object> steps) {
  private static final Object ALL = new Object();

  static JsonPath of(String text) {
    String path = text.strip();
    if (path.startsWith("lax ") || path.startsWith("strict ")) {
      path = path.substring(path.indexOf(' ')).strip();
    }
    if (path.startsWith("/")) {
      return pointer(path);
    }
    List<Object> steps = new ArrayList<>();
    int i = path.startsWith("$") ? 1 : 0;
    while (i < path.length()) {
      i = path.charAt(i) == '[' ? bracket(path, i, steps) : name(path, i, steps);
    }
    return new JsonPath(steps);
  }

  private static JsonPath pointer(String path) {
    List<Object> steps = new ArrayList<>();
    for (String step : path.substring(1).split("/", -1)) {
      steps.add(
          step.matches("\\d{1,9}") ? (Object) Integer.valueOf(step) : step.replace("~1", "/"));
    }
    return new JsonPath(steps);
  }

  private static int bracket(String path, int at, List<Object> steps) {
    int end = path.indexOf(']', at);
    String inside = end < 0 ? "" : path.substring(at + 1, end).strip();
    if (inside.matches("-?\\d{1,9}")) {
      steps.add(Integer.valueOf(inside));
    } else if (inside.equals("*")) {
      steps.add(ALL);
    } else if (inside.matches("'.*'|\".*\"")) {
      steps.add(inside.substring(1, inside.length() - 1));
    } else {
      throw invalid(path);
    }
    return end + 1;
  }

  private static int name(String path, int from, List<Object> steps) {
    int at = path.charAt(from) == '.' || path.charAt(from) == ':' ? from + 1 : from;
    if (at == from && from > 0) {
      throw invalid(path);
    }
    if (at < path.length() && path.charAt(at) == '"') {
      int end = path.indexOf('"', at + 1);
      if (end < 0) {
        throw invalid(path);
      }
      steps.add(path.substring(at + 1, end));
      return end + 1;
    }
    int end = at;
    while (end < path.length() && ".[:".indexOf(path.charAt(end)) < 0) {
      end++;
    }
    if (end == at) {
      throw invalid(path);
    }
    String name = path.substring(at, end);
    steps.add(name.equals("*") ? ALL : name);
    return end;
  }

  private static RuntimeException invalid(String path) {
    return Errors.invalidArgument(
        "'" + Errors.shown(path) + "' is no JSON path; write one such as '$.a.b[0]'");
  }

  /// What the path leads to; empty where it leads nowhere.
  Optional<Object> find(Object document) {
    return find(document, 0);
  }

  private Optional<Object> find(Object value, int step) {
    if (step == steps.size()) {
      return Optional.of(value);
    }
    Object wanted = steps.get(step);
    if (wanted == ALL) {
      List<Object> all = new ArrayList<>();
      Iterable<?> inside =
          value instanceof List<?> list
              ? list
              : value instanceof Map<?, ?> map ? map.values() : List.of();
      for (Object element : inside) {
        find(element, step + 1).ifPresent(all::add);
      }
      return Optional.of(all);
    }
    if (wanted instanceof Integer index) {
      if (!(value instanceof List<?> list)) {
        return Optional.empty();
      }
      int at = index < 0 ? list.size() + index : index;
      return at >= 0 && at < list.size() ? find(list.get(at), step + 1) : Optional.empty();
    }
    if (value instanceof Map<?, ?> map && map.containsKey(wanted)) {
      return find(map.get(wanted), step + 1);
    }
    return Optional.empty();
  }
}
