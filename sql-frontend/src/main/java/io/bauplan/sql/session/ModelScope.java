package io.bauplan.sql.session;

import io.bauplan.sql.plan.RowType;
import java.util.Optional;

/// Names that a pipeline's nodes see besides the catalog: its other models.
@FunctionalInterface
public interface ModelScope {
  /// What an unqualified name stands for within the pipeline; empty = look in the catalog. Names
  /// match case-insensitively.
  Optional<Model> find(String name);

  sealed interface Model {
    /// Inlined as a view, so that filters and projections push through it.
    record Sql(String name, String text) implements Model {}

    /// A table that a worker holds; planned as `IntermediateScan`.
    record Intermediate(String id, RowType columns) implements Model {}
  }

  ModelScope NONE = name -> Optional.empty();
}
