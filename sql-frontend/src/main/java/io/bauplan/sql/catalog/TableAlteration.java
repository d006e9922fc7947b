package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Literal;
import java.util.List;
import java.util.Optional;

/// One change of a table's schema, partitioning or properties. Columns are named by their path:
/// `a.b` is the field `b` of the column `a`.
public sealed interface TableAlteration {
  /// @param parent path of the struct that gets the field; empty = a column of the table
  /// @param defaultValue of the column's type; what rows have that are there, and rows to come that
  ///     do not say
  record AddColumn(
      String parent,
      Column column,
      boolean ifNotExists,
      Optional<Literal> defaultValue,
      Optional<String> comment,
      Optional<Place> place)
      implements TableAlteration {
    public AddColumn(Column column) {
      this("", column, false, Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  record DropColumn(String name, boolean ifExists) implements TableAlteration {
    public DropColumn(String name) {
      this(name, false);
    }
  }

  /// @param to without the path
  record RenameColumn(String from, String to) implements TableAlteration {}

  /// Iceberg's promotions only: int to long, float to double, wider decimal.
  record ChangeType(String name, DataType type) implements TableAlteration {}

  /// NOT NULL is refused unless the files' statistics show that there is none.
  record SetNullable(String name, boolean nullable) implements TableAlteration {}

  record MoveColumn(String name, Place place) implements TableAlteration {}

  record SetComment(String name, String comment) implements TableAlteration {}

  /// What rows to come have where they do not say; rows that are there stay as they are.
  record SetDefault(String name, Optional<Literal> value) implements TableAlteration {}

  record SetProperty(String key, String value) implements TableAlteration {}

  record RemoveProperty(String key) implements TableAlteration {}

  record AddPartitionField(TableDefinition.Partitioning field) implements TableAlteration {}

  record DropPartitionField(TableDefinition.Partitioning field) implements TableAlteration {}

  record ReplacePartitionField(
      TableDefinition.Partitioning field, TableDefinition.Partitioning with)
      implements TableAlteration {}

  /// The order of rows within files to come; no keys = any.
  record SetOrder(List<Key> keys) implements TableAlteration {
    public record Key(String column, boolean ascending, boolean nullsFirst) {}

    public SetOrder {
      keys = List.copyOf(keys);
    }
  }

  /// Behind the sibling named; none = first among its siblings.
  record Place(Optional<String> after) {}
}
