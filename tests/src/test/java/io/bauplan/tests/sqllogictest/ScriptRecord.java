package io.bauplan.tests.sqllogictest;

import java.util.List;

/// One record of a script, with the number of the line where its SQL begins.
sealed interface ScriptRecord {
  int line();

  /// The conditions written above the record.
  List<Condition> conditions();

  /// @param fails whether the script expects an error
  record Statement(int line, List<Condition> conditions, String sql, boolean fails)
      implements ScriptRecord {}

  /// @param types one letter a column: `I`nteger, `R`eal, `T`ext
  /// @param expected the values, one a line, or a line `n values hashing to h`
  record Query(
      int line,
      List<Condition> conditions,
      String sql,
      String types,
      SortMode sort,
      List<String> expected)
      implements ScriptRecord {}

  /// The rest of the script is not run.
  record Halt(int line, List<Condition> conditions) implements ScriptRecord {}

  enum SortMode {
    NOSORT,
    ROWSORT,
    VALUESORT
  }

  /// `onlyif database # why` or `skipif database # why`.
  record Condition(Kind kind, String database, String reason) {
    enum Kind {
      ONLY_IF,
      SKIP_IF
    }
  }
}
