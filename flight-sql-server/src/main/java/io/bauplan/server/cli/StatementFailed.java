package io.bauplan.server.cli;

import io.bauplan.sql.error.EngineException;

/// A statement's error together with its text, so that the place can be shown.
final class StatementFailed extends RuntimeException {
  private final transient EngineException error;
  private final String sql;

  StatementFailed(EngineException error, String sql) {
    super(error.getMessage(), error);
    this.error = error;
    this.sql = sql;
  }

  EngineException error() {
    return error;
  }

  String sql() {
    return sql;
  }
}
