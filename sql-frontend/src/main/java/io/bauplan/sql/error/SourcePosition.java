package io.bauplan.sql.error;

/// A span of a text the user wrote; lines and columns are 1-based, the end is inclusive.
///
/// @param source a file name relative to the project, or empty for the statement itself
public record SourcePosition(String source, int line, int column, int endLine, int endColumn) {
  public static SourcePosition at(int line, int column) {
    return new SourcePosition("", line, column, line, column);
  }

  public static SourcePosition at(String source, int line, int column) {
    return new SourcePosition(source, line, column, line, column);
  }

  public SourcePosition in(String otherSource) {
    return new SourcePosition(otherSource, line, column, endLine, endColumn);
  }
}
