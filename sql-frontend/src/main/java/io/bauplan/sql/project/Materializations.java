package io.bauplan.sql.project;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads `materialization_strategy` and the older `materialize`.
final class Materializations {
  private Materializations() {}

  static Materialization of(
      Optional<String> strategy, Optional<Boolean> materialize, SourcePosition position) {
    if (strategy.isEmpty()) {
      return materialize.orElse(false) ? Materialization.REPLACE : Materialization.NONE;
    }
    try {
      return Materialization.valueOf(strategy.get().trim().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new EngineException(
          ErrorCode.PROJECT_INVALID,
          "unknown materialization strategy \"" + strategy.get() + "\"",
          position,
          "strategies are NONE, REPLACE, APPEND and OVERWRITE_PARTITIONS",
          e);
    }
  }

  static void requirePartitions(
      Materialization materialization, List<String> partitionedBy, SourcePosition position) {
    if (materialization == Materialization.OVERWRITE_PARTITIONS && partitionedBy.isEmpty()) {
      throw new EngineException(
          ErrorCode.PROJECT_INVALID,
          "OVERWRITE_PARTITIONS needs partitioned_by",
          position,
          "name the columns or transforms to partition by, such as \"day(ts)\"",
          null);
    }
  }

  /// Splits at commas outside of parentheses: `country, bucket(16, id)`.
  static List<String> list(String text) {
    List<String> items = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? ',' : text.charAt(i);
      if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (c == ',' && (depth == 0 || i == text.length())) {
        String item = text.substring(begin, i).trim();
        if (!item.isEmpty()) {
          items.add(item);
        }
        begin = i + 1;
      }
    }
    return items;
  }
}
