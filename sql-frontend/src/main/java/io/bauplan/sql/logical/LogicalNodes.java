package io.bauplan.sql.logical;

import io.bauplan.sql.explain.ExplainNode;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.externalize.RelWriterImpl;
import org.apache.calcite.sql.SqlExplainLevel;
import org.apache.calcite.util.Pair;

/// Logical trees as `EXPLAIN LOGICAL` shows them: Calcite's operators with their attributes.
final class LogicalNodes {
  private LogicalNodes() {}

  static ExplainNode of(RelNode rel) {
    Attributes attributes = new Attributes();
    rel.explain(attributes);
    Double rows = rel.getCluster().getMetadataQuery().getRowCount(rel);
    List<ExplainNode> inputs = new ArrayList<>();
    rel.getInputs().forEach(input -> inputs.add(of(input)));
    return new ExplainNode(
        rel.getRelTypeName().replaceFirst("^Logical", ""),
        String.join(" ", attributes.texts),
        Optional.empty(),
        rel.getRowType().getFieldNames(),
        rows == null ? OptionalDouble.empty() : OptionalDouble.of(rows),
        Optional.empty(),
        Optional.empty(),
        inputs);
  }

  /// Collects what one node says of itself; its inputs are visited by the caller.
  private static final class Attributes extends RelWriterImpl {
    private final List<String> texts = new ArrayList<>();

    Attributes() {
      super(new PrintWriter(Writer.nullWriter()), SqlExplainLevel.EXPPLAN_ATTRIBUTES, false);
    }

    @Override
    protected void explain_(RelNode rel, List<Pair<String, Object>> values) {
      for (Pair<String, Object> value : values) {
        if (!(value.right instanceof RelNode)) {
          texts.add(value.left + "=[" + value.right + "]");
        }
      }
    }
  }
}
