package io.bauplan.sql.validator;

import io.bauplan.sql.parser.VersionedTable;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Finds what the names in FROM stand for. One per statement: every name resolves at one commit.
public interface TableResolver {
  /// @param names as written, one to several parts
  /// @throws io.bauplan.sql.error.EngineException `TABLE_NOT_FOUND` at `position`, naming near ones
  Resolution table(List<String> names, SqlParserPos position);

  /// A table at another version: `t AT BRANCH b`.
  Resolution versioned(VersionedTable table);

  /// A table with the places of its rows.
  Resolution changed(ChangedTable table);

  /// A table function call in FROM: `TABLE(f(TABLE t, 3))`, `read_parquet('...')`.
  ///
  /// @param with the common table expressions that the call's table arguments see
  Resolution function(SqlCall call, List<SqlWithItem> with);

  /// @param ref the canonical name under which the query's scope shall know the table
  record Resolution(TableRef ref, ResolvedTable table) {}

  /// A call in an expression, if it names a user's function: that function with its arguments.
  Optional<SqlCall> scalar(SqlCall call);

  /// Whether a call in FROM is resolved here; others are Calcite's.
  boolean handles(SqlNode call);
}
