package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import java.util.Optional;

/// Changes the session.
public sealed interface SessionStatement extends Statement {
  /// `SET name = value`; no value = `RESET name`. Names are in lower case.
  record SetOption(String name, Optional<String> value, SourcePosition position)
      implements SessionStatement {}

  /// `RESET ALL`.
  record ResetAll(SourcePosition position) implements SessionStatement {}

  /// `BEGIN`, `COMMIT`, `ROLLBACK`.
  record Transaction(Action action, SourcePosition position) implements SessionStatement {}

  /// What to do with a transaction.
  enum Action {
    BEGIN,
    COMMIT,
    ROLLBACK
  }
}
