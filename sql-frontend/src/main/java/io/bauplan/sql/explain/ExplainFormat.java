package io.bauplan.sql.explain;

import java.util.List;

/// The forms of an [Explanation].
public enum ExplainFormat {
  TEXT,
  JSON,
  /// Graphviz
  DOT,
  SVG;

  /// The rows of the answer: text has one for each line, the others one in all.
  public List<String> render(Explanation explanation) {
    return switch (this) {
      case TEXT -> ExplainText.lines(explanation);
      case JSON -> List.of(ExplainJson.text(explanation));
      case DOT -> List.of(ExplainDot.text(explanation));
      case SVG -> List.of(ExplainSvg.text(explanation));
    };
  }
}
