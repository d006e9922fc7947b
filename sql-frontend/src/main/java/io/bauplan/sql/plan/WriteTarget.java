package io.bauplan.sql.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where and how a worker writes a table's data files. The control plane commits them afterwards.
///
/// @param dataLocation directory under which the files go
/// @param columns the table's columns with their field ids, in the order of the plan's input
/// @param partitioning partition fields; empty = unpartitioned
/// @param properties the table's properties
/// @param order in which rows are within each file
public record WriteTarget(
    TableRef table,
    String dataLocation,
    List<ScanColumn> columns,
    int partitionSpecId,
    List<PartitionField> partitioning,
    Map<String, String> properties,
    Order order) {
  /// A table's sort order.
  ///
  /// @param id 0 = rows come in any order
  public record Order(int id, List<SortKey> keys) {
    public static final Order NONE = new Order(0, List.of());

    public Order {
      keys = List.copyOf(keys);
    }
  }

  public WriteTarget(
      TableRef table,
      String dataLocation,
      List<ScanColumn> columns,
      int partitionSpecId,
      List<PartitionField> partitioning,
      Map<String, String> properties) {
    this(table, dataLocation, columns, partitionSpecId, partitioning, properties, Order.NONE);
  }

  public WriteTarget {
    columns = List.copyOf(columns);
    partitioning = List.copyOf(partitioning);
    properties = Map.copyOf(properties);
  }

  /// Marks a target for which the threads of a worker share one writer: fewer, larger files.
  private static final String TOGETHER = "bauplan.write.together";

  public WriteTarget together() {
    Map<String, String> more = new HashMap<>(properties);
    more.put(TOGETHER, "true");
    return new WriteTarget(
        table, dataLocation, columns, partitionSpecId, partitioning, more, order);
  }

  public boolean isTogether() {
    return properties.containsKey(TOGETHER);
  }

  /// One partition field: `transform` in Iceberg's spelling (`identity`, `day`, `bucket[16]`,
  /// `truncate[4]`, ...) of the column with `sourceFieldId`.
  public record PartitionField(String name, int sourceFieldId, String transform) {}
}
