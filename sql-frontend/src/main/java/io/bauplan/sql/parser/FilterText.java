package io.bauplan.sql.parser;

import java.util.List;

/// The `filter=` of a model's input as SQL text that can stand in a WHERE.
///
/// @param sql with unquoted ISO dates written as dates
/// @param warnings what its author should know about how it was read
public record FilterText(String sql, List<String> warnings) {
  /// @throws io.bauplan.sql.error.EngineException `SYNTAX_ERROR` with a position in `filter`
  public static FilterText of(String filter) {
    ParsedExpression parsed = SqlText.parseExpression(filter);
    return new FilterText(
        UnquotedDates.quote(filter).text(),
        parsed.warnings().stream().map(ParsedExpression.Warning::message).toList());
  }
}
