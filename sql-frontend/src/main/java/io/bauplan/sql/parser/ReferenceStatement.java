package io.bauplan.sql.parser;

import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;

/// Branches and tags. Their names may hold slashes and dots: `CREATE BRANCH feature/x`, `"v1.0"`.
public sealed interface ReferenceStatement extends Statement {
  /// `CREATE BRANCH|TAG`; `from` empty = what the session uses.
  record Create(
      RefKind kind, String name, Optional<Version> from, Existing existing, SourcePosition position)
      implements ReferenceStatement {}

  record Drop(RefKind kind, String name, boolean ifExists, SourcePosition position)
      implements ReferenceStatement {}

  /// `ALTER BRANCH b ASSIGN ref`.
  record Assign(RefKind kind, String name, Version to, SourcePosition position)
      implements ReferenceStatement {}

  /// `ALTER BRANCH b RENAME TO c`.
  record Rename(RefKind kind, String name, String newName, SourcePosition position)
      implements ReferenceStatement {}

  /// `MERGE BRANCH [DRY RUN] b [INTO c]`; `into` empty = what the session uses.
  record Merge(Version source, Optional<String> into, boolean dryRun, SourcePosition position)
      implements ReferenceStatement {}

  /// `USE BRANCH|TAG|COMMIT x`.
  record Use(Version version, SourcePosition position) implements ReferenceStatement {}

  /// `USE [NAMESPACE|SCHEMA] ns`.
  record UseNamespace(SqlIdentifier namespace, SourcePosition position)
      implements ReferenceStatement {}
}
