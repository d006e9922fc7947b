package io.bauplan.sql.parser;

import java.util.Locale;

/// What to do instead of clauses that other engines have and this one does not; statements are in
/// [OtherDialects].
final class Refusals {
  private Refusals() {}

  /// @param feature as the error names it
  static String hint(String feature) {
    return switch (feature.toUpperCase(Locale.ROOT)) {
      case "CREATE FUNCTION ... RETURN" ->
          "Write the function in Python: CREATE FUNCTION f (x BIGINT) RETURNS BIGINT LANGUAGE"
              + " PYTHON AS $$ ... $$.";
      case "ALTER TABLE ... CLUSTER BY" ->
          "Partition it: ALTER TABLE t ADD PARTITION FIELD bucket(16, id).";
      case "ALTER TABLE ... SWAP WITH" -> "Rename the two: ALTER TABLE a RENAME TO b.";
      case "ALTER TABLE ... REFRESH METADATA", "ALTER TABLE ... FORGET METADATA" ->
          "Tables are always read as they are; leave the statement out.";
      case "INSERT ... RETURNING" -> "Query the rows afterwards.";
      case "ROLLBACK TABLE ... TO TIMESTAMP" ->
          "Name the snapshot that sys.snapshots lists: ROLLBACK TABLE t TO SNAPSHOT '123'.";
      default -> "docs/sql.md lists the statements there are.";
    };
  }
}
