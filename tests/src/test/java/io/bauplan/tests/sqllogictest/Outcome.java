package io.bauplan.tests.sqllogictest;

/// How a query of the sample ended. Everything but [Passed] counts against us.
sealed interface Outcome {
  record Passed() implements Outcome {}

  /// The engine gave another answer than the script expects.
  record Wrong(String difference) implements Outcome {}

  /// The engine refused the query, or a statement that it needs.
  ///
  /// @param cause the error's code and message
  record Refused(String cause) implements Outcome {}

  /// The script itself leaves the query out for databases of our dialect.
  record LeftOut(String cause) implements Outcome {}
}
