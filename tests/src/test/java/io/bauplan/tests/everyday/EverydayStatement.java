package io.bauplan.tests.everyday;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// One statement of a script and what has to come of it. A script holds statements that end with a
/// semicolon at the end of a line; then a line `=> a|b` for each row, `=> *` for any rows, or `!!
/// CODE` for the error with which it is refused (`*` for any), or `!= CODE` for the error that it
/// has to give in any engine.
///
/// @param rows the rows as text; empty where the statement gives none or any will do
/// @param error the code's name, where an error is expected
/// @param mistake whether that error is the right answer
/// @param oracle whether DuckDB has to give the same rows
record EverydayStatement(
    int line,
    String sql,
    List<String> rows,
    Optional<String> error,
    boolean mistake,
    boolean oracle) {
  static final String ANY = "*";

  boolean hasRows() {
    return !rows.isEmpty() && !rows.getFirst().equals(ANY);
  }

  static List<EverydayStatement> read(String file) throws IOException {
    List<EverydayStatement> statements = new ArrayList<>();
    List<String> lines = text(file).lines().toList();
    boolean oracle = true;
    int next = 0;
    while (next < lines.size()) {
      String line = lines.get(next);
      if (line.isBlank() || line.startsWith("-- ")) {
        oracle &= !line.equals("-- ours");
        next++;
        continue;
      }
      int begin = next;
      while (!lines.get(next).endsWith(";")) {
        next++;
      }
      String sql = String.join("\n", lines.subList(begin, ++next));
      int results = next;
      while (next < lines.size() && lines.get(next).matches("(=>|!!|!=) .*")) {
        next++;
      }
      statements.add(
          of(begin + 1, sql.substring(0, sql.length() - 1), lines.subList(results, next), oracle));
      oracle = true;
    }
    return statements;
  }

  private static EverydayStatement of(int line, String sql, List<String> results, boolean oracle) {
    List<String> rows = new ArrayList<>();
    Optional<String> error = Optional.empty();
    boolean mistake = false;
    for (String result : results) {
      if (result.startsWith("=>")) {
        rows.add(result.substring(3));
      } else {
        error = Optional.of(result.substring(3));
        mistake = result.startsWith("!=");
      }
    }
    return new EverydayStatement(line, sql, List.copyOf(rows), error, mistake, oracle);
  }

  private static String text(String file) throws IOException {
    try (InputStream in = EverydayStatement.class.getResourceAsStream("/everyday/" + file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
