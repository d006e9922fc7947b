package io.bauplan.sql.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes `2023-01-01` as `DATE '2023-01-01'` outside strings and quoted names; a standard parser
/// reads it as 2021.
record UnquotedDates(String text, List<ParsedExpression.Warning> warnings) {
  private static final Pattern QUOTED_OR_DATE =
      Pattern.compile(
          "'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|(?<![\\w.$-])\\d{4}-\\d{2}-\\d{2}(?![\\w.$-])");

  static UnquotedDates quote(String text) {
    SourceText source = new SourceText(text);
    List<ParsedExpression.Warning> warnings = new ArrayList<>();
    StringBuilder quoted = new StringBuilder();
    Matcher matcher = QUOTED_OR_DATE.matcher(text);
    int end = 0;
    while (matcher.find()) {
      quoted.append(text, end, matcher.start());
      String found = matcher.group();
      if (Character.isDigit(found.charAt(0))) {
        quoted.append("DATE '").append(found).append('\'');
        warnings.add(
            new ParsedExpression.Warning(
                "read " + found + " as a date; write '" + found + "' to say so",
                source.position(matcher.start(), matcher.end())));
      } else {
        quoted.append(found);
      }
      end = matcher.end();
    }
    quoted.append(text, end, text.length());
    return new UnquotedDates(quoted.toString(), List.copyOf(warnings));
  }
}
