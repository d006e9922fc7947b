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
  private static final Pattern TABLE =
      Pattern.compile("(?:Table|Object) '(.*?)' not found.*", Pattern.DOTALL);
  private static final Pattern SIGNATURE =
      Pattern.compile("No match found for function signature (.*?)\\((.*)\\)", Pattern.DOTALL);
  private static final Pattern ARGUMENTS =
      Pattern.compile(
          "Cannot apply '(.*?)' to arguments of type '(.*?)'\\. ?Supported form\\(s\\): (.*)",
          Pattern.DOTALL);
  private static final Pattern TYPE = Pattern.compile("Unknown datatype name '(.*)'");
  private static final List<String> TYPES =
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
          "TIMESTAMP");
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
      return column(column.group(1), column.group(2), position, columns, cause);
    }
    Matcher table = TABLE.matcher(message);
    if (table.matches()) {
      return table(table.group(1), position, columns, cause);
    }
    Matcher signature = SIGNATURE.matcher(message);
    if (signature.matches()) {
      return function(signature.group(1), signature.group(2), position, cause);
    }
    Matcher arguments = ARGUMENTS.matcher(message);
    if (arguments.matches()) {
      ArgumentWords words =
          ArgumentWords.of(arguments.group(1), arguments.group(2), arguments.group(3));
      return error(
          ErrorCode.TYPE_MISMATCH, words.message(), position, Optional.of(words.hint()), cause);
    }
    Matcher type = TYPE.matcher(message);
    if (type.matches()) {
      return error(
          ErrorCode.TYPE_MISMATCH,
          "the type \"" + type.group(1) + "\" does not exist",
          position,
          NearestName.hint(type.group(1), TYPES),
          cause);
    }
    Optional<Wording> wording = Wording.of(message);
    if (wording.isPresent()) {
      Wording found = wording.get();
      return error(found.code(), words(found.message()), position, found.hint(), cause);
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

  private static EngineException column(
      String name,
      @Nullable String table,
      @Nullable SourcePosition position,
      Supplier<? extends Collection<String>> columns,
      Throwable cause) {
    Optional<String> hint = NearestName.hint(name, columns.get());
    if (hint.isEmpty() && NearestName.distance(name, "DISTINCT") == 1) {
      hint = Optional.of("did you mean DISTINCT?");
    } else if (hint.isEmpty() && table == null) {
      hint = Wording.ofUnknownColumn(name, position);
    }
    return error(
        ErrorCode.COLUMN_NOT_FOUND,
        "column \"" + name + "\" does not exist" + (table == null ? "" : " in \"" + table + "\""),
        position,
        hint,
        cause);
  }

  /// What stands before a dot may be a column, whose field is unknown.
  private static EngineException table(
      String name,
      @Nullable SourcePosition position,
      Supplier<? extends Collection<String>> columns,
      Throwable cause) {
    if (columns.get().stream().anyMatch(name::equalsIgnoreCase)) {
      return error(
          ErrorCode.COLUMN_NOT_FOUND,
          "column \"" + name + "\" has no such field",
          position,
          Optional.of("DESCRIBE shows the fields of a column."),
          cause);
    }
    return error(
        ErrorCode.TABLE_NOT_FOUND,
        "there is no table or alias \"" + name + "\" here",
        position,
        Optional.of("Columns are named after the alias of their table, where it has one."),
        cause);
  }

  private static EngineException function(
      String name, String types, @Nullable SourcePosition position, Throwable cause) {
    List<String> known = FunctionLists.known();
    String lower = name.toLowerCase(Locale.ROOT);
    if (known.contains(lower)) {
      return error(
          ErrorCode.FUNCTION_NOT_FOUND,
          "function "
              + lower
              + (types.isBlank()
                  ? " needs arguments"
                  : " does not take (" + words(types.replaceAll("[<>]", "")) + ")"),
          position,
          Optional.empty(),
          cause);
    }
    return error(
        ErrorCode.FUNCTION_NOT_FOUND,
        "function \"" + lower + "\" does not exist",
        position,
        NearestName.hint(lower, known)
            .or(
                () ->
                    Optional.of(
                        "docs/sql.md names the functions; SHOW FUNCTIONS lists those of users.")),
        cause);
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
        .replaceAll("(?i)RecordType\\(", "ROW(")
        .replaceAll("org\\.apache\\.calcite\\.[\\w.$]*", "internal")
        .replaceAll(" NOT NULL", "");
  }

  private static String lowerFirst(String message) {
    return message.length() > 1 && Character.isLowerCase(message.charAt(1))
        ? Character.toLowerCase(message.charAt(0)) + message.substring(1)
        : message;
  }
}
