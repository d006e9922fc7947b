package io.bauplan.tests.sqllogictest;

import io.bauplan.tests.sqllogictest.ScriptRecord.Condition;
import java.util.List;
import java.util.Optional;

/// Which records are for us. Our semantics are PostgreSQL's where databases differ (integer
/// division, strict grouping), but names of output columns need no `AS`.
final class Dialect {
  private static final String DATABASE = "postgresql";
  private static final String NEEDS_AS = "PostgreSQL requires AS when renaming output columns";

  private Dialect() {}

  /// Whether the record is written for some other database.
  static boolean isForAnother(List<Condition> conditions) {
    return conditions.stream()
        .anyMatch(
            condition ->
                condition.kind() == Condition.Kind.ONLY_IF
                    && !condition.database().equals(DATABASE));
  }

  /// Why the script leaves the record out for databases like ours; empty = it does not.
  static Optional<String> leftOut(List<Condition> conditions) {
    return conditions.stream()
        .filter(condition -> condition.kind() == Condition.Kind.SKIP_IF)
        .filter(condition -> condition.database().equals(DATABASE))
        .map(Condition::reason)
        .filter(reason -> !reason.equals(NEEDS_AS))
        .findFirst();
  }
}
