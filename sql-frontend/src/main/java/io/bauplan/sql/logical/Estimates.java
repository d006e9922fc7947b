package io.bauplan.sql.logical;

import org.apache.calcite.rel.metadata.DefaultRelMetadataProvider;
import org.apache.calcite.rel.metadata.JaninoRelMetadataProvider;
import org.apache.calcite.rel.metadata.RelMetadataProvider;
import org.apache.calcite.rel.metadata.RelMetadataQuery;

/// Where the optimizer's numbers come from: the engine's handlers, then Calcite's.
final class Estimates {
  // One provider for the process: each would compile its own handler classes.
  private static final JaninoRelMetadataProvider PROVIDER = provider();

  private Estimates() {}

  static RelMetadataQuery newQuery() {
    return new EngineMetadataQuery(PROVIDER);
  }

  private static JaninoRelMetadataProvider provider() {
    RelMetadataProvider calcite = DefaultRelMetadataProvider.INSTANCE;
    return JaninoRelMetadataProvider.of(calcite);
  }

  private static final class EngineMetadataQuery extends RelMetadataQuery {
    EngineMetadataQuery(JaninoRelMetadataProvider provider) {
      super(provider);
    }
  }
}
