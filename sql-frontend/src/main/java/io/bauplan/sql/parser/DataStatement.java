package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.plan.DataFileFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlDelete;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUpdate;

/// Changes rows, or moves them in and out of files. `at` is `AT BRANCH b`: the branch written to.
public sealed interface DataStatement extends Statement {
  /// @param columns in the order of the source's columns; empty = all of the table's
  /// @param byName `BY NAME`: the source's columns go to those of the same name
  /// @param overwrite `INSERT OVERWRITE`: replaces what is there
  record Insert(
      SqlIdentifier table,
      List<SqlIdentifier> columns,
      boolean byName,
      SqlNode source,
      boolean overwrite,
      Optional<Version> at,
      SourcePosition position)
      implements DataStatement {
    public Insert withColumns(List<SqlIdentifier> names) {
      return new Insert(table, names, false, source, overwrite, at, position);
    }
  }

  /// `UPDATE t SET ... [FROM source] [WHERE ...]`.
  ///
  /// @param from a table reference whose rows are joined with the table's by WHERE
  record Update(
      SqlUpdate update, Optional<SqlNode> from, Optional<Version> at, SourcePosition position)
      implements DataStatement {}

  /// `DELETE FROM t [USING source] [WHERE ...]`.
  record Delete(
      SqlDelete delete, Optional<SqlNode> using, Optional<Version> at, SourcePosition position)
      implements DataStatement {}

  /// `MERGE INTO table [AS alias] USING source ON condition WHEN ...`; the first action that fits a
  /// row is taken.
  ///
  /// @param source a table reference: a name, a query or either with an alias
  record Merge(
      SqlIdentifier table,
      Optional<SqlIdentifier> alias,
      SqlNode source,
      SqlNode condition,
      List<MergeAction> actions,
      Optional<Version> at,
      SourcePosition position)
      implements DataStatement {}

  /// Which rows of the join a `WHEN` is about.
  enum When {
    MATCHED("WHEN MATCHED"),
    NOT_MATCHED("WHEN NOT MATCHED"),
    NOT_MATCHED_BY_SOURCE("WHEN NOT MATCHED BY SOURCE");

    private final String sql;

    When(String sql) {
      this.sql = sql;
    }

    public String sql() {
      return sql;
    }
  }

  /// `WHEN ... [AND condition] THEN ...`.
  sealed interface MergeAction {
    When when();

    Optional<SqlNode> condition();

    /// @param columns empty = `SET *`: every column from the source's of the same name
    record Update(
        When when, Optional<SqlNode> condition, List<SqlIdentifier> columns, List<SqlNode> values)
        implements MergeAction {}

    record Delete(When when, Optional<SqlNode> condition) implements MergeAction {}

    /// @param columns empty = all of the table's
    /// @param values empty = `INSERT *`: every column from the source's of the same name
    record Insert(Optional<SqlNode> condition, List<SqlIdentifier> columns, List<SqlNode> values)
        implements MergeAction {
      @Override
      public When when() {
        return When.NOT_MATCHED;
      }
    }
  }

  record Truncate(
      SqlIdentifier table, boolean ifExists, Optional<Version> at, SourcePosition position)
      implements DataStatement {}

  /// `COPY INTO t [(columns)] FROM 'uri' [FILE_FORMAT = CSV] [(HEADER = true, ...)]`.
  record CopyInto(
      SqlIdentifier table,
      List<SqlIdentifier> columns,
      String uri,
      Optional<DataFileFormat> format,
      Map<String, String> options,
      Optional<Version> at,
      SourcePosition position)
      implements DataStatement {}

  /// `COPY (query) TO 'file'`, `COPY t TO 'file'` (a query `SELECT * FROM t`).
  ///
  /// @param format as said, or by the file's ending
  record CopyTo(
      SqlNode query,
      String uri,
      DataFileFormat format,
      Map<String, String> options,
      SourcePosition position)
      implements DataStatement {}
}
