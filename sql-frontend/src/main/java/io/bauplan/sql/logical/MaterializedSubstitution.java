package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.EntryState;
import io.bauplan.sql.catalog.MaterializedView;
import io.bauplan.sql.parser.SqlText;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.validator.ResolvedTable;
import io.bauplan.sql.validator.ResolvedTable.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.jspecify.annotations.Nullable;

/// Answers parts of a query from materialized views: where a fresh view holds a sub-tree, or
/// something that the sub-tree can be computed from (more rows, more columns, finer groups), its
/// storage table is scanned instead. Works on rewritten trees; [ViewMatch] says what can be
/// computed from what.
///
/// Calcite's own matching was tried and gives wrong rows where a condition on a key that is not
/// selected meets an aggregation; hence ours.
final class MaterializedSubstitution implements UnaryOperator<RelNode> {
  private final StatementContext context;
  private final UnaryOperator<RelNode> rewrite;

  /// @param rewrite brings a view's tree into the form that queries have when this is applied
  MaterializedSubstitution(StatementContext context, UnaryOperator<RelNode> rewrite) {
    this.context = context;
    this.rewrite = rewrite;
  }

  @Override
  public RelNode apply(RelNode query) {
    Map<TableRef, String> read = tables(query);
    if (read.isEmpty() || !MaterializedRows.enabled(context)) {
      return query;
    }
    List<ViewMatch> views = new ArrayList<>();
    for (CatalogEntry.View view : context.catalog().materializedViews(context.at())) {
      if (concerns(view, read)) {
        match(view).ifPresent(views::add);
      }
    }
    if (views.isEmpty()) {
      return query;
    }
    views.sort(Comparator.comparingDouble(ViewMatch::rows));
    RelNode identified = identified(query);
    RelNode substituted = substitute(identified, views);
    return substituted == identified
        ? query
        : RelOptUtil.createCastRel(rewrite.apply(substituted), query.getRowType(), true);
  }

  /// Tables of the catalog that a tree scans, with their states.
  private static Map<TableRef, String> tables(RelNode rel) {
    Map<TableRef, String> tables = new HashMap<>();
    new RelVisitor() {
      @Override
      public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
        if (node instanceof TableScan scan
            && scan.getTable().unwrap(ResolvedTable.class) instanceof ResolvedTable table
            && table.source() instanceof Source.Stored stored
            && stored.snapshotId() == stored.table().currentSnapshotId()) {
          tables.put(stored.table().name(), EntryState.of(new CatalogEntry.Table(stored.table())));
        }
        super.visit(node, ordinal, parent);
      }
    }.go(rel);
    return tables;
  }

  /// Whether every table that the view was made from is read by the query, in the same state.
  private static boolean concerns(CatalogEntry.View view, Map<TableRef, String> read) {
    List<MaterializedView.Input> tables =
        MaterializedView.of(view).map(MaterializedView::inputs).orElse(List.of()).stream()
            .filter(input -> EntryState.isTable(input.state()))
            .toList();
    return !tables.isEmpty()
        && tables.stream().allMatch(input -> input.state().equals(read.get(input.name())));
  }

  private Optional<ViewMatch> match(CatalogEntry.View view) {
    StatementContext aside = context.aside();
    MaterializedRows rows = new MaterializedRows(aside);
    Optional<Source.Stored> stored =
        MaterializedView.of(view)
            .filter(rows::isFresh)
            .flatMap(m -> rows.stored(m, view.columns()));
    if (stored.isEmpty() || !(SqlText.parse(view.sql()) instanceof Statement.Query text)) {
      return Optional.empty();
    }
    List<String> namespace = Arrays.asList(view.defaultNamespace().split("\\.", -1));
    RelNode tree =
        new QueryConverter(aside, namespace, ViewPath.NONE).convert(text.query()).root().project();
    RelNode query = identified(withoutOrder(rewrite.apply(withoutOrder(tree))));
    RelNode scan = rows.scan(stored.get(), null);
    return ViewMatch.of(query, RelOptUtil.createCastRel(scan, query.getRowType(), true));
  }

  private static RelNode withoutOrder(RelNode rel) {
    return rel instanceof Sort sort && sort.fetch == null && sort.offset == null
        ? sort.getInput()
        : rel;
  }

  /// Top down: the first sub-trees that a view gives, each from the smallest view that does.
  private static RelNode substitute(RelNode rel, List<ViewMatch> views) {
    if (rel instanceof TableScan) {
      return rel;
    }
    for (ViewMatch view : views) {
      if (view.rows() < rowsRead(rel)) {
        Optional<RelNode> found = view.apply(rel);
        if (found.isPresent()) {
          return RelOptUtil.createCastRel(found.get(), rel.getRowType(), true);
        }
      }
    }
    List<RelNode> inputs = rel.getInputs().stream().map(i -> substitute(i, views)).toList();
    return inputs.equals(rel.getInputs()) ? rel : rel.copy(rel.getTraitSet(), inputs);
  }

  private static double rowsRead(RelNode rel) {
    return rel instanceof TableScan scan
        ? scan.getTable().getRowCount()
        : rel.getInputs().stream().mapToDouble(MaterializedSubstitution::rowsRead).sum();
  }

  /// The tree with scans that go by what they read.
  private RelNode identified(RelNode rel) {
    if (rel instanceof TableScan scan) {
      return scan.getTable().unwrap(ResolvedTable.class) instanceof ResolvedTable table
          ? new MaterializedRows(context).scan(table.source(), scan.getTable().getRelOptSchema())
          : rel;
    }
    List<RelNode> inputs = rel.getInputs().stream().map(this::identified).toList();
    return inputs.isEmpty() ? rel : rel.copy(rel.getTraitSet(), inputs);
  }
}
