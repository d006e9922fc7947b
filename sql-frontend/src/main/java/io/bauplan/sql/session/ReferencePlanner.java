package io.bauplan.sql.session;

import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.logical.CatalogNames;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.ReferenceStatement;
import io.bauplan.sql.parser.Version;
import io.bauplan.sql.plan.PlannedStatement;
import java.util.Optional;

/// Branches, tags and what the session uses.
final class ReferencePlanner {
  private final StatementContext context;

  ReferencePlanner(StatementContext context) {
    this.context = context;
  }

  PlannedStatement plan(ReferenceStatement statement) {
    return switch (statement) {
      case ReferenceStatement.Create create ->
          new PlannedStatement.CreateReference(
              create.kind(),
              create.name(),
              create.from().map(this::pin).orElse(context.at()),
              create.existing());
      case ReferenceStatement.Drop drop ->
          new PlannedStatement.DropReference(drop.kind(), drop.name(), drop.ifExists());
      case ReferenceStatement.Assign assign ->
          new PlannedStatement.AssignReference(assign.kind(), assign.name(), pin(assign.to()));
      case ReferenceStatement.Rename rename ->
          throw Planning.notSupported("renaming a branch or tag", rename.position())
              .withHint("Create the new one FROM the old and drop the old.");
      case ReferenceStatement.Merge merge ->
          new PlannedStatement.MergeBranch(
              pin(merge.source()),
              merge
                  .into()
                  .orElseGet(
                      () ->
                          CatalogNames.writable(
                                  context.catalog(), context.session(), Optional.empty())
                              .name()),
              merge.dryRun());
      case ReferenceStatement.Use use -> use(use.version());
      case ReferenceStatement.UseNamespace use ->
          new PlannedStatement.Use(Optional.empty(), Optional.of(use.namespace().names));
    };
  }

  private PlannedStatement use(Version version) {
    // Resolved now, so that a misspelt name is an error here and not in the next statement.
    PinnedRef ref = pin(version);
    String reference =
        switch (version.kind()) {
          case COMMIT -> "@" + ref.commit();
          case TIMESTAMP -> ref.name() + "@" + ref.commit();
          case BRANCH, TAG, REFERENCE, SNAPSHOT -> version.text();
        };
    return new PlannedStatement.Use(Optional.of(reference), Optional.empty());
  }

  private PinnedRef pin(Version version) {
    return CatalogNames.pin(context.catalog(), context.session().reference(), version);
  }
}
