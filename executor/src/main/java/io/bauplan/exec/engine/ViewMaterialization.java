package io.bauplan.exec.engine;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.Catalog.OnExisting;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.MergeOutcome;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import io.bauplan.sql.plan.PlannedStatement.MaterializeView;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WrittenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the rows of a materialized view. The storage table and the view that names it are
/// committed on a private branch made where the query was planned; one merge shows both.
final class ViewMaterialization {
  private static final Logger LOG = LoggerFactory.getLogger(ViewMaterialization.class);

  /// Prefix of the private branches.
  private static final String PREFIX = "refresh_";

  private final Catalog catalog;

  ViewMaterialization(Catalog catalog) {
    this.catalog = catalog;
  }

  StatementResult write(MaterializeView view, StatementRunner runner) {
    TableRef name = view.view().name();
    if (view.source().isEmpty()) {
      return new StatementResult.Updated(0, name.dotted() + " is up to date");
    }
    boolean exists = catalog.canonical(view.at(), name).isPresent();
    if (exists && view.existing() == Existing.KEEP) {
      return new StatementResult.Updated(0, "Kept " + name.dotted() + ", which exists");
    }
    if (exists && view.existing() == Existing.FAIL) {
      throw new EngineException(ErrorCode.TABLE_EXISTS, name.dotted() + " already exists")
          .withHint("use CREATE OR REPLACE MATERIALIZED VIEW, or REFRESH MATERIALIZED VIEW");
    }
    PinnedRef branch = catalog.createBranch(PREFIX + UUID.randomUUID(), view.at());
    try {
      CommitInfo info = CommitInfo.of("Materialize " + name.dotted());
      long rows = writeOn(branch.name(), view, runner, info);
      publish(branch.name(), view, info);
      return new StatementResult.Updated(
          rows, "Materialized " + name.dotted() + ": " + DataChanges.count(rows));
    } finally {
      drop(branch.name());
    }
  }

  private long writeOn(
      String branch, MaterializeView view, StatementRunner runner, CommitInfo info) {
    List<WrittenFile> files = new ArrayList<>();
    CatalogTable storage =
        catalog.createTableAs(
            branch,
            view.storage(),
            target -> {
              files.clear();
              files.addAll(runner.write(view.source().orElseThrow(), target));
              return List.copyOf(files);
            },
            OnExisting.REPLACE,
            info);
    catalog.createView(
        branch,
        view.materialized().withStorageSnapshot(storage.currentSnapshotId()).on(view.view()),
        OnExisting.REPLACE,
        info);
    return StatementRunner.rows(files);
  }

  private void publish(String branch, MaterializeView view, CommitInfo info) {
    switch (catalog.merge(catalog.resolve(branch), view.branch(), info)) {
      case MergeOutcome.Merged ignored -> {}
      case MergeOutcome.Conflict conflict ->
          throw new EngineException(
                  ErrorCode.COMMIT_CONFLICT,
                  view.view().name().dotted()
                      + " was changed by somebody else while its query ran: "
                      + conflict.message())
              .withHint("run the statement again");
      case MergeOutcome.Unknown unknown ->
          throw new EngineException(ErrorCode.COMMIT_STATE_UNKNOWN, unknown.message())
              .withHint("run the statement again: it does nothing where the view is up to date");
    }
  }

  /// A branch that stays behind does no harm and is not worth failing for.
  private void drop(String branch) {
    try {
      catalog.deleteReference(catalog.resolve(branch));
    } catch (EngineException e) {
      LOG.warn("materialize.branch left branch={}", branch, e);
    }
  }
}
