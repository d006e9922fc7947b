package io.bauplan.tests.sqllogictest;

import io.bauplan.tests.sqllogictest.ScriptRecord.Condition;
import io.bauplan.tests.sqllogictest.ScriptRecord.SortMode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the records of a script in the format of <https://sqlite.org/sqllogictest>. Owns the
/// stream.
final class ScriptReader implements AutoCloseable {
  private static final String RESULTS = "----";

  private final String name;
  private final BufferedReader in;
  private int lineNumber;

  ScriptReader(String name, InputStream in) {
    this.name = name;
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
  }

  /// The next record; empty at the end of the script.
  Optional<ScriptRecord> next() throws IOException {
    List<Condition> conditions = new ArrayList<>();
    for (String line = line(); line != null; line = line()) {
      String[] words = line.split("\\s+");
      switch (words[0]) {
        case "", "hash-threshold" -> {}
        case "onlyif" -> conditions.add(condition(Condition.Kind.ONLY_IF, line, words));
        case "skipif" -> conditions.add(condition(Condition.Kind.SKIP_IF, line, words));
        case "halt" -> {
          return Optional.of(new ScriptRecord.Halt(lineNumber, conditions));
        }
        case "statement" -> {
          int start = lineNumber + 1;
          boolean fails = words[1].equals("error");
          return Optional.of(new ScriptRecord.Statement(start, conditions, block(null), fails));
        }
        case "query" -> {
          return Optional.of(query(conditions, words));
        }
        default -> {
          if (!line.startsWith("#")) {
            throw new IOException(name + " line " + lineNumber + " is no record: " + line);
          }
        }
      }
    }
    return Optional.empty();
  }

  private ScriptRecord query(List<Condition> conditions, String[] words) throws IOException {
    int start = lineNumber + 1;
    SortMode sort =
        words.length > 2 ? SortMode.valueOf(words[2].toUpperCase(Locale.ROOT)) : SortMode.NOSORT;
    String sql = block(RESULTS);
    List<String> expected = new ArrayList<>();
    for (String line = line(); line != null && !line.isEmpty(); line = line()) {
      expected.add(line);
    }
    return new ScriptRecord.Query(start, conditions, sql, words[1], sort, expected);
  }

  /// Lines until an empty one, or until `end`.
  private String block(@Nullable String end) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line = line();
        line != null && !line.isEmpty() && !line.equals(end);
        line = line()) {
      text.append(text.isEmpty() ? "" : "\n").append(line);
    }
    return text.toString();
  }

  private static Condition condition(Condition.Kind kind, String line, String[] words) {
    int comment = line.indexOf('#');
    return new Condition(kind, words[1], comment < 0 ? "" : line.substring(comment + 1).strip());
  }

  private @Nullable String line() throws IOException {
    String line = in.readLine();
    lineNumber++;
    return line == null ? null : line.stripTrailing();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
