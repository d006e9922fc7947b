package io.bauplan.tests.quidem;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A Quidem script: SQL up to a line ending in `;`, then what is expected of it, closed by a line
/// beginning with `!` that says what the lines before it are.
///
/// @param name file name without its folder
record Script(String name, List<Step> steps) {
  /// What a script does next.
  sealed interface Step {
    /// Go on with the tables of this schema.
    record Use(String schema) implements Step {}

    /// A statement and everything that is expected of it.
    record Statement(int line, String sql, List<Expectation> expectations) implements Step {
      boolean expects(String command) {
        return expectations.stream().anyMatch(e -> e.command().equals(command));
      }

      /// The lines before the command; empty where the command is not there.
      List<String> content(String command) {
        return expectations.stream()
            .filter(e -> e.command().equals(command))
            .map(Expectation::content)
            .findFirst()
            .orElse(List.of());
      }
    }
  }

  /// @param command `ok`, `error`, `update`, `plan`, `type`, ...
  /// @param format in which rows are written: `mysql`, `psql`, `csv`, `oracle`
  record Expectation(String command, String format, List<String> content) {}

  /// Conditions of `!if` that hold; blocks under others are switched off in Calcite's own build.
  private static final Set<String> TRUE_CONDITIONS = Set.of("true", "use_old_decorr");

  static Script parse(String name, List<String> lines) {
    return new Parser(lines).parse(name);
  }

  private static final class Parser {
    private final List<String> lines;
    private final List<Step> steps = new ArrayList<>();
    private String format = "csv";
    private int at;

    Parser(List<String> lines) {
      this.lines = lines;
    }

    Script parse(String name) {
      List<String> text = new ArrayList<>();
      int begin = 0;
      boolean afterStatement = false;
      for (; at < lines.size(); at++) {
        String line = lines.get(at);
        if (line.startsWith("!")) {
          command(line.substring(1).strip(), List.copyOf(text));
          text.clear();
          afterStatement = false;
        } else if (text.isEmpty() && (line.isBlank() || line.startsWith("#"))) {
          // Nothing is expected of a statement that a comment follows.
          afterStatement &= line.isBlank();
        } else {
          if (text.isEmpty()) {
            begin = at + 1;
          }
          text.add(line);
          if (!afterStatement && line.stripTrailing().endsWith(";")) {
            String sql = String.join("\n", text).stripTrailing();
            steps.add(
                new Step.Statement(begin, sql.substring(0, sql.length() - 1), new ArrayList<>()));
            text.clear();
            afterStatement = true;
          }
        }
      }
      return new Script(name, List.copyOf(steps));
    }

    private void command(String command, List<String> content) {
      String[] words = command.split("\\s+");
      switch (words[0].toLowerCase(Locale.ROOT)) {
        case "use" -> steps.add(new Step.Use(words[1]));
        case "set" -> {
          if (words[1].equals("outputformat")) {
            format = words[2];
          }
        }
        case "if" -> {
          String condition = command.substring(command.indexOf('(') + 1, command.indexOf(')'));
          if (!TRUE_CONDITIONS.contains(condition)) {
            skipBlock();
          }
        }
        default -> {
          if (!steps.isEmpty() && steps.getLast() instanceof Step.Statement statement) {
            statement.expectations().add(new Expectation(words[0], format, content));
          }
        }
      }
    }

    private void skipBlock() {
      int depth = 1;
      while (depth > 0 && at + 1 < lines.size()) {
        String line = lines.get(++at);
        if (line.startsWith("!if")) {
          depth++;
        } else if (line.startsWith("!}")) {
          depth--;
        }
      }
    }
  }
}
