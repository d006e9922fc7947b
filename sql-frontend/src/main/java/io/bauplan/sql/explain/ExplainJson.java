package io.bauplan.sql.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.sql.explain.ExplainNode.Actual;
import io.bauplan.sql.explain.Explanation.Part;
import java.util.Locale;
import java.util.TreeMap;

/// Plans for programs. `docs/explain.md` promises these names; a figure that is not known is
/// absent.
final class ExplainJson {
  /// Grows when a name changes its meaning or goes away.
  static final int VERSION = 1;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ExplainJson() {}

  static String text(Explanation explanation) {
    ObjectNode root = JSON.objectNode();
    root.put("version", VERSION);
    root.put("mode", explanation.mode().name().toLowerCase(Locale.ROOT));
    ArrayNode plans = root.putArray("plans");
    explanation.parts().forEach(part -> plans.add(part(part)));
    return root.toPrettyString();
  }

  private static ObjectNode part(Part part) {
    ObjectNode json = JSON.objectNode();
    if (!part.name().isEmpty()) {
      json.put("model", part.name());
    }
    if (!part.heading().isEmpty()) {
      json.put("heading", part.heading());
    }
    if (!part.reads().isEmpty()) {
      part.reads().forEach(json.putArray("reads")::add);
    }
    part.totals()
        .ifPresent(
            totals -> {
              json.put("milliseconds", millis(totals.nanos()));
              json.put("peakMemoryBytes", totals.peakMemoryBytes());
              totals.fallbacks().forEach(json.putArray("fallbacks")::add);
            });
    part.root().ifPresent(node -> json.set("plan", node(node)));
    return json;
  }

  private static ObjectNode node(ExplainNode node) {
    ObjectNode json = JSON.objectNode();
    json.put("operator", node.operator());
    json.put("description", node.description());
    node.filter().ifPresent(filter -> json.put("filter", filter));
    node.columns().forEach(json.putArray("columns")::add);
    node.estimatedRows().ifPresent(rows -> json.put("estimatedRows", Math.round(rows)));
    node.files()
        .ifPresent(
            files -> {
              ObjectNode of = json.putObject("files");
              of.put("count", files.count());
              of.put("bytes", files.bytes());
              files.total().ifPresent(total -> of.put("total", total));
              files.totalBytes().ifPresent(total -> of.put("totalBytes", total));
            });
    node.actual().ifPresent(actual -> json.set("actual", actual(actual)));
    ArrayNode inputs = json.putArray("inputs");
    node.inputs().forEach(input -> inputs.add(node(input)));
    return json;
  }

  private static ObjectNode actual(Actual actual) {
    ObjectNode json = JSON.objectNode();
    json.put("rows", actual.rows());
    json.put("milliseconds", millis(actual.nanos()));
    json.put("peakMemoryBytes", actual.peakMemoryBytes());
    new TreeMap<>(actual.counters()).forEach(json::put);
    return json;
  }

  /// To the microsecond.
  private static double millis(long nanos) {
    return Math.round(nanos / 1e3) / 1e3;
  }
}
