package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.plan.PlannedStatement;

/// Plans statements with Calcite. Thread-safe; keeps nothing between statements but immutable tables of
/// operators and rules.
public final class CalcitePlanner implements StatementPlanner {
  private final Catalog catalog;
  private final FileSchemas files;
  private final SystemTables systemTables;

  /// Borrows the catalog: closing it is the caller's.
  public CalcitePlanner(Catalog catalog, FileSchemas files, SystemTables systemTables) {
    this.catalog = catalog;
    this.files = files;
    this.systemTables = systemTables;
  }

  @Override
  public PlannedStatement plan(String sql, Session session) {
    return plan(sql, session, ModelScope.NONE);
  }

  @Override
  public PlannedStatement plan(String sql, Session session, ModelScope models) {
    PinnedRef at = catalog.resolve(session.reference());
    StatementContext context =
        new StatementContext(catalog, at, session, models, files, systemTables);
    return new QueryPlanner(context).query(sql);
  }
}
