package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.DefinitionStatement.ObjectKind;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;

/// Lists what there is. `like` is an SQL LIKE pattern on the name, matched case-insensitively.
public sealed interface ShowStatement extends Statement {
  /// `SHOW TABLES|VIEWS|FUNCTIONS|... [IN ns] [LIKE 'p'] [AT ref]`.
  record Objects(
      Listing listing,
      Optional<SqlIdentifier> in,
      Optional<String> like,
      Optional<Version> at,
      SourcePosition position)
      implements ShowStatement {}

  /// What `SHOW` lists.
  enum Listing {
    TABLES,
    VIEWS,
    FUNCTIONS,
    NAMESPACES,
    BRANCHES,
    TAGS,
    /// Commits of a reference.
    LOGS,
    JOBS,
    SETTINGS
  }

  /// `SHOW COLUMNS FROM t`.
  record Columns(SqlIdentifier table, Optional<Version> at, SourcePosition position)
      implements ShowStatement {}

  /// `SHOW CREATE TABLE|VIEW|FUNCTION x`.
  record Create(ObjectKind kind, SqlIdentifier name, Optional<Version> at, SourcePosition position)
      implements ShowStatement {}

  /// `SHOW name`: one setting.
  record Setting(String name, SourcePosition position) implements ShowStatement {}
}
