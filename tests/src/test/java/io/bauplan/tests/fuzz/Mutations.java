package io.bauplan.tests.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Damages statements, and makes texts that no grammar makes: deep, huge, strange.
final class Mutations {
  private static final Pattern TOKEN =
      Pattern.compile("\\s+|\\w+|'(?:[^']|'')*'|\"[^\"]*\"|.", Pattern.DOTALL);
  private static final List<String> STRANGE =
      List.of(
          "\u0000",
          "\uFEFF",
          "\u200B",
          "\u202E",
          "\uD83D",
          "😀",
          "'",
          "\"",
          "`",
          "$$",
          "/*",
          "*/",
          "--",
          ";",
          "\\",
          "((",
          "))",
          "[]",
          "{}",
          "::",
          "=>",
          "?",
          "$1",
          ":x",
          "@",
          "#",
          "0x",
          "1e999",
          "1e-999",
          ".5.",
          "99999999999999999999999999999999999999999",
          "NULL",
          "*",
          "DISTINCT",
          "OVER ()",
          "LATERAL",
          "ROW",
          "ARRAY[",
          "MAP[",
          "INTERVAL",
          "CASE",
          "END");
  private static final int MAX_DEPTH = 20_000;

  private final Random random;

  Mutations(Random random) {
    this.random = random;
  }

  String damaged(String sql, String other) {
    List<String> tokens = tokens(sql);
    List<String> others = tokens(other);
    for (int n = random.nextInt(4); n >= 0 && !tokens.isEmpty(); n--) {
      int at = random.nextInt(tokens.size());
      switch (random.nextInt(6)) {
        case 0 -> tokens.remove(at);
        case 1 -> tokens.add(at, tokens.get(random.nextInt(tokens.size())));
        case 2 -> tokens.set(at, others.get(random.nextInt(others.size())));
        case 3 -> tokens.add(at, " " + STRANGE.get(random.nextInt(STRANGE.size())) + " ");
        case 4 -> tokens.subList(at, Math.min(tokens.size(), at + random.nextInt(8))).clear();
        default -> {
          int to = random.nextInt(tokens.size());
          String moved = tokens.get(at);
          tokens.set(at, tokens.get(to));
          tokens.set(to, moved);
        }
      }
    }
    return String.join("", tokens);
  }

  private static List<String> tokens(String sql) {
    List<String> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(sql);
    while (matcher.find()) {
      tokens.add(matcher.group());
    }
    return tokens;
  }

  /// Deep nesting, long chains and huge literals.
  String extreme() {
    int n = 1 << (1 + random.nextInt(14));
    int times = Math.min(MAX_DEPTH, n + random.nextInt(n));
    return switch (random.nextInt(17)) {
      case 0 -> "SELECT " + "(".repeat(times) + "1" + ")".repeat(times);
      case 1 -> "SELECT 1" + " + 1".repeat(times);
      case 2 -> "SELECT " + "- ".repeat(times) + "1";
      case 3 -> "SELECT " + "NOT ".repeat(times) + "TRUE";
      case 4 -> "SELECT 'a'" + " || 'b'".repeat(times);
      case 5 -> "SELECT i FROM few WHERE i = 0" + " OR i = 1".repeat(times);
      case 6 -> "SELECT i FROM few WHERE i IN (0" + ", 1".repeat(times) + ")";
      case 7 -> "SELECT 1" + " UNION ALL SELECT 1".repeat(times);
      case 8 -> "SELECT * FROM few" + nested(times);
      case 9 -> "SELECT " + "CASE WHEN TRUE THEN ".repeat(times) + "1" + " END".repeat(times);
      case 10 -> "SELECT '" + "x😀".repeat(times) + "'";
      case 11 -> "SELECT " + "9".repeat(times);
      case 12 -> "SELECT 1." + "0".repeat(times) + "1";
      case 13 -> "VALUES (1)" + ", (1)".repeat(times);
      case 14 -> "SELECT 1 AS c" + ", 1".repeat(times);
      case 15 -> "SELECT " + "abs(".repeat(times) + "1" + ")".repeat(times);
      default ->
          "SELECT count(*) FROM few"
              + ", few".repeat(Math.min(12, times)).replace(", few", "")
              + ", few AS z";
    };
  }

  private static String nested(int times) {
    return " WHERE EXISTS (SELECT 1 FROM few".repeat(times) + ")".repeat(times);
  }
}
