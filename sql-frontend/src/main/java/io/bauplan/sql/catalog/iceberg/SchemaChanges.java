package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.catalog.TableAlteration.AddColumn;
import io.bauplan.sql.catalog.TableAlteration.ChangeType;
import io.bauplan.sql.catalog.TableAlteration.DropColumn;
import io.bauplan.sql.catalog.TableAlteration.RemoveProperty;
import io.bauplan.sql.catalog.TableAlteration.RenameColumn;
import io.bauplan.sql.catalog.TableAlteration.SetProperty;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/// Applies `ALTER TABLE`s to staged metadata, one after the other, so that each sees the ones
/// before it.
final class SchemaChanges {
  private final TableRef name;
  private final BaseTable table;

  SchemaChanges(TableRef name, StagedTableOperations operations) {
    this.name = name;
    this.table = StagedTableOperations.table(name, operations);
  }

  void apply(List<TableAlteration> changes) {
    for (TableAlteration change : changes) {
      try {
        apply(change);
      } catch (IllegalArgumentException | ValidationException | UnsupportedOperationException e) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT, "cannot alter table " + name + ": " + e.getMessage(), e);
      }
    }
  }

  private void apply(TableAlteration change) {
    switch (change) {
      case AddColumn(Column column) -> addColumn(column);
      case DropColumn(String column) -> {
        NestedField field = field(column);
        if (table.schema().columns().size() == 1) {
          throw new EngineException(
              ErrorCode.INVALID_STATEMENT,
              "\"" + field.name() + "\" is the last column of table " + name,
              null,
              "drop the table instead",
              null);
        }
        table.updateSchema().deleteColumn(field.name()).commit();
      }
      case RenameColumn(String from, String to) -> {
        NestedField field = field(from);
        NestedField taken = table.schema().caseInsensitiveFindField(to);
        if (taken != null && taken.fieldId() != field.fieldId()) {
          throw duplicate(to);
        }
        table.updateSchema().renameColumn(field.name(), to).commit();
      }
      case ChangeType(String column, DataType type) -> changeType(column, type);
      case SetProperty(String key, String value) ->
          table.updateProperties().set(key, value).commit();
      case RemoveProperty(String key) -> table.updateProperties().remove(key).commit();
    }
  }

  private void addColumn(Column column) {
    if (table.schema().caseInsensitiveFindField(column.name()) != null) {
      throw duplicate(column.name());
    }
    if (!column.nullable()) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "column \""
              + column.name()
              + "\" cannot be added as NOT NULL: rows that are there have no"
              + " value for it",
          null,
          "add it without NOT NULL",
          null);
    }
    table
        .updateSchema()
        .addColumn(column.name(), IcebergTypes.type(column.name(), column.type()))
        .commit();
  }

  private void changeType(String column, DataType type) {
    NestedField field = field(column);
    Type wanted = IcebergTypes.type(column, type);
    try {
      table.updateSchema().updateColumn(field.name(), wanted.asPrimitiveType()).commit();
    } catch (IllegalArgumentException e) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH,
          "column \""
              + field.name()
              + "\" cannot become "
              + type.sql()
              + " from "
              + IcebergTypes.dataType(field.name(), field.type()).sql(),
          null,
          "only INTEGER to BIGINT, FLOAT to DOUBLE and a DECIMAL to one of more digits keep the files"
              + " readable; otherwise create a new table with CREATE TABLE ... AS SELECT CAST(...)",
          e);
    }
  }

  private EngineException duplicate(String column) {
    return new EngineException(
        ErrorCode.DUPLICATE_NAME, "table " + name + " already has a column \"" + column + "\"");
  }

  private NestedField field(String column) {
    Schema schema = table.schema();
    NestedField field = schema.asStruct().field(column);
    if (field == null) {
      field = schema.asStruct().caseInsensitiveField(column);
    }
    if (field == null) {
      List<String> names = schema.columns().stream().map(NestedField::name).toList();
      throw new EngineException(
          ErrorCode.COLUMN_NOT_FOUND,
          "table " + name + " has no column \"" + column + "\"",
          null,
          NearestName.hint(column, names).orElse(null),
          null);
    }
    return field;
  }
}
