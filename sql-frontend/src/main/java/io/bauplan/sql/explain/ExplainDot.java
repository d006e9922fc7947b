package io.bauplan.sql.explain;

import io.bauplan.sql.explain.Explanation.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Plans as a graph in Graphviz' language. Rows flow upwards; a model's plan is a cluster.
final class ExplainDot {
  private final StringBuilder out = new StringBuilder();
  private int nodes;

  private ExplainDot() {}

  static String text(Explanation explanation) {
    ExplainDot dot = new ExplainDot();
    dot.out.append("digraph plan {\n  rankdir=BT;\n");
    dot.out.append("  node [shape=box, fontname=\"monospace\", fontsize=10];\n");
    Map<String, String> roots = new HashMap<>();
    for (int i = 0; i < explanation.parts().size(); i++) {
      roots.put(explanation.parts().get(i).name(), dot.part(explanation.parts().get(i), i));
    }
    for (Part part : explanation.parts()) {
      for (String read : part.reads()) {
        if (roots.containsKey(read) && !read.equals(part.name())) {
          dot.out.append(
              "  %s -> %s [style=dashed];\n".formatted(roots.get(read), roots.get(part.name())));
        }
      }
    }
    return dot.out.append("}\n").toString();
  }

  /// Returns the name of the part's top node.
  private String part(Part part, int number) {
    String title = ExplainText.title(part);
    if (part.root().isEmpty()) {
      return node(List.of(title));
    }
    if (title.isEmpty()) {
      return plan(part.root().get(), ExplainText.nanos(part.root().get()));
    }
    out.append("  subgraph cluster_").append(number).append(" {\n");
    out.append("  label=\"").append(escaped(title)).append("\";\n");
    String root = plan(part.root().get(), ExplainText.nanos(part.root().get()));
    out.append("  }\n");
    return root;
  }

  private String plan(ExplainNode node, long totalNanos) {
    List<String> lines = new ArrayList<>();
    lines.add(node.operator());
    lines.addAll(Wrapping.lines(node.description()));
    for (String figure : Figures.lines(node, totalNanos)) {
      lines.addAll(Wrapping.lines(figure));
    }
    String name = node(lines);
    for (ExplainNode input : node.inputs()) {
      out.append("  ").append(plan(input, totalNanos)).append(" -> ").append(name).append(";\n");
    }
    return name;
  }

  private String node(List<String> lines) {
    String name = "n" + nodes++;
    out.append("  ").append(name).append(" [label=\"");
    lines.forEach(line -> out.append(escaped(line)).append("\\l"));
    out.append("\"];\n");
    return name;
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ");
  }
}
