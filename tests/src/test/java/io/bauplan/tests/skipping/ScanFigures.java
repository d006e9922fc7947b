package io.bauplan.tests.skipping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bauplan.exec.engine.Engine;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.util.Map;

/// What the one scan of a query counted.
final class ScanFigures {
  /// What the cache has is taken from there whole.
  private static final Session UNCACHED =
      new Session(
          Session.DEFAULT.principal(),
          Session.DEFAULT.reference(),
          Session.DEFAULT.namespace(),
          Session.DEFAULT.zone(),
          Map.of("column_cache", "off"));

  private ScanFigures() {}

  /// Of the query's only scan, or of the last of several.
  static JsonNode of(Engine engine, String sql) throws Exception {
    return leaf(plan(engine, sql), "");
  }

  /// Of the scan of one table.
  static JsonNode of(Engine engine, String table, String sql) throws Exception {
    return leaf(plan(engine, sql), table);
  }

  private static JsonNode leaf(JsonNode node, String table) {
    if (node.get("inputs").isEmpty()) {
      return node.toString().contains(table) ? node.get("actual") : MissingNode.getInstance();
    }
    JsonNode found = MissingNode.getInstance();
    for (JsonNode input : node.get("inputs")) {
      JsonNode below = leaf(input, table);
      found = below.isMissingNode() ? found : below;
    }
    return found;
  }

  private static JsonNode plan(Engine engine, String sql) throws Exception {
    String text =
        (String)
            EngineRows.run(engine, UNCACHED, "EXPLAIN (ANALYZE, FORMAT JSON) " + sql).get(0).get(0);
    return new ObjectMapper().readTree(text).get("plans").get(0).get("plan");
  }
}
