package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.DefinitionStatement.Change;
import io.bauplan.sql.parser.DefinitionStatement.ColumnDefinition;
import io.bauplan.sql.parser.DefinitionStatement.ObjectKind;
import io.bauplan.sql.parser.DefinitionStatement.PartitionField;
import io.bauplan.sql.parser.TokenReader.OptionKeys;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;

/// `CREATE`, `ALTER`, `DROP` of tables, views, namespaces and expectations, and `REFRESH`.
final class DefinitionParser {
  private final TokenReader reader;
  private final TableElements elements;

  DefinitionParser(TokenReader reader) {
    this.reader = reader;
    this.elements = new TableElements(reader);
  }

  Statement parse() throws ParseException {
    Token first = reader.next();
    return switch (first.image.toUpperCase(Locale.ROOT)) {
      case "CREATE" -> create(first);
      case "DROP" -> drop(first);
      case "ALTER" -> alter(first);
      default -> {
        reader.expect("MATERIALIZED", "VIEW");
        SqlIdentifier name = reader.name();
        yield new DefinitionStatement.RefreshView(name, reader.version(), reader.since(first));
      }
    };
  }

  private Statement create(Token first) throws ParseException {
    Existing existing = reader.accept("OR", "REPLACE") ? Existing.REPLACE : Existing.FAIL;
    // Snowflake's tables without fail-safe: here all have the same retention.
    boolean ignored = reader.accept("TRANSIENT");
    if (reader.accept("TABLE")) {
      return createTable(first, existing);
    }
    if (reader.accept("VIEW")) {
      return createView(first, existing, false);
    }
    if (reader.accept("MATERIALIZED")) {
      reader.expect("VIEW");
      return createView(first, existing, true);
    }
    if (reader.accept("FUNCTION")) {
      return new FunctionParser(reader, false).parse(first, existing);
    }
    if (reader.at("AGGREGATE")) {
      reader.expect("AGGREGATE", "FUNCTION");
      return new FunctionParser(reader, true).parse(first, existing);
    }
    if (acceptNamespace()) {
      existing = reader.ifNotExists() ? Existing.KEEP : existing;
      SqlIdentifier name = reader.name();
      return new DefinitionStatement.CreateNamespace(
          name, existing, reader.version(), reader.since(first));
    }
    if (reader.accept("EXPECTATION")) {
      existing = reader.ifNotExists() ? Existing.KEEP : existing;
      SqlIdentifier name = reader.name();
      reader.expect("ON");
      SqlIdentifier table = reader.name();
      Optional<Version> at = reader.version();
      reader.expect("CHECK", "(");
      SqlNode condition = reader.expression();
      reader.expect(")");
      return new DefinitionStatement.CreateExpectation(
          name, table, condition, existing, at, reader.since(first));
    }
    if (OtherDialects.statement(prepended(first)).isPresent()) {
      return StatementParser.unsupported(reader, first, 2);
    }
    throw reader.unexpected(
        "TABLE",
        "VIEW",
        "FUNCTION",
        "AGGREGATE FUNCTION",
        "NAMESPACE",
        "BRANCH",
        "TAG",
        "MATERIALIZED",
        "EXPECTATION");
  }

  private List<Token> prepended(Token first) {
    List<Token> tokens = new ArrayList<>(List.of(first));
    tokens.addAll(reader.ahead());
    return tokens;
  }

  private boolean acceptNamespace() {
    return reader.accept("NAMESPACE")
        || reader.accept("SCHEMA")
        || reader.accept("DATABASE")
        || reader.accept("FOLDER");
  }

  private Statement refused(Token first, String feature) {
    while (!reader.atEnd()) {
      reader.next();
    }
    SourcePosition position = reader.since(first);
    return new Statement.Unsupported(
        feature, reader.slice(position), Optional.of(Refusals.hint(feature)), position);
  }

  private Statement createTable(Token first, Existing asked) throws ParseException {
    Existing existing = reader.ifNotExists() ? Existing.KEEP : asked;
    SqlIdentifier name = reader.name();
    Optional<Version> at = reader.version();
    List<ColumnDefinition> columns = List.of();
    Optional<SqlNode> query = Optional.empty();
    if (reader.at("(", "LIKE")) {
      reader.expect("(");
      query = Optional.of(copied());
      reader.expect(")");
    } else if (reader.at("(") && !reader.atQuery()) {
      columns = elements.columns();
    }
    List<PartitionField> partitioning = List.of();
    Map<String, String> properties = Map.of();
    while (!reader.atEnd()) {
      if (reader.accept("PARTITIONED", "BY") || reader.accept("PARTITION", "BY")) {
        partitioning = elements.partitioning();
      } else if (reader.accept("WITH") || reader.accept("TBLPROPERTIES")) {
        properties = reader.options(OptionKeys.AS_WRITTEN);
      } else if (columns.isEmpty() && (reader.at("CLONE") || reader.at("LIKE"))) {
        query = Optional.of(copied());
        break;
      } else if (reader.at("USING")) {
        reader.expect("USING", "ICEBERG");
      } else if (reader.at("AT") && at.isEmpty()) {
        at = reader.version();
      } else if (reader.accept("AS") || reader.atQuery()) {
        query = Optional.of(reader.query());
        break;
      } else {
        throw columns.isEmpty()
            ? reader.unexpected("AS", "(")
            : reader.unexpected("PARTITIONED BY", "WITH", "AS");
      }
    }
    if (columns.isEmpty() && query.isEmpty()) {
      throw reader.unexpected("AS", "(");
    }
    if (query.isEmpty()) {
      elements.requireTypes(columns);
    }
    return new DefinitionStatement.CreateTable(
        name, columns, partitioning, properties, query, existing, at, reader.since(first));
  }

  /// `CLONE t`, all rows of it; `LIKE t`, its columns without rows.
  private SqlNode copied() throws ParseException {
    boolean rows = reader.accept("CLONE");
    if (!rows) {
      reader.expect("LIKE");
    }
    SqlSelect all = QueryShorthands.allOf(reader.parser.TableRef());
    if (!rows) {
      all.setWhere(SqlLiteral.createBoolean(false, all.getParserPosition()));
    }
    return all;
  }

  private Statement createView(Token first, Existing asked, boolean materialized)
      throws ParseException {
    Existing existing = reader.ifNotExists() ? Existing.KEEP : asked;
    SqlIdentifier name = reader.name();
    Optional<Version> at = reader.version();
    List<SqlIdentifier> columns = reader.at("(") ? reader.names() : List.of();
    if (at.isEmpty()) {
      at = reader.version();
    }
    List<PartitionField> partitioning = List.of();
    Map<String, String> properties = Map.of();
    while (materialized && !reader.at("AS")) {
      if (reader.accept("PARTITIONED", "BY")) {
        partitioning = elements.partitioning();
      } else if (reader.accept("WITH")) {
        properties = reader.options(OptionKeys.AS_WRITTEN);
      } else {
        throw reader.unexpected("PARTITIONED BY", "WITH", "AS");
      }
    }
    reader.expect("AS");
    Token queryStart = reader.peek(1);
    if (!reader.atQuery()) {
      throw reader.unexpected("SELECT", "WITH", "VALUES", "FROM");
    }
    SqlNode query = reader.query();
    return new DefinitionStatement.CreateView(
        name,
        columns,
        query,
        reader.slice(reader.since(queryStart)),
        materialized,
        partitioning,
        properties,
        existing,
        at,
        reader.since(first));
  }

  private Statement drop(Token first) throws ParseException {
    ObjectKind kind;
    if (reader.accept("TABLE")) {
      kind = ObjectKind.TABLE;
    } else if (reader.accept("VIEW")) {
      kind = ObjectKind.VIEW;
    } else if (reader.at("MATERIALIZED")) {
      reader.expect("MATERIALIZED", "VIEW");
      kind = ObjectKind.MATERIALIZED_VIEW;
    } else if (reader.accept("FUNCTION")) {
      kind = ObjectKind.FUNCTION;
    } else if (acceptNamespace()) {
      kind = ObjectKind.NAMESPACE;
    } else if (reader.accept("EXPECTATION")) {
      kind = ObjectKind.EXPECTATION;
    } else {
      throw reader.unexpected(
          "TABLE", "VIEW", "FUNCTION", "NAMESPACE", "BRANCH", "TAG", "MATERIALIZED", "EXPECTATION");
    }
    boolean ifExists = reader.ifExists();
    SqlIdentifier name = reader.name();
    Optional<Version> at = reader.version();
    boolean cascade = reader.accept("CASCADE");
    boolean restrict = !cascade && reader.accept("RESTRICT");
    boolean purge = reader.accept("PURGE");
    return new DefinitionStatement.Drop(kind, name, ifExists, cascade, at, reader.since(first));
  }

  private Statement alter(Token first) throws ParseException {
    boolean view = reader.accept("VIEW");
    if (!view) {
      if (!reader.accept("TABLE")) {
        throw reader.unexpected("TABLE", "VIEW", "BRANCH", "TAG");
      }
    }
    boolean ifExists = reader.ifExists();
    SqlIdentifier table = reader.name();
    Optional<Version> at = reader.version();
    for (String words : List.of("REFRESH METADATA", "FORGET METADATA", "CLUSTER BY", "SWAP WITH")) {
      if (reader.at(words.split(" "))) {
        return refused(first, "ALTER TABLE ... " + words);
      }
    }
    List<Change> changes = new ArrayList<>();
    do {
      changes.addAll(elements.changes());
    } while (reader.accept(","));
    return new DefinitionStatement.AlterTable(table, ifExists, changes, at, reader.since(first));
  }
}
