package io.bauplan.sql.validator;

import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.fun.SqlLibrary;
import org.apache.calcite.sql.fun.SqlLibraryOperatorTableFactory;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlOperatorTables;

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
    static final SqlOperatorTable TABLE =
        SqlOperatorTables.chain(
            SqlOperatorTables.of(EngineFunctions.all()),
            SqlOperatorTables.of(EngineScalars.all()),
            SqlOperatorTables.of(EngineCollections.all()),
            SqlOperatorTables.of(EngineLambdas.all()),
            SqlOperatorTables.of(EngineAggregates.all()),
            SqlStdOperatorTable.instance(),
            SqlLibraryOperatorTableFactory.INSTANCE.getOperatorTable(
                SqlLibrary.POSTGRESQL,
                SqlLibrary.BIG_QUERY,
                SqlLibrary.SPARK,
                SqlLibrary.SNOWFLAKE));
  }
}
