package io.bauplan.exec.run;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.project.ProjectConfig;
import io.bauplan.sql.project.ProjectConfig.Parameter;
import io.bauplan.sql.project.ProjectConfig.Required;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A run's parameters: the project's defaults and what the caller gave, typed as the project says.
final class RunParameters {
  private final Map<String, @Nullable Object> values;

  private final Set<String> secrets;

  private RunParameters(Map<String, @Nullable Object> values, Set<String> secrets) {
    this.values = values;
    this.secrets = Set.copyOf(secrets);
  }

  /// Texts that are written down nowhere.
  Set<String> secrets() {
    return secrets;
  }

  static RunParameters of(ProjectConfig config, Map<String, String> given) {
    for (String name : given.keySet()) {
      if (!config.parameters().containsKey(name)) {
        throw new EngineException(
                ErrorCode.INVALID_ARGUMENT, "the project has no parameter \"" + name + "\"")
            .withHint(
                NearestName.nearest(name, config.parameters().keySet())
                    .map(near -> "did you mean \"" + near + "\"?")
                    .orElse("declare it under parameters in bauplan_project.yml"));
      }
    }
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    Set<String> secrets = new LinkedHashSet<>();
    for (Parameter parameter : config.parameters().values()) {
      String text = given.get(parameter.name());
      if (text == null) {
        text = parameter.defaultValue().orElse(null);
      }
      if (text == null && parameter.required() == Required.YES) {
        throw new EngineException(
                ErrorCode.INVALID_ARGUMENT,
                "the parameter \"" + parameter.name() + "\" is required")
            .withHint("give it with --param " + parameter.name() + "=...");
      }
      values.put(parameter.name(), text == null ? null : typed(parameter, text));
      if (text != null
          && !text.isEmpty()
          && parameter.type() == ProjectConfig.ParameterType.SECRET) {
        secrets.add(text);
      }
    }
    return new RunParameters(values, secrets);
  }

  @Nullable Object value(String name) {
    if (!values.containsKey(name)) {
      throw new EngineException(
              ErrorCode.PROJECT_INVALID, "the project has no parameter \"" + name + "\"")
          .withHint(
              NearestName.nearest(name, values.keySet())
                  .map(near -> "did you mean \"" + near + "\"?")
                  .orElse("declare it under parameters in bauplan_project.yml"));
    }
    return values.get(name);
  }

  /// Replaces `$name` outside of quotes and comments by a SQL literal.
  String replace(String sql) {
    StringBuilder out = new StringBuilder(sql.length());
    int at = 0;
    while (at < sql.length()) {
      int end = skipQuoted(sql, at);
      if (end > at) {
        out.append(sql, at, end);
        at = end;
        continue;
      }
      char c = sql.charAt(at);
      if (c == '$'
          && at + 1 < sql.length()
          && Character.isJavaIdentifierStart(sql.charAt(at + 1))
          && sql.charAt(at + 1) != '$') {
        int stop = at + 1;
        while (stop < sql.length()
            && Character.isJavaIdentifierPart(sql.charAt(stop))
            && sql.charAt(stop) != '$') {
          stop++;
        }
        out.append(literal(value(sql.substring(at + 1, stop))));
        at = stop;
      } else {
        out.append(c);
        at++;
      }
    }
    return out.toString();
  }

  /// End of the quoted text or comment that begins at `at`; `at` where none does.
  private static int skipQuoted(String sql, int at) {
    char c = sql.charAt(at);
    if (c == '\'' || c == '"' || c == '`') {
      int end = sql.indexOf(c, at + 1);
      return end < 0 ? sql.length() : end + 1;
    }
    if (sql.startsWith("--", at)) {
      int end = sql.indexOf('\n', at);
      return end < 0 ? sql.length() : end;
    }
    if (sql.startsWith("/*", at)) {
      int end = sql.indexOf("*/", at + 2);
      return end < 0 ? sql.length() : end + 2;
    }
    return at;
  }

  private static String literal(@Nullable Object value) {
    return switch (value) {
      case null -> "NULL";
      case String text -> "'" + text.replace("'", "''") + "'";
      case Boolean flag -> flag ? "TRUE" : "FALSE";
      case Double number -> "CAST('" + number + "' AS DOUBLE)";
      default -> value.toString();
    };
  }

  private static Object typed(Parameter parameter, String text) {
    try {
      return switch (parameter.type()) {
        case STR, SECRET -> text;
        case INT -> Long.valueOf(text.trim());
        case FLOAT -> Double.valueOf(text.trim());
        case BOOL ->
            switch (text.trim().toLowerCase(Locale.ROOT)) {
              case "true", "1", "yes" -> Boolean.TRUE;
              case "false", "0", "no" -> Boolean.FALSE;
              default -> throw new NumberFormatException(text);
            };
      };
    } catch (NumberFormatException e) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "the parameter \""
              + parameter.name()
              + "\" is "
              + parameter.type().name().toLowerCase(Locale.ROOT)
              + ", which '"
              + text
              + "' is not",
          e);
    }
  }
}
