package io.bauplan.exec.scan.store;

import java.util.regex.Pattern;

/// Shell patterns over `/`-separated paths: `*` and `?` stay within a level, `**` crosses levels.
final class Glob {
  private Glob() {}

  static boolean isGlob(String path) {
    for (int i = 0; i < path.length(); i++) {
      switch (path.charAt(i)) {
        case '*', '?', '[', '{' -> {
          return true;
        }
        default -> {}
      }
    }
    return false;
  }

  /// The part before the first level that has a wildcard, with its last `/`.
  static String fixedPrefix(String path) {
    int wild = 0;
    while (wild < path.length() && "*?[{".indexOf(path.charAt(wild)) < 0) {
      wild++;
    }
    return path.substring(0, path.lastIndexOf('/', wild == path.length() ? wild : wild) + 1);
  }

  static Pattern pattern(String glob) {
    StringBuilder regex = new StringBuilder();
    int braces = 0;
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> {
          if (glob.startsWith("**/", i)) {
            regex.append("(?:[^/]+/)*+");
            i += 2;
          } else if (glob.startsWith("**", i)) {
            regex.append(".*");
            i++;
          } else {
            regex.append("[^/]*");
          }
        }
        case '?' -> regex.append("[^/]");
        case '[' -> {
          int end = glob.indexOf(']', i + 2);
          if (end < 0) {
            regex.append("\\[");
          } else {
            String set = glob.substring(i + 1, end);
            boolean negated = set.startsWith("!") || set.startsWith("^");
            String members = (negated ? set.substring(1) : set).replace("\\", "\\\\");
            regex
                .append(negated ? "[^/" : "[")
                .append(members.replace("[", "\\[").replace("&", "\\&").replace("^", "\\^"))
                .append(']');
            i = end;
          }
        }
        case '{' -> {
          regex.append("(?:");
          braces++;
        }
        case '}' -> {
          regex.append(braces > 0 ? ")" : "\\}");
          braces = Math.max(0, braces - 1);
        }
        case ',' -> regex.append(braces > 0 ? "|" : ",");
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    while (braces-- > 0) {
      regex.append(')');
    }
    return Pattern.compile(regex.toString());
  }
}
