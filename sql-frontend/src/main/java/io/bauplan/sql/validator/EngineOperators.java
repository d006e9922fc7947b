package io.bauplan.sql.validator;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.SqlSyntax;
import org.apache.calcite.sql.fun.SqlLibrary;
import org.apache.calcite.sql.fun.SqlLibraryOperatorTableFactory;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlOperatorTables;
import org.apache.calcite.sql.validate.SqlNameMatcher;
import org.jspecify.annotations.Nullable;

/// Every function and operator that a statement can name: ours, the standard's, and those of
/// PostgreSQL, BigQuery, Spark and Snowflake as Calcite has them. Of several that fit, the first is
/// taken.
public final class EngineOperators {
  private EngineOperators() {}

  /// Made once, on first use.
  public static SqlOperatorTable table() {
    return Holder.TABLE;
  }

  private static final class Holder {
    /// Functions of which another of the same name comes first. That there are two makes Calcite
    /// not find any when it looks up a call for the second time, as it does for `ORDER BY 1`.
    private static final Set<SqlOperator> SHADOWED =
        Set.of(
            SqlStdOperatorTable.STDDEV,
            SqlStdOperatorTable.STDDEV_SAMP,
            SqlStdOperatorTable.VARIANCE,
            SqlStdOperatorTable.VAR_SAMP,
            SqlLibraryOperators.STRING_AGG,
            SqlLibraryOperators.ARRAY_AGG,
            SqlLibraryOperators.LPAD,
            SqlLibraryOperators.RPAD,
            // These leave NULLs out.
            SqlLibraryOperators.GREATEST_PG,
            SqlLibraryOperators.LEAST_PG);

    static final SqlOperatorTable TABLE =
        SqlOperatorTables.chain(
            SqlOperatorTables.of(EngineFunctions.all()),
            SqlOperatorTables.of(EngineScalars.all()),
            SqlOperatorTables.of(EngineCollections.all()),
            SqlOperatorTables.of(EngineLambdas.all()),
            SqlOperatorTables.of(EngineAggregates.all()),
            visible(SqlStdOperatorTable.instance()),
            visible(
                SqlLibraryOperatorTableFactory.INSTANCE.getOperatorTable(
                    SqlLibrary.POSTGRESQL,
                    SqlLibrary.BIG_QUERY,
                    SqlLibrary.SPARK,
                    SqlLibrary.SNOWFLAKE)));

    private static SqlOperatorTable visible(SqlOperatorTable table) {
      return new SqlOperatorTable() {
        @Override
        public void lookupOperatorOverloads(
            SqlIdentifier name,
            @Nullable SqlFunctionCategory category,
            SqlSyntax syntax,
            List<SqlOperator> found,
            SqlNameMatcher matcher) {
          List<SqlOperator> all = new ArrayList<>();
          table.lookupOperatorOverloads(name, category, syntax, all, matcher);
          all.removeAll(SHADOWED);
          found.addAll(all);
        }

        @Override
        public List<SqlOperator> getOperatorList() {
          return table.getOperatorList().stream()
              .filter(operator -> !SHADOWED.contains(operator))
              .toList();
        }
      };
    }
  }
}
