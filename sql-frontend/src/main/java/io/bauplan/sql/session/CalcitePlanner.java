package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.explain.ExplainNode;
import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.SqlText;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.plan.PlannedStatement;
import java.util.Optional;

/// Plans statements with Calcite. Thread-safe; keeps nothing between statements but immutable
/// tables of operators and rules, and the last queries' plans.
public final class CalcitePlanner implements StatementPlanner {
  private final Catalog catalog;
  private final FileSchemas files;
  private final SystemTables systemTables;
  private final PlanCache known = new PlanCache();

  /// Borrows the catalog: closing it is the caller's.
  ///
  /// @param systemTables all of them, as [SystemTables#with] puts them together
  public CalcitePlanner(Catalog catalog, FileSchemas files, SystemTables systemTables) {
    this.catalog = catalog;
    this.files = files;
    this.systemTables = systemTables;
  }

  @Override
  public PlannedStatement plan(String sql, Session session) {
    Optional<PinnedRef> at = reference(session);
    Optional<PlannedStatement.Query> plan = at.flatMap(ref -> known.find(sql, session, ref, files));
    return plan.isPresent() ? plan.get() : plan(sql, session, ModelScope.NONE);
  }

  private Optional<PinnedRef> reference(Session session) {
    try {
      return Optional.of(catalog.resolve(session.reference()));
    } catch (EngineException e) {
      // Planning says so, where it matters.
      return Optional.empty();
    }
  }

  @Override
  public PlannedStatement plan(String sql, Session session, ModelScope models) {
    Statement statement = SqlText.parse(sql);
    try {
      StatementContext context = context(statement, session, models);
      if (statement instanceof Statement.Query query) {
        QueryPlanner.Planned planned = new QueryPlanner(context).planned(query.query());
        if (planned.repeatable() && models == ModelScope.NONE) {
          known.add(sql, session, context.at(), planned.query(), planned.files());
        }
        return planned.query();
      }
      return new Planning(context).plan(statement);
    } catch (StackOverflowError e) {
      throw new EngineException(
          ErrorCode.TOO_COMPLEX,
          "the statement is nested too deeply",
          statement.position(),
          "Split it into views, or write long chains of OR as IN.",
          e);
    }
  }

  @Override
  public ExplainNode logical(String sql, Session session, ModelScope models) {
    Statement statement = SqlText.parse(sql);
    StatementContext context = context(statement, session, models);
    if (statement instanceof Statement.Query query) {
      return new QueryPlanner(context).logicalTree(query.query());
    }
    throw Planning.notSupported("the logical plan of other than queries", statement.position());
  }

  private StatementContext context(Statement statement, Session session, ModelScope models) {
    PinnedRef at;
    try {
      at = catalog.resolve(session.reference());
    } catch (EngineException e) {
      // A session whose branch is gone must still be able to leave it.
      if (!Planning.worksWithoutReference(statement)) {
        throw e;
      }
      at = catalog.resolve(Catalog.DEFAULT_BRANCH);
    }
    return new StatementContext(catalog, at, session, models, files, systemTables);
  }
}
