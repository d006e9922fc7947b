package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.CreateFunction.Body;
import io.bauplan.sql.parser.CreateFunction.Field;
import io.bauplan.sql.parser.CreateFunction.Parameter;
import io.bauplan.sql.parser.CreateFunction.ResultColumn;
import io.bauplan.sql.parser.CreateFunction.Returns;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import io.bauplan.udf.api.Language;
import io.bauplan.udf.api.TableSemantics;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserUtil;
import org.jspecify.annotations.Nullable;

/// `CREATE [AGGREGATE] FUNCTION`, after these words. The clauses come in any order, each once.
final class FunctionParser {
  private static final Pattern QUANTITY = Pattern.compile("(\\d{1,15})\\s*([A-Za-z]*)");

  private final TokenReader reader;
  private final boolean aggregate;
  private @Nullable Language language;
  private Optional<String> runtimeVersion = Optional.empty();
  private List<String> packages = List.of();
  private Optional<LocalDate> packagesAsOf = Optional.empty();
  private boolean deterministic;
  private boolean skipsNulls;
  private Optional<String> handler = Optional.empty();
  private List<String> imports = List.of();
  private OptionalLong memoryBytes = OptionalLong.empty();
  private Optional<Duration> timeout = Optional.empty();
  private boolean internetAccess;
  private Optional<Body> body = Optional.empty();

  FunctionParser(TokenReader reader, boolean aggregate) {
    this.reader = reader;
    this.aggregate = aggregate;
  }

  Statement parse(Token first, Existing asked) throws ParseException {
    Existing existing = reader.ifNotExists() ? Existing.KEEP : asked;
    SqlIdentifier name = reader.name();
    List<Parameter> parameters = parameters();
    Optional<Version> at = reader.version();
    reader.expect("RETURNS");
    Returns returns = returns();
    if (reader.at("RETURN")) {
      String feature = "CREATE FUNCTION ... RETURN";
      while (!reader.atEnd()) {
        reader.next();
      }
      SourcePosition position = reader.since(first);
      return new Statement.Unsupported(
          feature, reader.slice(position), Optional.of(Refusals.hint(feature)), position);
    }
    while (!reader.atEnd()) {
      clause();
    }
    if (language == null) {
      throw reader.unexpected("LANGUAGE");
    }
    if (body.isEmpty() && imports.isEmpty()) {
      throw reader.unexpected("AS", "IMPORTS");
    }
    if (body.isEmpty() && handler.isEmpty()) {
      throw reader.unexpected("HANDLER");
    }
    return new CreateFunction(
        name,
        aggregate,
        parameters,
        returns,
        language,
        runtimeVersion,
        packages,
        packagesAsOf,
        deterministic,
        skipsNulls,
        handler,
        imports,
        memoryBytes,
        timeout,
        internetAccess,
        body,
        existing,
        at,
        reader.since(first));
  }

  private List<Parameter> parameters() throws ParseException {
    List<Parameter> parameters = new ArrayList<>();
    reader.expect("(");
    if (reader.accept(")")) {
      return parameters;
    }
    do {
      parameters.add(parameter());
    } while (reader.accept(","));
    reader.expect(")");
    return parameters;
  }

  private Parameter parameter() throws ParseException {
    SqlIdentifier name = reader.simpleName();
    if (!reader.accept("TABLE")) {
      SqlDataTypeSpec type = reader.parser.DataType();
      Optional<SqlNode> defaultValue =
          reader.accept("DEFAULT") ? Optional.of(reader.expression()) : Optional.empty();
      return new Parameter.Scalar(name, type, defaultValue);
    }
    Optional<List<Field>> columns = Optional.empty();
    if (reader.accept("(")) {
      List<Field> fields = new ArrayList<>();
      if (!reader.accept(")")) {
        do {
          fields.add(field());
        } while (reader.accept(","));
        reader.expect(")");
        columns = Optional.of(fields);
      }
    }
    TableSemantics semantics = TableSemantics.SET;
    if (reader.at("ROW")) {
      reader.expect("ROW", "SEMANTICS");
      semantics = TableSemantics.ROW;
    } else if (reader.at("SET")) {
      reader.expect("SET", "SEMANTICS");
    }
    return new Parameter.Table(name, columns, semantics);
  }

  private Field field() throws ParseException {
    SqlIdentifier name = reader.simpleName();
    SqlDataTypeSpec type = reader.parser.DataType();
    boolean nullable = !reader.at("NOT");
    if (!nullable) {
      reader.expect("NOT", "NULL");
    }
    return new Field(name, type, nullable);
  }

  private Returns returns() throws ParseException {
    if (!reader.accept("TABLE")) {
      return new Returns.Scalar(reader.parser.DataType());
    }
    if (!reader.accept("(") || reader.accept(")")) {
      return new Returns.AnyTable();
    }
    List<ResultColumn> columns = new ArrayList<>();
    do {
      Field field = field();
      Optional<SqlIdentifier> lineage =
          reader.accept("LINEAGE") ? Optional.of(reader.name()) : Optional.empty();
      columns.add(new ResultColumn(field, lineage));
    } while (reader.accept(","));
    reader.expect(")");
    return new Returns.Table(columns);
  }

  private void clause() throws ParseException {
    Token word = reader.next();
    switch (word.image.toUpperCase(Locale.ROOT)) {
      case "LANGUAGE" -> language = language();
      case "RUNTIME_VERSION" -> {
        assign();
        runtimeVersion = Optional.of(reader.optionValue());
      }
      case "PACKAGES" -> {
        assign();
        packages = reader.strings("a package, as a string");
      }
      case "PACKAGES_AS_OF" -> {
        assign();
        packagesAsOf = Optional.of(date());
      }
      case "IMMUTABLE", "DETERMINISTIC" -> deterministic = true;
      case "VOLATILE" -> deterministic = false;
      case "NOT" -> {
        reader.expect("DETERMINISTIC");
        deterministic = false;
      }
      case "RETURNS" -> {
        reader.expect("NULL", "ON", "NULL", "INPUT");
        skipsNulls = true;
      }
      case "STRICT" -> skipsNulls = true;
      case "CALLED" -> {
        reader.expect("ON", "NULL", "INPUT");
        skipsNulls = false;
      }
      case "HANDLER" -> {
        assign();
        handler = Optional.of(reader.string("the function's name in the code, as a string"));
      }
      case "IMPORTS" -> {
        assign();
        imports = reader.strings("a file, as a string");
      }
      case "MEMORY" -> {
        assign();
        memoryBytes = OptionalLong.of(memory());
      }
      case "TIMEOUT" -> {
        assign();
        timeout = Optional.of(duration());
      }
      case "INTERNET_ACCESS" -> {
        boolean assigned = reader.accept("=");
        internetAccess = assigned ? truth() : true;
      }
      case "AS" -> body = Optional.of(body());
      default ->
          throw SyntaxErrors.unexpected(
              word,
              word,
              List.of(
                  "LANGUAGE",
                  "RUNTIME_VERSION",
                  "PACKAGES",
                  "PACKAGES_AS_OF",
                  "IMMUTABLE",
                  "VOLATILE",
                  "RETURNS NULL ON NULL INPUT",
                  "CALLED ON NULL INPUT",
                  "HANDLER",
                  "IMPORTS",
                  "MEMORY",
                  "TIMEOUT",
                  "INTERNET_ACCESS",
                  "AS"));
    }
  }

  private void assign() {
    boolean ignored = reader.accept("=");
  }

  private Language language() {
    if (reader.accept("PYTHON")) {
      return Language.PYTHON;
    }
    if (reader.accept("JAVA")) {
      return Language.JAVA;
    }
    throw reader.unexpected("PYTHON", "JAVA");
  }

  private LocalDate date() {
    boolean word = reader.accept("DATE");
    Token at = reader.peek(1);
    String text = reader.string("a date, as DATE '2024-01-31'");
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw reader.invalid("'" + text + "' is no date; write it as 2024-01-31", at);
    }
  }

  private boolean truth() {
    if (reader.accept("TRUE")) {
      return true;
    }
    if (reader.accept("FALSE")) {
      return false;
    }
    throw reader.unexpected("TRUE", "FALSE");
  }

  private Body body() {
    Token token = reader.peek(1);
    if (token.kind == BauplanParserConstants.DOLLAR_QUOTED_STRING) {
      reader.next();
      return new Body(token.image.substring(2, token.image.length() - 2), token.beginLine);
    }
    if (token.kind == BauplanParserConstants.QUOTED_STRING) {
      reader.next();
      return new Body(SqlParserUtil.parseString(token.image), token.beginLine);
    }
    throw reader.unexpected("the code between $$ and $$");
  }

  /// `'2 GiB'`, `512 MB`, a number of bytes.
  private long memory() throws ParseException {
    Token at = reader.peek(1);
    Matcher matcher = QUANTITY.matcher(quantity());
    if (matcher.matches()) {
      long unit =
          switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "", "b" -> 1L;
            case "k", "kb", "kib" -> 1L << 10;
            case "m", "mb", "mib" -> 1L << 20;
            case "g", "gb", "gib" -> 1L << 30;
            case "t", "tb", "tib" -> 1L << 40;
            default -> 0;
          };
      long count = Long.parseLong(matcher.group(1));
      if (unit > 0 && count > 0 && count <= Long.MAX_VALUE / unit) {
        return count * unit;
      }
    }
    throw reader.invalid("this is no amount of memory; write it as '2 GiB' or '512 MiB'", at);
  }

  /// `'90 s'`, `'10 minutes'`, a number of seconds.
  private Duration duration() throws ParseException {
    Token at = reader.peek(1);
    Matcher matcher = QUANTITY.matcher(quantity());
    if (matcher.matches() && matcher.group(1).length() <= 9) {
      long count = Long.parseLong(matcher.group(1));
      Optional<Duration> duration =
          switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "ms", "millisecond", "milliseconds" -> Optional.of(Duration.ofMillis(count));
            case "", "s", "sec", "second", "seconds" -> Optional.of(Duration.ofSeconds(count));
            case "m", "min", "minute", "minutes" -> Optional.of(Duration.ofMinutes(count));
            case "h", "hour", "hours" -> Optional.of(Duration.ofHours(count));
            default -> Optional.empty();
          };
      if (duration.isPresent() && count > 0) {
        return duration.get();
      }
    }
    throw reader.invalid("this is no time; write it as '90 s' or '10 minutes'", at);
  }

  /// A string, or a number with a word after it.
  private String quantity() throws ParseException {
    Token first = reader.peek(1);
    StringBuilder text = new StringBuilder(reader.optionValue());
    if (first.kind == BauplanParserConstants.UNSIGNED_INTEGER_LITERAL
        && reader.peek(1).kind != BauplanParserConstants.EOF
        && QUANTITY.matcher(text + " " + reader.peek(1).image).matches()
        && isUnit(reader.peek(1).image)) {
      text.append(' ').append(reader.next().image);
    }
    return text.toString();
  }

  private static boolean isUnit(String word) {
    return word.matches("(?i)(ms|s|sec|seconds?|m|min|minutes?|h|hours?|[kmgt]i?b?|b)");
  }
}
