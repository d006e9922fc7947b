package io.bauplan.exec.engine;

import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.session.Session;

/// What came of a statement.
public sealed interface StatementResult {
  /// Rows to pull; the caller owns and closes the query.
  record Rows(RunningQuery query) implements StatementResult {}

  /// Done.
  ///
  /// @param rows rows affected; 0 for DDL
  /// @param message one line for a person: `Created table bauplan.t`
  record Updated(long rows, String message) implements StatementResult {}

  /// Done; later statements of the session use this state.
  record SessionChanged(Session session, String message) implements StatementResult {}
}
