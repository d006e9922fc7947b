package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Calcite's positions as ours.
final class Positions {
  private Positions() {}

  static SourcePosition of(SqlNode node) {
    return of(node.getParserPosition());
  }

  static SourcePosition of(SqlParserPos position) {
    return new SourcePosition(
        "",
        position.getLineNum(),
        position.getColumnNum(),
        position.getEndLineNum(),
        position.getEndColumnNum());
  }
}
