package io.bauplan.sql.parser;

import static io.bauplan.sql.parser.SqlPrinter.print;
import static io.bauplan.sql.parser.SqlPrinter.string;
import static io.bauplan.sql.parser.StatementPrinter.at;
import static io.bauplan.sql.parser.StatementPrinter.create;
import static io.bauplan.sql.parser.StatementPrinter.ifNotExists;
import static io.bauplan.sql.parser.StatementPrinter.kind;
import static io.bauplan.sql.parser.StatementPrinter.list;
import static io.bauplan.sql.parser.StatementPrinter.options;
import static io.bauplan.sql.parser.StatementPrinter.words;

import io.bauplan.sql.parser.DefinitionStatement.Change;
import io.bauplan.sql.parser.DefinitionStatement.ColumnDefinition;
import io.bauplan.sql.parser.DefinitionStatement.PartitionField;
import java.util.List;
import java.util.stream.Collectors;

/// The part of [StatementPrinter] for catalog objects.
final class DefinitionPrinter {
  private DefinitionPrinter() {}

  static String toSql(DefinitionStatement statement) {
    return switch (statement) {
      case DefinitionStatement.CreateTable s ->
          words(
              create(s.existing()),
              "TABLE",
              ifNotExists(s.existing()),
              print(s.name()),
              at(s.at()),
              s.columns().isEmpty() ? "" : columns(s.columns()),
              partitioning(s.partitioning()),
              options("WITH ", s.properties()),
              s.query().map(q -> "AS " + print(q)).orElse(""));
      case DefinitionStatement.AlterTable s ->
          words(
              "ALTER TABLE",
              s.ifExists() ? "IF EXISTS" : "",
              print(s.table()),
              at(s.at()),
              s.changes().stream()
                  .map(DefinitionPrinter::change)
                  .collect(Collectors.joining(", ")));
      case DefinitionStatement.CreateView s ->
          words(
              create(s.existing()),
              s.materialized() ? "MATERIALIZED VIEW" : "VIEW",
              ifNotExists(s.existing()),
              print(s.name()),
              at(s.at()),
              list(s.columns()),
              partitioning(s.partitioning()),
              options("WITH ", s.properties()),
              "AS",
              print(s.query()));
      case DefinitionStatement.RefreshView s ->
          words("REFRESH MATERIALIZED VIEW", print(s.name()), at(s.at()));
      case CreateFunction s -> FunctionPrinter.toSql(s);
      case DefinitionStatement.CreateNamespace s ->
          words(
              create(s.existing()),
              "NAMESPACE",
              ifNotExists(s.existing()),
              print(s.name()),
              at(s.at()));
      case DefinitionStatement.Drop s ->
          words(
              "DROP",
              kind(s.kind()),
              s.ifExists() ? "IF EXISTS" : "",
              print(s.name()),
              at(s.at()),
              s.cascade() ? "CASCADE" : "");
      case DefinitionStatement.CreateExpectation s ->
          words(
              create(s.existing()),
              "EXPECTATION",
              ifNotExists(s.existing()),
              print(s.name()),
              "ON",
              print(s.table()),
              at(s.at()),
              "CHECK (" + print(s.condition()) + ")");
    };
  }

  private static String columns(List<ColumnDefinition> columns) {
    return columns.stream()
        .map(DefinitionPrinter::column)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String column(ColumnDefinition column) {
    return words(
        print(column.name()),
        column.type().map(SqlPrinter::print).orElse(""),
        column.nullable() ? "" : "NOT NULL",
        column.defaultValue().map(v -> "DEFAULT " + StatementPrinter.operand(v)).orElse(""),
        column.comment().map(c -> "COMMENT " + string(c)).orElse(""));
  }

  private static String partitioning(List<PartitionField> fields) {
    return fields.isEmpty()
        ? ""
        : fields.stream()
            .map(DefinitionPrinter::field)
            .collect(Collectors.joining(", ", "PARTITIONED BY (", ")"));
  }

  private static String field(PartitionField field) {
    String transform = field.transform();
    String column = print(field.column());
    int width = transform.indexOf('[');
    if (width > 0) {
      return transform.substring(0, width)
          + "("
          + transform.substring(width + 1, transform.length() - 1)
          + ", "
          + column
          + ")";
    }
    return transform.equals("identity") ? column : transform + "(" + column + ")";
  }

  private static String change(Change change) {
    return switch (change) {
      case Change.AddColumn c ->
          words(
              "ADD COLUMN",
              c.ifNotExists() ? "IF NOT EXISTS" : "",
              column(c.column()),
              c.place().map(DefinitionPrinter::place).orElse(""));
      case Change.DropColumn c ->
          words("DROP COLUMN", c.ifExists() ? "IF EXISTS" : "", print(c.column()));
      case Change.RenameColumn c -> words("RENAME COLUMN", print(c.from()), "TO", print(c.to()));
      case Change.ChangeType c -> words("ALTER COLUMN", print(c.column()), "TYPE", print(c.type()));
      case Change.SetNullable c ->
          words("ALTER COLUMN", print(c.column()), c.nullable() ? "DROP" : "SET", "NOT NULL");
      case Change.MoveColumn c -> words("ALTER COLUMN", print(c.column()), place(c.place()));
      case Change.SetComment c ->
          words("ALTER COLUMN", print(c.column()), "COMMENT", string(c.comment()));
      case Change.SetDefault c ->
          words(
              "ALTER COLUMN",
              print(c.column()),
              c.value()
                  .map(v -> "SET DEFAULT " + StatementPrinter.operand(v))
                  .orElse("DROP DEFAULT"));
      case Change.RenameTable c -> words("RENAME TO", print(c.to()));
      case Change.SetProperties c -> "SET PROPERTIES " + options("", c.properties());
      case Change.UnsetProperties c ->
          c.keys().stream()
              .map(StatementPrinter::quoted)
              .collect(Collectors.joining(", ", "UNSET PROPERTIES (", ")"));
      case Change.AddPartitionField c -> "ADD PARTITION FIELD " + field(c.field());
      case Change.DropPartitionField c -> "DROP PARTITION FIELD " + field(c.field());
      case Change.ReplacePartitionField c ->
          "REPLACE PARTITION FIELD " + field(c.field()) + " WITH " + field(c.with());
      case Change.WriteOrdered c ->
          c.keys().isEmpty()
              ? "WRITE UNORDERED"
              : c.keys().stream()
                  .map(DefinitionPrinter::key)
                  .collect(Collectors.joining(", ", "WRITE ORDERED BY ", ""));
    };
  }

  private static String key(DefinitionStatement.OrderKey key) {
    return words(
        print(key.column()),
        key.ascending() ? "ASC" : "DESC",
        key.nullsFirst() ? "NULLS FIRST" : "NULLS LAST");
  }

  private static String place(DefinitionStatement.Place place) {
    return place.after().map(column -> "AFTER " + print(column)).orElse("FIRST");
  }
}
