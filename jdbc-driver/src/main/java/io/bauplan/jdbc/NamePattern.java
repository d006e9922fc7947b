package io.bauplan.jdbc;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A metadata name pattern: `%` is any text, `_` any character, `\` takes the next literally; no
/// pattern matches everything.
final class NamePattern {
  private final @Nullable Pattern regex;

  NamePattern(@Nullable String pattern) {
    this.regex = pattern == null || pattern.equals("%") ? null : compile(pattern);
  }

  boolean matches(@Nullable String name) {
    return regex == null || name != null && regex.matcher(name).matches();
  }

  private static Pattern compile(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '%') {
        regex.append(".*");
      } else if (c == '_') {
        regex.append('.');
      } else {
        char literal = c == '\\' && i + 1 < pattern.length() ? pattern.charAt(++i) : c;
        regex.append(Pattern.quote(String.valueOf(literal)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
  }
}
