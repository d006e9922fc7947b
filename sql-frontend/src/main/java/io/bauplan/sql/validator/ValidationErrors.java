package io.bauplan.sql.validator;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.error.SourcePosition;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.runtime.CalciteException;
import org.apache.calcite.sql.validate.SqlValidatorException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calcite's exceptions as ours: a code, the position in the statement, and words without
/// Calcite's.
public final class ValidationErrors {
  private static final Pattern COLUMN =
      Pattern.compile("Column '(.*?)' not found in (?:any table|table '(.*?)').*", Pattern.DOTALL);
  private static final Pattern AMBIGUOUS = Pattern.compile("Column '(.*)' is ambiguous");
  private static final Pattern TABLE =
      Pattern.compile("(?:Table|Object) '(.*?)' not found.*", Pattern.DOTALL);
  private static final Pattern SIGNATURE =
      Pattern.compile("No match found for function signature (.*?)\\((.*)\\)", Pattern.DOTALL);
  private static final Pattern ARGUMENTS =
      Pattern.compile(
          "Cannot apply '(.*?)' to arguments of type '(.*?)'\\. ?Supported form\\(s\\): (.*)",
          Pattern.DOTALL);
  private static final Pattern NOT_GROUPED =
      Pattern.compile("Expression '(.*)' is not being grouped");
  private static final Pattern CAST =
      Pattern.compile("Cast function cannot convert value of type (.*) to type (.*)");
  private static final Pattern TYPE = Pattern.compile("Unknown datatype name '(.*)'");
  private static final Pattern PREFIX =
      Pattern.compile("^(?:From|At) line \\d+, column \\d+(?: to line \\d+, column \\d+)?: ");

  private static final Logger LOG = LoggerFactory.getLogger(ValidationErrors.class);

  private ValidationErrors() {}

  /// @param columns names of columns in sight, for hints
  public static EngineException of(
      RuntimeException e, Supplier<? extends Collection<String>> columns) {
    if (e instanceof EngineException engine) {
      return engine;
    }
    Throwable deepest = e;
    SourcePosition position = null;
    for (Throwable t = e; t != null; t = t.getCause()) {
      deepest = t;
      if (t instanceof CalciteContextException c && c.getPosLine() > 0) {
        position =
            new SourcePosition(
                "", c.getPosLine(), c.getPosColumn(), c.getEndPosLine(), c.getEndPosColumn());
      }
      if (t instanceof EngineException engine) {
        return engine;
      }
      if (t instanceof SqlValidatorException) {
        break;
      }
    }
    String message = deepest.getMessage();
    boolean users =
        e instanceof CalciteContextException
            || deepest instanceof SqlValidatorException
            || deepest instanceof CalciteException;
    if (message == null || !users) {
      return unexpected(deepest, position);
    }
    return named(PREFIX.matcher(message).replaceFirst(""), position, columns, e);
  }

  private static EngineException unexpected(Throwable cause, @Nullable SourcePosition position) {
    if (cause instanceof UnsupportedOperationException) {
      return new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "this combination of clauses is not supported"
              + (cause.getMessage() == null ? "" : ": " + words(cause.getMessage())),
          position,
          null,
          cause);
    }
    if (isTime(cause)) {
      return new EngineException(
          ErrorCode.INVALID_DATETIME,
          "a date or timestamp is outside of the years 1 to 9999",
          position,
          null,
          cause);
    }
    if (isCalcites(cause)) {
      LOG.warn("event=planner_limit", cause);
      return new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "the planner cannot handle this combination of expressions and clauses",
          position,
          "Try it in steps: subqueries as WITH or views, constants of one type, fewer nestings.",
          cause);
    }
    return new EngineException(
        ErrorCode.INTERNAL_ERROR,
        "the planner failed on this statement",
        position,
        "Please report it with the statement.",
        cause);
  }

  /// Whether Calcite refused a constant time that was computed.
  private static boolean isTime(Throwable cause) {
    for (StackTraceElement frame : cause.getStackTrace()) {
      String name = frame.getClassName();
      if (!name.startsWith("com.google.")) {
        return name.matches("org\\.apache\\.calcite\\.util\\.(Date|Time|Timestamp)String");
      }
    }
    return false;
  }

  /// Whether Calcite gave up in code of its own, rather than we in ours.
  private static boolean isCalcites(Throwable cause) {
    for (StackTraceElement frame : cause.getStackTrace()) {
      String name = frame.getClassName();
      if (!name.startsWith("java.") && !name.startsWith("com.google.")) {
        return name.startsWith("org.apache.calcite.");
      }
    }
    return false;
  }

  private static EngineException named(
      String message,
      @Nullable SourcePosition position,
      Supplier<? extends Collection<String>> columns,
      Throwable cause) {
    Matcher column = COLUMN.matcher(message);
    if (column.matches()) {
      String name = column.group(1);
      return error(
          ErrorCode.COLUMN_NOT_FOUND,
          "column \""
              + name
              + "\" does not exist"
              + (column.group(2) == null ? "" : " in \"" + column.group(2) + "\""),
          position,
          NearestName.hint(name, columns.get()),
          cause);
    }
    Matcher ambiguous = AMBIGUOUS.matcher(message);
    if (ambiguous.matches()) {
      return error(
          ErrorCode.AMBIGUOUS_NAME,
          "column \"" + ambiguous.group(1) + "\" is in more than one table",
          position,
          Optional.of("Write the table's name before it: t." + ambiguous.group(1) + "."),
          cause);
    }
    Matcher table = TABLE.matcher(message);
    if (table.matches()) {
      return error(
          ErrorCode.TABLE_NOT_FOUND,
          "table \"" + table.group(1) + "\" does not exist here",
          position,
          Optional.empty(),
          cause);
    }
    Matcher signature = SIGNATURE.matcher(message);
    if (signature.matches()) {
      return function(signature.group(1), signature.group(2), position, cause);
    }
    Matcher arguments = ARGUMENTS.matcher(message);
    if (arguments.matches()) {
      return arguments(arguments, position, cause);
    }
    Matcher grouped = NOT_GROUPED.matcher(message);
    if (grouped.matches()) {
      return error(
          ErrorCode.INVALID_STATEMENT,
          "\"" + grouped.group(1) + "\" must appear in GROUP BY or inside an aggregate function",
          position,
          Optional.empty(),
          cause);
    }
    Matcher cast = CAST.matcher(message);
    if (cast.matches()) {
      return error(
          ErrorCode.TYPE_MISMATCH,
          "a value of type " + words(cast.group(1)) + " cannot be cast to " + words(cast.group(2)),
          position,
          Optional.empty(),
          cause);
    }
    Matcher type = TYPE.matcher(message);
    if (type.matches()) {
      return error(
          ErrorCode.TYPE_MISMATCH,
          "the type \"" + type.group(1) + "\" does not exist",
          position,
          NearestName.hint(
              type.group(1),
              List.of(
                  "BOOLEAN",
                  "TINYINT",
                  "SMALLINT",
                  "INTEGER",
                  "BIGINT",
                  "FLOAT",
                  "DOUBLE",
                  "DECIMAL",
                  "VARCHAR",
                  "BINARY",
                  "UUID",
                  "DATE",
                  "TIME",
                  "TIMESTAMP")),
          cause);
    }
    boolean types =
        message.contains("type") || message.contains("compar") || message.contains("Compar");
    return error(
        types ? ErrorCode.TYPE_MISMATCH : ErrorCode.INVALID_STATEMENT,
        lowerFirst(words(message)),
        position,
        Optional.empty(),
        cause);
  }

  private static EngineException function(
      String name, String types, @Nullable SourcePosition position, Throwable cause) {
    List<String> known =
        EngineOperators.table().getOperatorList().stream()
            .filter(o -> o instanceof org.apache.calcite.sql.SqlFunction)
            .map(o -> o.getName().toLowerCase(Locale.ROOT))
            .distinct()
            .toList();
    String lower = name.toLowerCase(Locale.ROOT);
    if (known.contains(lower)) {
      return error(
          ErrorCode.FUNCTION_NOT_FOUND,
          "function " + lower + " does not take (" + signatureTypes(types) + ")",
          position,
          Optional.empty(),
          cause);
    }
    return error(
        ErrorCode.FUNCTION_NOT_FOUND,
        "function \"" + lower + "\" does not exist",
        position,
        NearestName.hint(lower, known),
        cause);
  }

  private static EngineException arguments(
      Matcher match, @Nullable SourcePosition position, Throwable cause) {
    String operator = match.group(1);
    String found = match.group(2);
    int open = found.indexOf('(');
    String types = found.replaceAll("[<>]", "").strip();
    if (open >= 0 && found.endsWith(")")) {
      types = found.substring(open + 1, found.length() - 1).replaceAll("[<>]", "");
    }
    String shown = types.contains(" " + operator + " ") || open < 0 ? types : types;
    return error(
        ErrorCode.TYPE_MISMATCH,
        operator + " cannot take " + words(shown.replace(" " + operator + " ", " and ")),
        position,
        Optional.of(
            "It takes "
                + words(match.group(3).replaceAll("[<>']", "").replace("\n", " or "))
                + "."),
        cause);
  }

  private static String signatureTypes(String types) {
    return words(types.replaceAll("[<>]", ""));
  }

  private static EngineException error(
      ErrorCode code,
      String message,
      @Nullable SourcePosition position,
      Optional<String> hint,
      Throwable cause) {
    return new EngineException(code, message, position, hint.orElse(null), cause);
  }

  /// Type names as users write them, and no class names.
  static String words(String message) {
    return message
        .replaceAll("VARCHAR CHARACTER SET \"[^\"]*\"( COLLATE \"[^\"]*\")?", "VARCHAR")
        .replaceAll("TIMESTAMP_WITH_LOCAL_TIME_ZONE\\(\\d+\\)", "TIMESTAMP WITH LOCAL TIME ZONE")
        .replaceAll("(TIMESTAMP|TIME)\\(6\\)", "$1")
        .replace("VARBINARY", "BINARY")
        .replace("REAL", "FLOAT")
        .replaceAll("RecordType\\((.*)\\)", "($1)")
        .replaceAll("org\\.apache\\.calcite\\.[\\w.$]*", "internal")
        .replaceAll(" NOT NULL", "");
  }

  private static String lowerFirst(String message) {
    return message.length() > 1 && Character.isLowerCase(message.charAt(1))
        ? Character.toLowerCase(message.charAt(0)) + message.substring(1)
        : message;
  }
}
