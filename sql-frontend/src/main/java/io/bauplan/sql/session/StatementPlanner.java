package io.bauplan.sql.session;

import io.bauplan.sql.explain.ExplainNode;
import io.bauplan.sql.plan.PlannedStatement;

/// Turns text into something to carry out: parse, pin, validate, optimize, translate. Thread-safe;
/// touches metadata only.
public interface StatementPlanner {
  /// Plans one statement (a trailing semicolon is allowed). Errors are `EngineException`s of type
  /// USER with a position in `sql`, or EXTERNAL where the catalog fails.
  PlannedStatement plan(String sql, Session session);

  /// As `plan`, with further names that win over the catalog's: the nodes of a pipeline under way.
  PlannedStatement plan(String sql, Session session, ModelScope models);

  /// The optimized logical tree of a query, as `EXPLAIN LOGICAL` shows it.
  ExplainNode logical(String sql, Session session, ModelScope models);
}
