package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.DataStatement.MergeAction;
import io.bauplan.sql.parser.DataStatement.When;
import io.bauplan.sql.parser.TokenReader.OptionKeys;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import io.bauplan.sql.plan.DataFileFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlDelete;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlUpdate;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/// `INSERT`, `UPDATE`, `DELETE`, `MERGE INTO`, `TRUNCATE`, `COPY`.
final class DataParser {
  private final TokenReader reader;

  DataParser(TokenReader reader) {
    this.reader = reader;
  }

  Statement parse() throws ParseException {
    Token first = reader.next();
    return switch (first.image.toUpperCase(Locale.ROOT)) {
      case "INSERT" -> insert(first);
      case "REPLACE" -> throw upsert(first);
      case "UPDATE" -> update(first);
      case "DELETE" -> delete(first);
      case "MERGE" -> merge(first);
      case "TRUNCATE" -> {
        boolean ignored = reader.accept("TABLE");
        boolean ifExists = reader.ifExists();
        SqlIdentifier table = reader.name();
        yield new DataStatement.Truncate(table, ifExists, reader.version(), reader.since(first));
      }
      default -> copy(first);
    };
  }

  private static EngineException upsert(Token at) {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "a table has no key by which inserted rows could replace others",
        SyntaxErrors.position(at),
        "Name the columns that identify a row: MERGE INTO t USING ... ON t.id = ... WHEN MATCHED "
            + "THEN UPDATE SET ... WHEN NOT MATCHED THEN INSERT ...",
        null);
  }

  private Statement insert(Token first) throws ParseException {
    if (reader.at("OR")) {
      throw upsert(reader.peek(1));
    }
    boolean overwrite = reader.accept("OVERWRITE");
    if (!reader.accept("INTO") && !overwrite) {
      throw reader.unexpected("INTO", "OVERWRITE");
    }
    boolean ignored = reader.accept("TABLE");
    SqlIdentifier table = reader.name();
    Optional<Version> at = reader.version();
    List<SqlIdentifier> columns = List.of();
    if (reader.at("(") && !reader.atQuery()) {
      columns = reader.names();
    }
    if (at.isEmpty()) {
      at = reader.version();
    }
    boolean byName = columns.isEmpty() && reader.accept("BY", "NAME");
    if (!reader.atQuery()) {
      throw reader.unexpected("SELECT", "VALUES");
    }
    SqlNode source = reader.query();
    if (reader.at("RETURNING")) {
      String feature = "INSERT ... RETURNING";
      while (!reader.atEnd()) {
        reader.next();
      }
      SourcePosition position = reader.since(first);
      return new Statement.Unsupported(
          feature, reader.slice(position), Optional.of(Refusals.hint(feature)), position);
    }
    if (reader.at("ON", "CONFLICT") || reader.at("ON", "DUPLICATE")) {
      throw upsert(reader.peek(1));
    }
    return new DataStatement.Insert(
        table, columns, byName, source, overwrite, at, reader.since(first));
  }

  private Optional<SqlIdentifier> alias(String... notAnAlias) throws ParseException {
    if (reader.accept("AS")) {
      return Optional.of(reader.simpleName());
    }
    for (String word : notAnAlias) {
      if (reader.at(word)) {
        return Optional.empty();
      }
    }
    return reader.atEnd() ? Optional.empty() : Optional.of(reader.simpleName());
  }

  private @Nullable SqlNode where() throws ParseException {
    return reader.accept("WHERE") ? reader.expression() : null;
  }

  private Statement update(Token first) throws ParseException {
    SqlIdentifier table = reader.name();
    Optional<Version> at = reader.version();
    Optional<SqlIdentifier> alias = alias("SET");
    reader.expect("SET");
    List<SqlIdentifier> columns = new ArrayList<>();
    List<SqlNode> values = new ArrayList<>();
    assignments(columns, values);
    Optional<SqlNode> from = source("FROM");
    SqlNode where = where();
    SqlParserPos position = TokenReader.position(reader.since(first));
    SqlUpdate update =
        new SqlUpdate(
            position,
            table,
            new SqlNodeList(columns, position),
            new SqlNodeList(values, position),
            where,
            null,
            alias.orElse(null));
    return new DataStatement.Update(update, from, at, reader.since(first));
  }

  private void assignments(List<SqlIdentifier> columns, List<SqlNode> values)
      throws ParseException {
    do {
      columns.add(reader.name());
      reader.expect("=");
      Token value = reader.peek(1);
      values.add(
          reader.accept("DEFAULT")
              ? SqlStdOperatorTable.DEFAULT.createCall(
                  TokenReader.position(SyntaxErrors.position(value)))
              : reader.expression());
    } while (reader.accept(","));
  }

  private Statement delete(Token first) throws ParseException {
    reader.expect("FROM");
    SqlIdentifier table = reader.name();
    Optional<Version> at = reader.version();
    Optional<SqlIdentifier> alias = alias("WHERE", "USING");
    Optional<SqlNode> using = source("USING");
    SqlNode where = where();
    SqlParserPos position = TokenReader.position(reader.since(first));
    return new DataStatement.Delete(
        new SqlDelete(position, table, where, null, alias.orElse(null)),
        using,
        at,
        reader.since(first));
  }

  private Optional<SqlNode> source(String word) throws ParseException {
    return reader.accept(word) ? Optional.of(reader.parser.StatementSource()) : Optional.empty();
  }

  private Statement merge(Token first) throws ParseException {
    reader.expect("INTO");
    SqlIdentifier table = reader.name();
    Optional<Version> at = reader.version();
    Optional<SqlIdentifier> alias = alias("USING");
    reader.expect("USING");
    SqlNode source = reader.parser.TableRef();
    reader.expect("ON");
    SqlNode condition = reader.expression();
    List<MergeAction> actions = new ArrayList<>();
    while (reader.accept("WHEN")) {
      actions.add(mergeAction());
    }
    if (actions.isEmpty()) {
      throw reader.unexpected("WHEN");
    }
    return new DataStatement.Merge(
        table, alias, source, condition, actions, at, reader.since(first));
  }

  private MergeAction mergeAction() throws ParseException {
    When when = when();
    Optional<SqlNode> condition =
        reader.accept("AND") ? Optional.of(reader.expression()) : Optional.empty();
    reader.expect("THEN");
    if (when == When.NOT_MATCHED) {
      reader.expect("INSERT");
      return mergeInsert(condition);
    }
    if (reader.accept("DELETE")) {
      return new MergeAction.Delete(when, condition);
    }
    if (!reader.accept("UPDATE")) {
      throw reader.unexpected("UPDATE", "DELETE");
    }
    reader.expect("SET");
    List<SqlIdentifier> columns = new ArrayList<>();
    List<SqlNode> values = new ArrayList<>();
    if (when != When.MATCHED || !reader.accept("*")) {
      assignments(columns, values);
    }
    return new MergeAction.Update(when, condition, columns, values);
  }

  private When when() throws ParseException {
    boolean matched = !reader.accept("NOT");
    reader.expect("MATCHED");
    if (matched) {
      return When.MATCHED;
    }
    if (!reader.accept("BY")) {
      return When.NOT_MATCHED;
    }
    if (reader.accept("SOURCE")) {
      return When.NOT_MATCHED_BY_SOURCE;
    }
    reader.expect("TARGET");
    return When.NOT_MATCHED;
  }

  private MergeAction mergeInsert(Optional<SqlNode> condition) throws ParseException {
    if (reader.accept("*")) {
      return new MergeAction.Insert(condition, List.of(), List.of());
    }
    List<SqlIdentifier> columns = reader.at("(") ? reader.names() : List.of();
    reader.expect("VALUES");
    List<SqlNode> values = reader.parser.StatementRow().getList();
    return new MergeAction.Insert(condition, columns, List.copyOf(values));
  }

  /// `COPY INTO t FROM`, `COPY t FROM`, `COPY t TO`, `COPY (query) TO`.
  private Statement copy(Token first) throws ParseException {
    boolean into = reader.accept("INTO");
    if (!into && reader.atQuery()) {
      SqlNode query = reader.query();
      return copyTo(first, query);
    }
    if (!into && !isCopyFrom()) {
      SqlIdentifier table = reader.name();
      SqlNode from =
          reader.parser.isVersionAhead()
              ? ReferenceText.readTableVersion(reader.parser, table)
              : table;
      return copyTo(first, QueryShorthands.allOf(from));
    }
    SqlIdentifier table = reader.name();
    Optional<Version> at = reader.version();
    List<SqlIdentifier> columns = reader.at("(") ? reader.names() : List.of();
    if (at.isEmpty()) {
      at = reader.version();
    }
    reader.expect("FROM");
    Token uriToken = reader.peek(1);
    String uri = reader.string("a file, glob or URI, as a string");
    Map<String, String> options = new LinkedHashMap<>();
    Optional<DataFileFormat> format = formatAndOptions(options, uriToken);
    return new DataStatement.CopyInto(
        table, columns, uri, format, Collections.unmodifiableMap(options), at, reader.since(first));
  }

  private boolean isCopyFrom() {
    for (int i = 1; ; i++) {
      Token token = reader.peek(i);
      if (token.image.equalsIgnoreCase("FROM")) {
        return true;
      }
      if (token.image.equalsIgnoreCase("TO")
          || token.image.isEmpty()
          || ReferenceText.isEnd(token)) {
        return false;
      }
    }
  }

  private Statement copyTo(Token first, SqlNode query) throws ParseException {
    reader.expect("TO");
    Token uriToken = reader.peek(1);
    String uri = reader.string("a file, as a string");
    Map<String, String> options = new LinkedHashMap<>();
    Optional<DataFileFormat> said = formatAndOptions(options, uriToken);
    DataFileFormat format =
        said.or(() -> DataFormats.byEnding(uri))
            .orElseThrow(
                () ->
                    new EngineException(
                        ErrorCode.SYNTAX_ERROR,
                        "the ending of '" + uri + "' does not tell its format",
                        SyntaxErrors.position(uriToken),
                        "Say it: FILE_FORMAT = PARQUET, CSV or JSON.",
                        null));
    return new DataStatement.CopyTo(
        query, uri, format, Collections.unmodifiableMap(options), reader.since(first));
  }

  private Optional<DataFileFormat> formatAndOptions(Map<String, String> options, Token uri)
      throws ParseException {
    Optional<DataFileFormat> format = Optional.empty();
    while (!reader.atEnd()) {
      Token at = reader.peek(1);
      if (reader.accept("FILE_FORMAT") || reader.accept("FORMAT")) {
        boolean assigned = reader.accept("=");
        if (reader.at("(")) {
          options.putAll(reader.options(OptionKeys.LOWER_CASE));
        } else {
          format = Optional.of(DataFormats.named(reader.optionValue(), at));
        }
      } else if (reader.accept("WITH") || reader.at("(")) {
        options.putAll(reader.options(OptionKeys.LOWER_CASE));
      } else {
        throw reader.unexpected("FILE_FORMAT", "(");
      }
    }
    for (String key : List.of("format", "type", "file_format")) {
      String value = options.remove(key);
      if (value != null) {
        format = Optional.of(DataFormats.named(value, uri));
      }
    }
    return format;
  }
}
