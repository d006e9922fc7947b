package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.FileScan;
import io.bauplan.sql.plan.PhysicalPlan.IntermediateScan;
import io.bauplan.sql.plan.PhysicalPlan.TableScan;
import io.bauplan.sql.plan.PhysicalPlans;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.validator.ResolvedTable;
import io.bauplan.sql.validator.ResolvedTable.Source;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.schema.TransientTable;
import org.jspecify.annotations.Nullable;

/// Leaves of the plan: a scan takes filters, projections and limits into itself, and only then its
/// files are listed.
final class ScanTranslator {
  private ScanTranslator() {}

  static PhysicalPlan scan(org.apache.calcite.rel.core.TableScan scan) {
    RelOptTable table = scan.getTable();
    if (table.unwrap(TransientTable.class) != null) {
      return new PhysicalPlan.RecursiveScan(transientName(table), PhysicalTranslator.row(scan));
    }
    ResolvedTable resolved = table.unwrap(ResolvedTable.class);
    if (resolved == null) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED, "reading " + String.join(".", table.getQualifiedName()));
    }
    return switch (resolved.source()) {
      case Source.Stored stored ->
          stored.snapshotId() == -1
              ? new PhysicalPlan.Values(stored.columns(), List.of())
              : new TableScan(
                  stored.table().name(),
                  stored.snapshotId(),
                  stored.scanColumns(),
                  List.of(),
                  Optional.empty(),
                  List.of(),
                  OptionalLong.empty(),
                  stored.estimatedRows());
      case Source.Leaf leaf -> leaf.plan();
      case Source.Tree tree ->
          throw new IllegalStateException("a view was scanned: " + tree.columns());
    };
  }

  static String transientName(RelOptTable table) {
    return table.getQualifiedName().getLast();
  }

  /// @param estimate rows that pass
  static PhysicalPlan filter(PhysicalPlan input, Expression predicate, double estimate) {
    return switch (input) {
      case TableScan scan when scan.limit().isEmpty() && pushable(predicate) ->
          new TableScan(
              scan.table(),
              scan.snapshotId(),
              scan.columns(),
              scan.filterColumns(),
              Optional.of(and(scan.filter(), predicate)),
              scan.files(),
              scan.limit(),
              estimate);
      case FileScan scan when isWhole(scan) && pushable(predicate) ->
          new FileScan(
              scan.format(),
              scan.files(),
              scan.options(),
              scan.fileColumns(),
              scan.projection(),
              Optional.of(and(scan.filter(), predicate)));
      case PhysicalPlan.Filter filter ->
          new PhysicalPlan.Filter(
              filter.input(),
              ExpressionTranslator.and(List.of(filter.predicate(), predicate)),
              estimate);
      default -> new PhysicalPlan.Filter(input, predicate, estimate);
    };
  }

  private static Expression and(Optional<Expression> first, Expression second) {
    return first.map(f -> ExpressionTranslator.and(List.of(f, second))).orElse(second);
  }

  /// A scan's filter sees nothing but the scan's row.
  private static boolean pushable(Expression predicate) {
    boolean[] correlated = {false};
    Expressions.visit(predicate, e -> correlated[0] |= e instanceof Expression.CorrelatedRef);
    return !correlated[0];
  }

  private static boolean isWhole(FileScan scan) {
    return scan.projection().equals(IntStream.range(0, scan.fileColumns().size()).boxed().toList());
  }

  /// A scan may stop after `rows` rows.
  static PhysicalPlan limit(PhysicalPlan input, long rows) {
    return switch (input) {
      case TableScan scan ->
          new TableScan(
              scan.table(),
              scan.snapshotId(),
              scan.columns(),
              scan.filterColumns(),
              scan.filter(),
              scan.files(),
              OptionalLong.of(Math.min(rows, scan.limit().orElse(Long.MAX_VALUE))),
              Math.min(scan.estimatedRows(), rows));
      case PhysicalPlan.Project project ->
          new PhysicalPlan.Project(
              limit(project.input(), rows), project.expressions(), project.output());
      default -> input;
    };
  }

  static boolean canNarrow(PhysicalPlan input) {
    return switch (input) {
      case TableScan scan -> true;
      case FileScan scan -> isWhole(scan);
      case IntermediateScan scan -> true;
      default -> false;
    };
  }

  /// @param expressions over the columns of `scan`
  record Narrowed(PhysicalPlan scan, List<Expression> expressions) {}

  /// Reads only the columns that `expressions` use, in the order of their first plain use.
  static Narrowed narrow(PhysicalPlan input, List<Expression> expressions) {
    List<Integer> kept = usedColumns(expressions);
    Map<Integer, Integer> newIndex = new HashMap<>();
    for (int i = 0; i < kept.size(); i++) {
      newIndex.put(kept.get(i), i);
    }
    PhysicalPlan narrowed =
        switch (input) {
          case TableScan scan -> narrow(scan, kept, newIndex);
          case FileScan scan -> narrow(scan, kept, newIndex);
          case IntermediateScan scan ->
              new IntermediateScan(
                  scan.id(), scan.columns(), kept.stream().map(scan.projection()::get).toList());
          default -> throw new IllegalStateException("not a scan: " + input);
        };
    return new Narrowed(
        narrowed, expressions.stream().map(e -> Expressions.remap(e, newIndex::get)).toList());
  }

  /// The filter is over the output, so the columns that only it uses are read behind the others.
  private static FileScan narrow(
      FileScan scan, List<Integer> kept, Map<Integer, Integer> newIndex) {
    List<Integer> read = new ArrayList<>(kept);
    Optional<Expression> filter = scan.filter();
    if (filter.isPresent()) {
      Map<Integer, Integer> filterIndex = new HashMap<>(newIndex);
      Expressions.inputColumns(filter.get()).stream()
          .filter(column -> !filterIndex.containsKey(column))
          .forEach(
              column -> {
                filterIndex.put(column, read.size());
                read.add(column);
              });
      filter = filter.map(f -> Expressions.remap(f, filterIndex::get));
    }
    return new FileScan(
        scan.format(),
        scan.files(),
        scan.options(),
        scan.fileColumns(),
        read.stream().map(scan.projection()::get).toList(),
        filter);
  }

  private static TableScan narrow(
      TableScan scan, List<Integer> kept, Map<Integer, Integer> newIndex) {
    List<ScanColumn> all = new ArrayList<>(scan.columns());
    all.addAll(scan.filterColumns());
    List<ScanColumn> columns = kept.stream().map(all::get).toList();
    List<ScanColumn> filterColumns = new ArrayList<>();
    Optional<Expression> filter = scan.filter();
    if (filter.isPresent()) {
      Map<Integer, Integer> filterIndex = new HashMap<>(newIndex);
      Expressions.inputColumns(filter.get()).stream()
          .filter(column -> !filterIndex.containsKey(column))
          .forEach(
              column -> {
                filterIndex.put(column, columns.size() + filterColumns.size());
                filterColumns.add(all.get(column));
              });
      filter = filter.map(f -> Expressions.remap(f, filterIndex::get));
    }
    return new TableScan(
        scan.table(),
        scan.snapshotId(),
        columns,
        filterColumns,
        filter,
        scan.files(),
        scan.limit(),
        scan.estimatedRows());
  }

  private static List<Integer> usedColumns(List<Expression> expressions) {
    List<Integer> used = new ArrayList<>();
    BitSet seen = new BitSet();
    for (Expression expression : expressions) {
      if (expression instanceof InputRef ref && !seen.get(ref.index())) {
        seen.set(ref.index());
        used.add(ref.index());
      }
    }
    for (Expression expression : expressions) {
      Expressions.inputColumns(expression).stream()
          .filter(column -> !seen.get(column))
          .forEach(
              column -> {
                seen.set(column);
                used.add(column);
              });
    }
    return used;
  }

  /// Fills in the files of every scan, pruned by its filter.
  ///
  /// @param fromMetadata whether totals that manifests know are taken from there
  static PhysicalPlan planFiles(PhysicalPlan plan, RelNode rel, boolean fromMetadata) {
    Map<String, CatalogTable> tables = new HashMap<>();
    new RelVisitor() {
      @Override
      public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
        if (node instanceof org.apache.calcite.rel.core.TableScan scan
            && scan.getTable().unwrap(ResolvedTable.class) instanceof ResolvedTable resolved
            && resolved.source() instanceof Source.Stored stored) {
          tables.put(key(stored.table().name().dotted(), stored.snapshotId()), stored.table());
        }
        super.visit(node, ordinal, parent);
      }
    }.go(rel);
    PhysicalPlan answered =
        fromMetadata
            ? PhysicalPlans.rewrite(
                plan, node -> MetadataAggregates.answer(node, scan -> table(scan, tables)))
            : plan;
    return PhysicalPlans.rewrite(
        answered, node -> node instanceof TableScan scan ? withFiles(scan, tables) : node);
  }

  private static String key(String table, long snapshotId) {
    return table + "\0" + snapshotId;
  }

  private static CatalogTable table(TableScan scan, Map<String, CatalogTable> tables) {
    return Objects.requireNonNull(tables.get(key(scan.table().dotted(), scan.snapshotId())));
  }

  private static TableScan withFiles(TableScan scan, Map<String, CatalogTable> tables) {
    CatalogTable table = table(scan, tables);
    List<ScanColumn> visible = new ArrayList<>(scan.columns());
    visible.addAll(scan.filterColumns());
    List<ScanFile> files = table.planFiles(scan.snapshotId(), visible, scan.filter());
    return new TableScan(
        scan.table(),
        scan.snapshotId(),
        scan.columns(),
        scan.filterColumns(),
        scan.filter(),
        files,
        scan.limit(),
        scan.estimatedRows());
  }
}
