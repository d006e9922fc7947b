package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import java.util.List;
import org.apache.calcite.sql.SqlNode;

/// An expression on its own, and what its author should know about how it was read.
public record ParsedExpression(SqlNode node, List<Warning> warnings) {
  /// @param position in the text as written
  public record Warning(String message, SourcePosition position) {}
}
