package io.bauplan.server.endpoint;

import java.util.Optional;
import java.util.regex.Pattern;

/// A filter of metadata calls: `%` any characters, `_` one, `\` makes the next one ordinary. Names
/// match without regard to case, as SQL's do.
record NamePattern(Optional<Pattern> pattern) {
  static final NamePattern ALL = new NamePattern(Optional.empty());

  static NamePattern like(String text) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        regex.append(".*");
      } else if (c == '_') {
        regex.append('.');
      } else {
        boolean escapes = c == '\\' && i + 1 < text.length();
        regex.append(Pattern.quote(String.valueOf(escapes ? text.charAt(++i) : c)));
      }
    }
    int flags = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL;
    return new NamePattern(Optional.of(Pattern.compile(regex.toString(), flags)));
  }

  boolean matches(String name) {
    return pattern.isEmpty() || pattern.get().matcher(name).matches();
  }
}
