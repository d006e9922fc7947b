package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import java.util.Map;

/// A table to be created.
///
/// @param partitioning by column name; transforms in Iceberg's spelling
/// @param defaults by column name, of the column's type
/// @param comments by column name
public record TableDefinition(
    TableRef name,
    List<Column> columns,
    List<Partitioning> partitioning,
    Map<String, String> properties,
    Map<String, Literal> defaults,
    Map<String, String> comments) {
  public TableDefinition(
      TableRef name,
      List<Column> columns,
      List<Partitioning> partitioning,
      Map<String, String> properties) {
    this(name, columns, partitioning, properties, Map.of(), Map.of());
  }

  /// The same table under the name as it is stored.
  public TableDefinition withName(TableRef stored) {
    return new TableDefinition(stored, columns, partitioning, properties, defaults, comments);
  }

  public record Partitioning(String column, String transform) {}
}
