package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.explain.ExplainFormat;
import io.bauplan.sql.explain.Explanation;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlNode;

/// One parsed statement. Queries and expressions stay Calcite's nodes; names are [SqlIdentifier]s,
/// which know their position and which of their parts were quoted; all else is plain values.
/// [StatementPrinter] turns a statement back into text.
///
/// [SqlIdentifier]: org.apache.calcite.sql.SqlIdentifier
public sealed interface Statement
    permits Statement.Query,
        Statement.Explain,
        Statement.ExplainPipeline,
        Statement.Describe,
        Statement.Summarize,
        Statement.Unsupported,
        DataStatement,
        DefinitionStatement,
        ReferenceStatement,
        ShowStatement,
        JobStatement,
        SessionStatement {

  /// The whole statement in the text it came from.
  SourcePosition position();

  /// `SELECT`, `VALUES`, `WITH`, `FROM t`, set operations. Shorthands are already written out in
  /// `query`, but for [VersionedTable] (`t AT BRANCH b`), which the binder resolves.
  record Query(SqlNode query, SourcePosition position) implements Statement {}

  /// `EXPLAIN [LOGICAL|PHYSICAL|ANALYZE] [FORMAT JSON] statement`, options also in parentheses.
  record Explain(
      Statement statement, Explanation.Mode mode, ExplainFormat format, SourcePosition position)
      implements Statement {}

  /// `EXPLAIN PIPELINE 'dir'`.
  record ExplainPipeline(
      String directory, Explanation.Mode mode, ExplainFormat format, SourcePosition position)
      implements Statement {}

  /// `DESCRIBE [TABLE] t` (a query `SELECT * FROM t`) or `DESCRIBE query`: names and types of its
  /// columns.
  record Describe(SqlNode query, SourcePosition position) implements Statement {}

  /// `SUMMARIZE t` or `SUMMARIZE query`: one row of statistics for each column.
  record Summarize(SqlNode query, SourcePosition position) implements Statement {}

  /// Understood, but nothing carries it out: answered with `0A000`.
  ///
  /// @param feature as the user knows it: `BEGIN`, `GRANT`
  /// @param text the whole statement
  record Unsupported(String feature, String text, Optional<String> hint, SourcePosition position)
      implements Statement {}

  /// Options as written: keys in lower case, values as text (`true`, `;`, `128`), in the order
  /// written.
  static Map<String, String> noOptions() {
    return Map.of();
  }
}
