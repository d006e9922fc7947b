package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.EntryState;
import io.bauplan.sql.catalog.MaterializedView;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.validator.ResolvedTable;
import io.bauplan.sql.validator.ResolvedTable.Source;
import io.bauplan.sql.validator.TypeMapping;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.calcite.plan.RelOptSchema;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.prepare.RelOptTableImpl;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalTableScan;
import org.apache.calcite.rel.type.RelDataType;
import org.jspecify.annotations.Nullable;

/// The stored rows of a materialized view, where they are what its query would give at the
/// statement's commit: every name that the query had looked up still stands for the same.
public final class MaterializedRows {
  private final StatementContext context;

  public MaterializedRows(StatementContext context) {
    this.context = context;
  }

  public boolean isFresh(MaterializedView view) {
    return view.inputs().stream()
        .allMatch(
            input ->
                EntryState.of(context.catalog().find(context.at(), input.name()))
                    .equals(input.state()));
  }

  /// Whether the rows are there to be read.
  public boolean isStored(MaterializedView materialized, CatalogEntry.View view) {
    return stored(materialized, view.columns()).isPresent();
  }

  /// The view's rows, with exactly its columns; empty where the query has to be computed.
  Optional<Source> of(CatalogEntry.View view) {
    Optional<MaterializedView> materialized =
        MaterializedView.of(view).filter(ignored -> enabled(context)).filter(this::isFresh);
    Optional<Source.Stored> stored = materialized.flatMap(m -> stored(m, view.columns()));
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    // Who reads the view reads what it was made from.
    for (MaterializedView.Input input : materialized.get().inputs()) {
      context.reads().note(input.name(), context.catalog().find(context.at(), input.name()));
    }
    RowType columns = view.columns();
    if (stored.get().columns().equals(columns)) {
      return Optional.of(stored.get());
    }
    RelNode scan = scan(stored.get(), null);
    RelDataType type = TypeMapping.relType(context.types(), columns);
    return Optional.of(new Source.Tree(RelOptUtil.createCastRel(scan, type, true), columns));
  }

  static boolean enabled(StatementContext context) {
    return !"off".equalsIgnoreCase(context.session().settings().get(SETTING));
  }

  /// `SET materialized_views = off`: always compute.
  static final String SETTING = "materialized_views";

  Optional<Source.Stored> stored(MaterializedView view, RowType columns) {
    if (!(context.catalog().find(context.at(), view.storage()).orElse(null)
        instanceof CatalogEntry.Table(CatalogTable table))) {
      return Optional.empty();
    }
    long snapshot = view.storageSnapshot();
    boolean kept =
        snapshot == -1 || table.snapshots().stream().anyMatch(known -> known.id() == snapshot);
    if (!kept) {
      return Optional.empty();
    }
    List<ScanColumn> stored = snapshot == -1 ? table.columns() : table.columnsAt(snapshot);
    boolean same = stored.size() == columns.size();
    for (int i = 0; same && i < stored.size(); i++) {
      same = stored.get(i).column().name().equals(columns.column(i).name());
    }
    return same ? Optional.of(new Source.Stored(table, snapshot, stored)) : Optional.empty();
  }

  /// A scan that goes by the identity of what it reads, so that two scans of equal names are the
  /// same rows.
  RelNode scan(Source source, @Nullable RelOptSchema schema) {
    ResolvedTable table = new ResolvedTable(source, context.types());
    List<String> identity =
        source instanceof Source.Stored(CatalogTable stored, long snapshot, var columns)
            ? List.of(stored.uuid(), Long.toString(snapshot), Integer.toString(columns.hashCode()))
            : List.of("\0" + UUID.randomUUID());
    return LogicalTableScan.create(
        context.cluster(),
        RelOptTableImpl.create(
            schema,
            table.getRowType(context.types()),
            table,
            com.google.common.collect.ImmutableList.copyOf(identity)),
        List.of());
  }
}
