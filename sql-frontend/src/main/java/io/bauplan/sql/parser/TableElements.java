package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.parser.DefinitionStatement.Change;
import io.bauplan.sql.parser.DefinitionStatement.ColumnDefinition;
import io.bauplan.sql.parser.DefinitionStatement.OrderKey;
import io.bauplan.sql.parser.DefinitionStatement.PartitionField;
import io.bauplan.sql.parser.DefinitionStatement.Place;
import io.bauplan.sql.parser.TokenReader.OptionKeys;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;

/// Columns, partition fields and the changes of `ALTER TABLE`.
final class TableElements {
  /// Widest bucket or truncate transform.
  private static final int MAX_WIDTH = 1 << 20;

  private final TokenReader reader;

  TableElements(TokenReader reader) {
    this.reader = reader;
  }

  /// `(a INT NOT NULL, b STRING COMMENT 'x', PRIMARY KEY (a))`.
  List<ColumnDefinition> columns() throws ParseException {
    List<ColumnDefinition> columns = new ArrayList<>();
    Set<String> keys = new LinkedHashSet<>();
    reader.expect("(");
    do {
      if (reader.at("PRIMARY", "KEY")) {
        reader.expect("PRIMARY", "KEY");
        reader.names().forEach(key -> keys.add(key.getSimple().toLowerCase(Locale.ROOT)));
      } else if (reader.at("CONSTRAINT")
          || reader.at("FOREIGN", "KEY")
          || reader.at("UNIQUE", "(")
          || reader.at("CHECK", "(")) {
        throw constraint();
      } else {
        columns.add(column());
      }
    } while (reader.accept(",") && !reader.at(")"));
    reader.expect(")");
    return columns.stream()
        .map(c -> keys.contains(c.name().getSimple().toLowerCase(Locale.ROOT)) ? notNull(c) : c)
        .toList();
  }

  private EngineException constraint() {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "a table has no constraints but NOT NULL",
        SyntaxErrors.position(reader.peek(1)),
        "Check data with CREATE EXPECTATION, or in a pipeline.",
        null);
  }

  private static ColumnDefinition notNull(ColumnDefinition c) {
    return new ColumnDefinition(c.name(), c.type(), false, c.defaultValue(), c.comment());
  }

  private ColumnDefinition column() throws ParseException {
    return column(reader.simpleName());
  }

  private ColumnDefinition column(SqlIdentifier name) throws ParseException {
    Optional<SqlDataTypeSpec> type =
        reader.at(",") || reader.at(")") ? Optional.empty() : Optional.of(reader.parser.DataType());
    boolean nullable = true;
    Optional<SqlNode> defaultValue = Optional.empty();
    Optional<String> comment = Optional.empty();
    while (!reader.at(",")
        && !reader.at(")")
        && !reader.at("FIRST")
        && !reader.at("AFTER")
        && !reader.atEnd()) {
      if (reader.at("NOT")) {
        reader.expect("NOT", "NULL");
        nullable = false;
      } else if (reader.at("PRIMARY")) {
        reader.expect("PRIMARY", "KEY");
        nullable = false;
      } else if (reader.accept("NULL")) {
        nullable = true;
      } else if (reader.accept("DEFAULT")) {
        defaultValue = Optional.of(reader.expression());
      } else if (reader.accept("COMMENT")) {
        comment = Optional.of(reader.string("a comment, as a string"));
      } else if (reader.at("UNIQUE") || reader.at("REFERENCES") || reader.at("CHECK")) {
        throw constraint();
      } else {
        throw reader.unexpected(",", ")", "NOT NULL", "COMMENT");
      }
    }
    return new ColumnDefinition(name, type, nullable, defaultValue, comment);
  }

  /// Without `AS query` every column needs a type.
  void requireTypes(List<ColumnDefinition> columns) {
    for (ColumnDefinition column : columns) {
      if (column.type().isEmpty()) {
        throw new EngineException(
            ErrorCode.SYNTAX_ERROR,
            "column " + column.name().getSimple() + " has no type",
            Positions.of(column.name()),
            "Write one, such as BIGINT, DOUBLE, VARCHAR, TIMESTAMP, or give a query with AS.",
            null);
      }
    }
  }

  List<PartitionField> partitioning() throws ParseException {
    List<PartitionField> fields = new ArrayList<>();
    reader.expect("(");
    do {
      fields.add(partitionField());
    } while (reader.accept(","));
    reader.expect(")");
    return fields;
  }

  PartitionField partitionField() throws ParseException {
    if (!reader.peek(2).image.equals("(")) {
      return new PartitionField(reader.simpleName(), "identity");
    }
    Token transform = reader.next();
    String name = transform.image.toLowerCase(Locale.ROOT);
    reader.expect("(");
    return switch (name) {
      case "year", "years" -> plain("year");
      case "month", "months" -> plain("month");
      case "day", "days", "date" -> plain("day");
      case "hour", "hours", "date_hour" -> plain("hour");
      case "identity" -> plain("identity");
      case "bucket", "truncate" -> width(name);
      default ->
          throw new EngineException(
              ErrorCode.SYNTAX_ERROR,
              "there is no partition transform " + transform.image,
              SyntaxErrors.position(transform),
              "It is one of year, month, day, hour, bucket(n, column), truncate(n, column).",
              null);
    };
  }

  private PartitionField plain(String transform) throws ParseException {
    SqlIdentifier column = reader.simpleName();
    reader.expect(")");
    return new PartitionField(column, transform);
  }

  /// `bucket(16, id)` or `bucket(id, 16)`.
  private PartitionField width(String transform) throws ParseException {
    Optional<Integer> width = number();
    if (width.isPresent()) {
      reader.expect(",");
    }
    SqlIdentifier column = reader.simpleName();
    if (width.isEmpty()) {
      reader.expect(",");
      width = number();
    }
    if (width.isEmpty()) {
      throw reader.unexpected("a number");
    }
    reader.expect(")");
    return new PartitionField(column, transform + "[" + width.get() + "]");
  }

  private Optional<Integer> number() {
    Token token = reader.peek(1);
    if (token.kind != BauplanParserConstants.UNSIGNED_INTEGER_LITERAL) {
      return Optional.empty();
    }
    reader.next();
    if (token.image.length() > 7
        || Integer.parseInt(token.image) > MAX_WIDTH
        || Integer.parseInt(token.image) == 0) {
      throw reader.invalid("the width must be from 1 to " + MAX_WIDTH, token);
    }
    return Optional.of(Integer.parseInt(token.image));
  }

  /// One clause of `ALTER TABLE`; `ADD COLUMNS (...)` is several changes.
  List<Change> changes() throws ParseException {
    if (reader.accept("ADD")) {
      return add();
    }
    if (reader.accept("DROP")) {
      return List.of(drop());
    }
    if (reader.accept("RENAME")) {
      if (reader.accept("TO")) {
        return List.of(new Change.RenameTable(reader.name()));
      }
      boolean word = acceptColumn();
      SqlIdentifier from = reader.name();
      reader.expect("TO");
      return List.of(new Change.RenameColumn(from, reader.simpleName()));
    }
    if (reader.accept("ALTER") || reader.accept("CHANGE") || reader.accept("MODIFY")) {
      return List.of(alterColumn());
    }
    if (reader.at("REPLACE", "PARTITION", "FIELD")) {
      reader.expect("REPLACE", "PARTITION", "FIELD");
      PartitionField replaced = partitionField();
      reader.expect("WITH");
      return List.of(new Change.ReplacePartitionField(replaced, partitionField()));
    }
    if (reader.accept("SET")) {
      boolean word =
          reader.accept("PROPERTIES") || reader.accept("TBLPROPERTIES") || reader.accept("OPTIONS");
      return List.of(new Change.SetProperties(reader.options(OptionKeys.AS_WRITTEN)));
    }
    if (reader.accept("UNSET")) {
      boolean word =
          reader.accept("PROPERTIES") || reader.accept("TBLPROPERTIES") || reader.accept("OPTIONS");
      return List.of(
          new Change.UnsetProperties(List.copyOf(reader.options(OptionKeys.AS_WRITTEN).keySet())));
    }
    if (reader.accept("WRITE", "UNORDERED")) {
      return List.of(new Change.WriteOrdered(List.of()));
    }
    if (reader.accept("WRITE", "ORDERED", "BY")) {
      List<OrderKey> keys = new ArrayList<>();
      do {
        keys.add(orderKey());
      } while (reader.accept(","));
      return List.of(new Change.WriteOrdered(keys));
    }
    throw reader.unexpected("ADD", "DROP", "RENAME", "ALTER", "REPLACE", "SET", "UNSET", "WRITE");
  }

  /// NULLs are high, as in ORDER BY.
  private OrderKey orderKey() throws ParseException {
    SqlIdentifier column = reader.name();
    boolean descending = reader.accept("DESC");
    boolean word = !descending && reader.accept("ASC");
    boolean first = reader.accept("NULLS", "FIRST");
    boolean last = !first && reader.accept("NULLS", "LAST");
    return new OrderKey(column, !descending, first || descending && !last);
  }

  private boolean acceptColumn() {
    // A column may itself be named "column".
    return (reader.at("COLUMN") || reader.at("COLUMNS"))
        && !ReferenceText.isEnd(reader.peek(2))
        && !reader.peek(2).image.equalsIgnoreCase("TO")
        && reader.accept(reader.peek(1).image);
  }

  private List<Change> add() throws ParseException {
    if (reader.at("PARTITION", "FIELD")) {
      reader.expect("PARTITION", "FIELD");
      return List.of(new Change.AddPartitionField(partitionField()));
    }
    boolean word = acceptColumn();
    if (reader.accept("(")) {
      List<Change> changes = new ArrayList<>();
      do {
        changes.add(addColumn(false));
      } while (reader.accept(","));
      reader.expect(")");
      return changes;
    }
    boolean ifNotExists = reader.ifNotExists();
    return List.of(addColumn(ifNotExists));
  }

  private Change addColumn(boolean ifNotExists) throws ParseException {
    ColumnDefinition column = typed(column(reader.name()));
    return new Change.AddColumn(column, ifNotExists, place());
  }

  private Optional<Place> place() throws ParseException {
    if (reader.accept("FIRST")) {
      return Optional.of(new Place(Optional.empty()));
    }
    return reader.accept("AFTER")
        ? Optional.of(new Place(Optional.of(reader.simpleName())))
        : Optional.empty();
  }

  private ColumnDefinition typed(ColumnDefinition column) {
    requireTypes(List.of(column));
    return column;
  }

  private Change drop() throws ParseException {
    if (reader.at("PARTITION", "FIELD")) {
      reader.expect("PARTITION", "FIELD");
      return new Change.DropPartitionField(partitionField());
    }
    boolean word = acceptColumn();
    boolean ifExists = reader.ifExists();
    return new Change.DropColumn(reader.name(), ifExists);
  }

  private Change alterColumn() throws ParseException {
    boolean word = acceptColumn();
    SqlIdentifier column = reader.name();
    if (reader.at("SET", "NOT")) {
      reader.expect("SET", "NOT", "NULL");
      return new Change.SetNullable(column, false);
    }
    if (reader.accept("SET", "DEFAULT")) {
      return new Change.SetDefault(column, Optional.of(reader.expression()));
    }
    if (reader.accept("DROP", "DEFAULT")) {
      return new Change.SetDefault(column, Optional.empty());
    }
    if (reader.accept("COMMENT")) {
      return new Change.SetComment(column, reader.string("a comment, as a string"));
    }
    Optional<Place> place = place();
    if (place.isPresent()) {
      return new Change.MoveColumn(column, place.get());
    }
    if (reader.at("DROP")) {
      reader.expect("DROP", "NOT", "NULL");
      return new Change.SetNullable(column, true);
    }
    boolean ignored = reader.accept("SET", "DATA", "TYPE") || reader.accept("TYPE");
    return new Change.ChangeType(column, reader.parser.DataType());
  }
}
