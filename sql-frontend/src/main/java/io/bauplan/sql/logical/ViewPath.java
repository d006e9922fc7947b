package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The views being expanded, outermost first: finds cycles and bounds the depth.
record ViewPath(List<String> names) {
  static final ViewPath NONE = new ViewPath(List.of());

  /// Views within views.
  static final int MAX_DEPTH = 64;

  ViewPath enter(String name) {
    String key = name.toLowerCase(Locale.ROOT);
    if (names.contains(key)) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "the view \""
              + name
              + "\" refers to itself: "
              + String.join(" -> ", names)
              + " -> "
              + key);
    }
    if (names.size() == MAX_DEPTH) {
      throw new EngineException(
          ErrorCode.TOO_MANY,
          "views are nested more than " + MAX_DEPTH + " deep at \"" + name + "\"");
    }
    List<String> longer = new ArrayList<>(names);
    longer.add(key);
    return new ViewPath(List.copyOf(longer));
  }
}
