package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;

/// A reference written after `AT`, `FROM`, `INTO` or `USE`.
///
/// @param text branch or tag name, commit hash, snapshot id, timestamp (ISO), or a whole reference
///     such as `main@hash`, `main~2`
public record Version(Kind kind, String text, SourcePosition position) {
  /// What the user said `text` is.
  public enum Kind {
    BRANCH,
    TAG,
    COMMIT,
    SNAPSHOT,
    TIMESTAMP,
    /// Not said: a branch, a tag, or a reference in one string.
    REFERENCE
  }
}
