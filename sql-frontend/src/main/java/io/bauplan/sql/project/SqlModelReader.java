package io.bauplan.sql.project;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.SqlText;
import io.bauplan.sql.parser.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A `.sql` file as a model: named after the file unless its header comment says otherwise.
final class SqlModelReader {
  private static final Pattern HEADER = Pattern.compile("(?m)^--\\s*bauplan:(.*)$");
  private static final Pattern OPTION = Pattern.compile("(\\w+)\\s*=\\s*(?:\"([^\"]*)\"|(\\S+))");
  private static final Pattern PARAMETER = Pattern.compile("\\$([A-Za-z_]\\w*)");
  private static final Set<String> OPTIONS =
      Set.of(
          "name",
          "materialization_strategy",
          "materialize",
          "partitioned_by",
          "overwrite_filter",
          "cache_strategy");

  private SqlModelReader() {}

  static Model.Sql read(String file, String text) {
    String stem = file.substring(file.lastIndexOf('/') + 1, file.length() - ".sql".length());
    Map<String, String> options = options(file, text);
    Materialization materialization =
        Materializations.of(
            Optional.ofNullable(options.get("materialization_strategy")),
            Optional.ofNullable(options.get("materialize")).map(Boolean::parseBoolean),
            SourcePosition.at(file, 1, 1));
    List<String> partitionedBy =
        Optional.ofNullable(options.get("partitioned_by"))
            .map(Materializations::list)
            .orElse(List.of());
    SourcePosition position = SourcePosition.at(file, 1, 1);
    Materializations.requirePartitions(materialization, partitionedBy, position);
    return new Model.Sql(
        options.getOrDefault("name", stem),
        text,
        SqlReads.of(query(file, text)),
        materialization,
        partitionedBy,
        Optional.ofNullable(options.get("overwrite_filter")),
        position);
  }

  private static org.apache.calcite.sql.SqlNode query(String file, String text) {
    try {
      // A parameter stands where a literal may stand; its value does not change which tables are
      // read.
      Statement statement = SqlText.parse(PARAMETER.matcher(text).replaceAll("NULL"));
      if (statement instanceof Statement.Query query) {
        return query.query();
      }
    } catch (EngineException e) {
      throw e.position().map(at -> e.withPosition(at.in(file))).orElse(e);
    }
    throw new EngineException(
        ErrorCode.PROJECT_INVALID,
        file + " is not a query",
        SourcePosition.at(file, 1, 1),
        "a model is one SELECT; it needs no CREATE and no INSERT",
        null);
  }

  private static Map<String, String> options(String file, String text) {
    Map<String, String> options = new HashMap<>();
    Matcher header = HEADER.matcher(text);
    while (header.find()) {
      Matcher option = OPTION.matcher(header.group(1));
      while (option.find()) {
        String name = option.group(1);
        if (!OPTIONS.contains(name)) {
          int line = (int) text.substring(0, header.start()).lines().count() + 1;
          throw new EngineException(
              ErrorCode.PROJECT_INVALID,
              "unknown option \"" + name + "\" in the header of " + file,
              SourcePosition.at(file, line, 1),
              "known options are " + String.join(", ", OPTIONS.stream().sorted().toList()),
              null);
        }
        options.put(name, option.group(2) != null ? option.group(2) : option.group(3));
      }
    }
    return options;
  }
}
