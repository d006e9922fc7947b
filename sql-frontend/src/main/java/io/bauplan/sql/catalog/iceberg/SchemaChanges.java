package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.catalog.TableAlteration.AddColumn;
import io.bauplan.sql.catalog.TableAlteration.AddPartitionField;
import io.bauplan.sql.catalog.TableAlteration.ChangeType;
import io.bauplan.sql.catalog.TableAlteration.DropColumn;
import io.bauplan.sql.catalog.TableAlteration.DropPartitionField;
import io.bauplan.sql.catalog.TableAlteration.MoveColumn;
import io.bauplan.sql.catalog.TableAlteration.RemoveProperty;
import io.bauplan.sql.catalog.TableAlteration.RenameColumn;
import io.bauplan.sql.catalog.TableAlteration.ReplacePartitionField;
import io.bauplan.sql.catalog.TableAlteration.SetComment;
import io.bauplan.sql.catalog.TableAlteration.SetDefault;
import io.bauplan.sql.catalog.TableAlteration.SetNullable;
import io.bauplan.sql.catalog.TableAlteration.SetOrder;
import io.bauplan.sql.catalog.TableAlteration.SetProperty;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.TableRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.ReplaceSortOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/// Applies `ALTER TABLE`s to staged metadata, one after the other, so that each sees the ones
/// before it.
final class SchemaChanges {
  private final TableRef name;
  private final BaseTable table;
  private final StagedTableOperations operations;

  SchemaChanges(TableRef name, StagedTableOperations operations) {
    this.name = name;
    this.operations = operations;
    this.table = StagedTableOperations.table(name, operations);
  }

  void apply(List<TableAlteration> changes) {
    for (TableAlteration change : changes) {
      try {
        apply(change);
      } catch (IllegalArgumentException
          | ClassCastException
          | ArithmeticException
          | ValidationException
          | UnsupportedOperationException e) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT, "cannot alter table " + name + ": " + e.getMessage(), e);
      }
    }
  }

  private void apply(TableAlteration change) {
    switch (change) {
      case AddColumn add -> addColumn(add);
      case DropColumn(String path, boolean ifExists) -> {
        if (!ifExists || find(path) != null) {
          dropColumn(path);
        }
      }
      case RenameColumn(String from, String to) -> {
        String path = path(from);
        NestedField taken = table.schema().caseInsensitiveFindField(parent(path) + to);
        if (taken != null && taken.fieldId() != field(from).fieldId()) {
          throw duplicate(to);
        }
        table.updateSchema().renameColumn(path, to).commit();
      }
      case ChangeType(String column, DataType type) -> changeType(column, type);
      case SetNullable(String column, boolean nullable) -> {
        if (nullable) {
          table.updateSchema().makeColumnOptional(path(column)).commit();
        } else {
          requireColumn(column);
        }
      }
      case MoveColumn(String column, TableAlteration.Place place) -> {
        UpdateSchema update = table.updateSchema();
        String path = path(column);
        move(update, path, resolved(parent(path).replaceFirst("\\.$", ""), place));
        update.commit();
      }
      case SetComment(String column, String comment) ->
          table.updateSchema().updateColumnDoc(path(column), comment).commit();
      case SetDefault(String column, Optional<Literal> value) -> {
        TableFactory.checkDefaults(name, operations.current().formatVersion(), value.isPresent());
        Type type = field(column).type();
        var literal = value.map(v -> IcebergTypes.defaultValue(type, v)).orElse(null);
        table.updateSchema().updateColumnDefault(path(column), literal).commit();
      }
      case SetProperty(String key, String value) -> setProperty(key, value);
      case RemoveProperty(String key) -> table.updateProperties().remove(key).commit();
      case AddPartitionField(TableDefinition.Partitioning field) ->
          table.updateSpec().addField(Partitioning.term(table.schema(), field)).commit();
      case DropPartitionField(TableDefinition.Partitioning field) ->
          table.updateSpec().removeField(Partitioning.term(table.schema(), field)).commit();
      case SetOrder(List<SetOrder.Key> keys) -> {
        ReplaceSortOrder order = table.replaceSortOrder();
        for (SetOrder.Key key : keys) {
          String path = path(key.column());
          NullOrder nulls = key.nullsFirst() ? NullOrder.NULLS_FIRST : NullOrder.NULLS_LAST;
          if (key.ascending()) {
            order.asc(path, nulls);
          } else {
            order.desc(path, nulls);
          }
        }
        order.commit();
      }
      case ReplacePartitionField(
              TableDefinition.Partitioning field,
              TableDefinition.Partitioning with) ->
          table
              .updateSpec()
              .removeField(Partitioning.term(table.schema(), field))
              .addField(Partitioning.term(table.schema(), with))
              .commit();
    }
  }

  /// The format's version is no property to Iceberg.
  private void setProperty(String key, String value) {
    if (!key.equals(TableProperties.FORMAT_VERSION)) {
      table.updateProperties().set(key, value).commit();
      return;
    }
    if (!value.matches("[123]")) {
      throw new IllegalArgumentException("format-version is 1, 2 or 3, not " + value);
    }
    TableMetadata metadata = operations.current();
    operations.commit(metadata, metadata.upgradeToFormatVersion(Integer.parseInt(value)));
  }

  private void dropColumn(String path) {
    NestedField field = field(path);
    if (parent(path(path)).isEmpty() && table.schema().columns().size() == 1) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "\"" + field.name() + "\" is the last column of table " + name,
          null,
          "drop the table instead",
          null);
    }
    boolean partitioned =
        table.spec().fields().stream().anyMatch(f -> f.sourceId() == field.fieldId());
    if (partitioned) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "table " + name + " is partitioned by column \"" + field.name() + "\"",
          null,
          "remove it from the partitioning first: ALTER TABLE ... DROP PARTITION FIELD ...",
          null);
    }
    table.updateSchema().deleteColumn(path(path)).commit();
  }

  private static void move(UpdateSchema update, String path, TableAlteration.Place place) {
    place
        .after()
        .ifPresentOrElse(
            after -> update.moveAfter(path, parent(path) + after), () -> update.moveFirst(path));
  }

  private void addColumn(AddColumn add) {
    Column column = add.column();
    String parent = add.parent().isEmpty() ? "" : path(add.parent());
    String path = parent.isEmpty() ? column.name() : parent + "." + column.name();
    if (table.schema().caseInsensitiveFindField(path) != null) {
      if (add.ifNotExists()) {
        return;
      }
      throw duplicate(path);
    }
    if (!column.nullable() && add.defaultValue().isEmpty()) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "column \""
              + column.name()
              + "\" cannot be added as NOT NULL: rows that are there have no"
              + " value for it",
          null,
          "add it without NOT NULL, or with a DEFAULT",
          null);
    }
    TableFactory.checkDefaults(
        name, operations.current().formatVersion(), add.defaultValue().isPresent());
    Type type = IcebergTypes.type(column.name(), column.type());
    var value = add.defaultValue().map(v -> IcebergTypes.defaultValue(type, v)).orElse(null);
    UpdateSchema update = table.updateSchema();
    String in = parent.isEmpty() ? null : parent;
    String comment = add.comment().orElse(null);
    if (column.nullable()) {
      update.addColumn(in, column.name(), type, comment, value);
    } else {
      update.addRequiredColumn(in, column.name(), type, comment, value);
    }
    add.place().ifPresent(place -> move(update, path, resolved(parent, place)));
    update.commit();
  }

  /// The place with the sibling's name as it is stored.
  private TableAlteration.Place resolved(String parent, TableAlteration.Place place) {
    String prefix = parent.isEmpty() ? "" : parent + ".";
    return new TableAlteration.Place(
        place.after().map(after -> path(prefix + after).substring(prefix.length())));
  }

  /// Only where the statistics of all files say that there is no NULL.
  private void requireColumn(String column) {
    NestedField field = field(column);
    if (field.isRequired()) {
      return;
    }
    try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
      for (FileScanTask task : tasks) {
        var nulls = task.file().nullValueCounts();
        Long count = nulls == null ? null : nulls.get(field.fieldId());
        if (count == null || count > 0) {
          throw new EngineException(
              ErrorCode.NOT_NULL_VIOLATION,
              "column \""
                  + field.name()
                  + "\" of table "
                  + name
                  + " has NULLs, or files that do not"
                  + " tell whether it has",
              null,
              "replace them first: UPDATE ... SET "
                  + field.name()
                  + " = ... WHERE "
                  + field.name()
                  + " IS NULL, then OPTIMIZE the table",
              null);
        }
      }
    } catch (IOException e) {
      throw StorageErrors.reading("the manifests of table " + name, new UncheckedIOException(e));
    }
    table.updateSchema().allowIncompatibleChanges().requireColumn(path(column)).commit();
  }

  private void changeType(String column, DataType type) {
    NestedField field = field(column);
    Type wanted = IcebergTypes.type(column, type);
    try {
      if (!wanted.isPrimitiveType()) {
        throw new IllegalArgumentException("nested");
      }
      table.updateSchema().updateColumn(path(column), wanted.asPrimitiveType()).commit();
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
          "only INTEGER to BIGINT, FLOAT to DOUBLE and a DECIMAL to one of more digits keep the"
              + " files readable; otherwise create a new table with CREATE TABLE ... AS SELECT"
              + " CAST(...)",
          e);
    }
  }

  /// The path before the last dot, with it.
  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('.') + 1);
  }

  private EngineException duplicate(String column) {
    return new EngineException(
        ErrorCode.DUPLICATE_NAME, "table " + name + " already has a column \"" + column + "\"");
  }

  private String path(String column) {
    return table.schema().findColumnName(field(column).fieldId());
  }

  private @Nullable NestedField find(String column) {
    Schema schema = table.schema();
    NestedField field = schema.findField(column);
    return field == null ? schema.caseInsensitiveFindField(column) : field;
  }

  private NestedField field(String column) {
    NestedField field = find(column);
    if (field == null) {
      List<String> names = table.schema().columns().stream().map(NestedField::name).toList();
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
