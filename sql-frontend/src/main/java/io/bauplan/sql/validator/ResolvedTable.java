package io.bauplan.sql.validator;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import java.util.List;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalTableScan;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.Statistic;
import org.apache.calcite.schema.Statistics;
import org.apache.calcite.schema.TranslatableTable;
import org.apache.calcite.schema.impl.AbstractTable;

/// What a name in FROM stands for, as Calcite's validator and converter see it.
public final class ResolvedTable extends AbstractTable implements TranslatableTable {

  /// Where the rows come from.
  public sealed interface Source {
    RowType columns();

    /// Rows expected, for the planner.
    double estimatedRows();

    /// A snapshot of an Iceberg table. Snapshot -1 = no rows.
    record Stored(CatalogTable table, long snapshotId, List<ScanColumn> scanColumns)
        implements Source {
      @Override
      public RowType columns() {
        return new RowType(scanColumns.stream().map(ScanColumn::column).toList());
      }

      @Override
      public double estimatedRows() {
        return snapshotId == -1 ? 0 : table.rowCount().orElse(UNKNOWN_ROWS);
      }
    }

    /// Any leaf of the physical plan that projects all its columns: files in place, results of
    /// other nodes, generators, literal rows.
    record Leaf(PhysicalPlan plan, double estimatedRows) implements Source {
      @Override
      public RowType columns() {
        return plan.output();
      }
    }

    /// A view, a model's SQL or a table function call: a tree that takes the name's place.
    record Tree(RelNode rel, RowType columns) implements Source {
      @Override
      public double estimatedRows() {
        return UNKNOWN_ROWS;
      }
    }
  }

  /// Rows assumed of a table that keeps no count.
  public static final long UNKNOWN_ROWS = 10_000;

  private final Source source;
  private final RelDataType rowType;

  public ResolvedTable(Source source, RelDataTypeFactory factory) {
    this.source = source;
    this.rowType =
        source instanceof Source.Tree tree
            ? tree.rel().getRowType()
            : TypeMapping.relType(factory, source.columns());
  }

  public Source source() {
    return source;
  }

  @Override
  public RelDataType getRowType(RelDataTypeFactory typeFactory) {
    return rowType;
  }

  @Override
  public Statistic getStatistic() {
    return Statistics.of(source.estimatedRows(), List.of());
  }

  @Override
  public RelNode toRel(RelOptTable.ToRelContext context, RelOptTable relOptTable) {
    return source instanceof Source.Tree tree
        ? tree.rel()
        : LogicalTableScan.create(context.getCluster(), relOptTable, context.getTableHints());
  }
}
