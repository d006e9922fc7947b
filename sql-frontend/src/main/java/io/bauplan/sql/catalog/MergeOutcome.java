package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.TableRef;
import java.util.List;

/// How a merge ended. `Unknown`: the server may or may not have merged; read the target's log.
public sealed interface MergeOutcome {
  record Merged(PinnedRef target, boolean changed) implements MergeOutcome {}

  record Conflict(List<TableRef> conflicting, String message) implements MergeOutcome {}

  record Unknown(String message) implements MergeOutcome {}
}
