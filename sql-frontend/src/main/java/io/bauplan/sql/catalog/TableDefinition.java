package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import java.util.Map;

/// A table to be created.
///
/// @param partitioning by column name; transforms in Iceberg's spelling
public record TableDefinition(
    TableRef name,
    List<Column> columns,
    List<Partitioning> partitioning,
    Map<String, String> properties) {
  public record Partitioning(String column, String transform) {}
}
