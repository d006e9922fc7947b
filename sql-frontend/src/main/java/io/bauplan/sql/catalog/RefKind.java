package io.bauplan.sql.catalog;

/// What a reference name stands for.
public enum RefKind {
  BRANCH,
  TAG,
  /// A bare commit hash.
  DETACHED
}
