package io.bauplan.sql.validator;

import io.bauplan.sql.error.SourcePosition;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Calcite's positions as ours.
public final class Positions {
  private Positions() {}

  public static SourcePosition of(SqlParserPos position) {
    return new SourcePosition(
        "",
        Math.max(1, position.getLineNum()),
        Math.max(1, position.getColumnNum()),
        Math.max(1, position.getEndLineNum()),
        Math.max(1, position.getEndColumnNum()));
  }
}
