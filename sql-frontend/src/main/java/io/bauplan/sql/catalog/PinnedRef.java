package io.bauplan.sql.catalog;

/// A reference as it stood when a statement started: every name of the statement resolves at
/// `commit`.
///
/// @param name branch or tag name; empty when detached
/// @param commit hexadecimal commit hash
public record PinnedRef(String name, RefKind kind, String commit) {
  @Override
  public String toString() {
    return name.isEmpty() ? "@" + commit : name + "@" + commit;
  }
}
