package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.plan.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tables that the engine itself answers: `information_schema` and `sys`. The planner has those
/// that the catalog alone can answer; the engine adds its own (jobs, logs, caches). Their rows
/// become `PhysicalPlan.Values` in the plan, so they are small or limited by their source.
@FunctionalInterface
public interface SystemTables {
  List<SystemTable> tables();

  SystemTables NONE = List::of;

  /// @param schema `sys` or `information_schema`
  record SystemTable(String schema, String name, RowType columns, RowSource source) {}

  /// Gives the rows when a statement that reads the table is planned.
  @FunctionalInterface
  interface RowSource {
    /// Each value as in `Expression.Literal`.
    List<List<@Nullable Object>> rows(Request request);
  }

  /// What a statement sees.
  record Request(Catalog catalog, PinnedRef at, Session session) {}
}
