package io.bauplan.server.cli.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows that are JSON objects, shown as a table.
public final class JsonRows {
  private JsonRows() {}

  /// The columns named, in that order.
  ///
  /// @param maxWidth columns of the terminal; 0 = cut nothing
  public static String table(JsonNode rows, List<String> columns, int maxWidth) {
    boolean[] right = new boolean[columns.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = !rows.isEmpty();
      for (JsonNode row : rows) {
        JsonNode cell = row.path(columns.get(i));
        right[i] &= cell.isNumber() || cell.isNull();
      }
    }
    TableRenderer table = new TableRenderer(columns, right);
    for (JsonNode row : rows) {
      List<@Nullable String> cells = new ArrayList<>();
      for (String column : columns) {
        JsonNode cell = row.path(column);
        cells.add(
            cell.isNull() || cell.isMissingNode()
                ? null
                : cell.isContainerNode() ? cell.toString() : cell.asText());
      }
      table.add(cells);
    }
    return table.render(maxWidth);
  }
}
