package io.bauplan.sql.session;

import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.logical.ConstantArguments;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.DefinitionStatement.AlterTable;
import io.bauplan.sql.parser.DefinitionStatement.Change;
import io.bauplan.sql.parser.DefinitionStatement.ColumnDefinition;
import io.bauplan.sql.parser.DefinitionStatement.PartitionField;
import io.bauplan.sql.parser.DefinitionStatement.Place;
import io.bauplan.sql.plan.Expression.Literal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/// The changes of ALTER TABLE, and what column definitions say beside name and type.
final class AlterationPlanner {
  private final StatementContext context;
  private final AlterTable alter;
  private final TypeSpecs types;

  AlterationPlanner(StatementContext context, AlterTable alter) {
    this.context = context;
    this.alter = alter;
    this.types = new TypeSpecs(context);
  }

  List<TableAlteration> plan() {
    List<TableAlteration> changes = new ArrayList<>();
    for (Change change : alter.changes()) {
      changes.addAll(alterations(change));
    }
    return changes;
  }

  private List<TableAlteration> alterations(Change change) {
    return switch (change) {
      case Change.SetProperties set ->
          set.properties().entrySet().stream()
              .<TableAlteration>map(e -> new TableAlteration.SetProperty(e.getKey(), e.getValue()))
              .toList();
      case Change.UnsetProperties unset ->
          unset.keys().stream().<TableAlteration>map(TableAlteration.RemoveProperty::new).toList();
      default -> List.of(alteration(change));
    };
  }

  private TableAlteration alteration(Change change) {
    return switch (change) {
      case Change.AddColumn add -> addColumn(add);
      case Change.DropColumn drop ->
          new TableAlteration.DropColumn(path(drop.column()), drop.ifExists());
      case Change.RenameColumn rename ->
          new TableAlteration.RenameColumn(path(rename.from()), rename.to().getSimple());
      case Change.ChangeType type ->
          new TableAlteration.ChangeType(path(type.column()), types.type(type.type()));
      case Change.SetNullable set ->
          new TableAlteration.SetNullable(path(set.column()), set.nullable());
      case Change.MoveColumn move ->
          new TableAlteration.MoveColumn(path(move.column()), place(move.place()));
      case Change.SetComment set ->
          new TableAlteration.SetComment(path(set.column()), set.comment());
      case Change.SetDefault set ->
          new TableAlteration.SetDefault(
              path(set.column()), set.value().map(new ConstantArguments(context)::value));
      case Change.AddPartitionField add ->
          new TableAlteration.AddPartitionField(partitioning(add.field()));
      case Change.DropPartitionField drop ->
          new TableAlteration.DropPartitionField(partitioning(drop.field()));
      case Change.ReplacePartitionField replace ->
          new TableAlteration.ReplacePartitionField(
              partitioning(replace.field()), partitioning(replace.with()));
      case Change.WriteOrdered order ->
          new TableAlteration.SetOrder(
              order.keys().stream()
                  .map(
                      key ->
                          new TableAlteration.SetOrder.Key(
                              path(key.column()), key.ascending(), key.nullsFirst()))
                  .toList());
      case Change.RenameTable ignored ->
          throw new EngineException(
              ErrorCode.INVALID_STATEMENT,
              "RENAME TO stands alone in ALTER TABLE",
              alter.position());
      case Change.SetProperties set -> throw new IllegalStateException("several changes: " + set);
      case Change.UnsetProperties set -> throw new IllegalStateException("several changes: " + set);
    };
  }

  private TableAlteration addColumn(Change.AddColumn add) {
    ColumnDefinition column = add.column();
    List<String> names = column.name().names;
    return new TableAlteration.AddColumn(
        String.join(".", names.subList(0, names.size() - 1)),
        DefinitionPlanner.column(column, types),
        add.ifNotExists(),
        defaultValue(column, context),
        column.comment(),
        add.place().map(AlterationPlanner::place));
  }

  private static String path(SqlIdentifier column) {
    return String.join(".", column.names);
  }

  private static TableAlteration.Place place(Place place) {
    return new TableAlteration.Place(place.after().map(SqlIdentifier::getSimple));
  }

  private static TableDefinition.Partitioning partitioning(PartitionField field) {
    return new TableDefinition.Partitioning(path(field.column()), field.transform());
  }

  /// The constant, cast to the column's type.
  private static Optional<Literal> defaultValue(ColumnDefinition column, StatementContext context) {
    if (column.defaultValue().isEmpty() || column.type().isEmpty()) {
      return Optional.empty();
    }
    SqlNode value = column.defaultValue().get();
    SqlDataTypeSpec type = column.type().get();
    Literal literal =
        new ConstantArguments(context)
            .value(SqlStdOperatorTable.CAST.createCall(value.getParserPosition(), value, type));
    return literal.value() == null ? Optional.empty() : Optional.of(literal);
  }

  static Map<String, Literal> defaults(List<ColumnDefinition> columns, StatementContext context) {
    Map<String, Literal> defaults = new HashMap<>();
    for (ColumnDefinition column : columns) {
      defaultValue(column, context)
          .ifPresent(value -> defaults.put(column.name().getSimple(), value));
    }
    return defaults;
  }

  static Map<String, String> comments(List<ColumnDefinition> columns) {
    Map<String, String> comments = new HashMap<>();
    for (ColumnDefinition column : columns) {
      column.comment().ifPresent(text -> comments.put(column.name().getSimple(), text));
    }
    return comments;
  }
}
