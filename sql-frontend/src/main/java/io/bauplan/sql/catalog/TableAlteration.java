package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;

/// One change of a table's schema or properties.
public sealed interface TableAlteration {
  record AddColumn(Column column) implements TableAlteration {}

  record DropColumn(String name) implements TableAlteration {}

  record RenameColumn(String from, String to) implements TableAlteration {}

  /// Iceberg's promotions only: int to long, float to double, wider decimal.
  record ChangeType(String name, DataType type) implements TableAlteration {}

  record SetProperty(String key, String value) implements TableAlteration {}

  record RemoveProperty(String key) implements TableAlteration {}
}
