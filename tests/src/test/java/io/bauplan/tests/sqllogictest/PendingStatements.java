package io.bauplan.tests.sqllogictest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Statements between two queries that are run. Each statement is a commit, so what nobody sees is
/// left out: rows inserted one by one become one INSERT a table, and tables and views that are
/// dropped before a query could read them are never made.
final class PendingStatements {
  private static final Pattern INSERT =
      Pattern.compile(
          "INSERT\\s+INTO\\s+(\\w+)\\s*(?:\\(([^)]*)\\))?\\s*VALUES\\s*\\((.*)\\)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern CREATE =
      Pattern.compile(
          "CREATE\\s+(?:TABLE|VIEW)\\s+(\\w+)\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern TARGET =
      Pattern.compile(
          "(?:CREATE\\s+(?:TABLE|VIEW)|DROP\\s+(?:TABLE|VIEW)(?:\\s+IF\\s+EXISTS)?"
              + "|(?:INSERT(?:\\s+OR\\s+\\w+)?|REPLACE)\\s+INTO|DELETE\\s+FROM|UPDATE)\\s+(\\w+)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern DROP =
      Pattern.compile(
          "DROP\\s+(?:TABLE|VIEW)\\s+(IF\\s+EXISTS\\s+)?(\\w+)\\s*", Pattern.CASE_INSENSITIVE);

  /// @param changes name of the table or view that the statement makes or changes, in lower case;
  ///     empty where it is not known
  private record Pending(ScriptRecord.Statement statement, String changes) {}

  /// A statement to run.
  ///
  /// @param changes name of the table or view that it makes or changes, in lower case; empty where
  ///     it is not known
  /// @param fails whether the script expects an error
  record Ready(int line, String sql, String changes, boolean fails) {}

  private final List<Pending> pending = new ArrayList<>();
  private final Predicate<String> exists;

  /// @param exists whether the engine has a table or view of a name (in lower case)
  PendingStatements(Predicate<String> exists) {
    this.exists = exists;
  }

  void add(ScriptRecord.Statement statement) {
    String sql = statement.sql();
    Matcher drop = DROP.matcher(sql);
    if (drop.matches()) {
      String name = drop.group(2).toLowerCase(Locale.ROOT);
      if (forget(name) || (drop.group(1) != null && !mentioned(name) && !exists.test(name))) {
        return;
      }
    }
    Matcher target = TARGET.matcher(sql);
    String changes = target.lookingAt() ? target.group(1).toLowerCase(Locale.ROOT) : "";
    pending.add(new Pending(statement, changes));
  }

  /// Forgets a table or view that was made since the last query and that nothing else reads.
  private boolean forget(String name) {
    Pattern word = Pattern.compile("\\b" + name + "\\b", Pattern.CASE_INSENSITIVE);
    int made = -1;
    for (int i = pending.size() - 1; i >= 0 && made < 0; i--) {
      boolean own = pending.get(i).changes().equals(name);
      String sql = pending.get(i).statement().sql();
      if (own && CREATE.matcher(sql).matches()) {
        made = i;
      } else if (!own && !pending.get(i).changes().isEmpty() && word.matcher(sql).find()) {
        return false;
      }
    }
    if (made < 0) {
      return false;
    }
    List<Pending> since = pending.subList(made, pending.size());
    since.removeIf(
        entry ->
            entry.changes().equals(name)
                || (entry.changes().isEmpty() && word.matcher(entry.statement().sql()).find()));
    return true;
  }

  private boolean mentioned(String name) {
    return pending.stream().anyMatch(entry -> entry.changes().equals(name));
  }

  /// Takes all statements out, rows of one table in one INSERT.
  List<Ready> take() {
    List<Ready> ready = new ArrayList<>();
    Map<String, Rows> rows = new LinkedHashMap<>();
    for (Pending entry : pending) {
      Matcher insert = INSERT.matcher(entry.statement().sql());
      if (insert.matches() && !entry.statement().fails()) {
        Rows row = Rows.of(entry, insert);
        rows.merge(row.target(), row, Rows::plus);
      } else {
        rows.values().forEach(group -> ready.add(group.insert()));
        rows.clear();
        ScriptRecord.Statement own = entry.statement();
        ready.add(new Ready(own.line(), own.sql(), entry.changes(), own.fails()));
      }
    }
    rows.values().forEach(group -> ready.add(group.insert()));
    pending.clear();
    return ready;
  }

  /// Rows for one list of columns of one table.
  private record Rows(int line, String table, String target, List<String> values) {
    static Rows of(Pending entry, Matcher insert) {
      int line = entry.statement().line();
      String table = insert.group(1);
      if (insert.group(2) == null) {
        return new Rows(line, entry.changes(), table, new ArrayList<>(List.of(insert.group(3))));
      }
      List<String> columns = Arrays.stream(insert.group(2).split(",")).map(String::strip).toList();
      List<String> literals = literals(insert.group(3));
      Map<String, String> byColumn = new TreeMap<>();
      for (int i = 0; i < columns.size(); i++) {
        byColumn.put(columns.get(i), literals.get(i));
      }
      return new Rows(
          line,
          entry.changes(),
          table + "(" + String.join(",", byColumn.keySet()) + ")",
          new ArrayList<>(List.of(String.join(",", byColumn.values()))));
    }

    Rows plus(Rows later) {
      values.addAll(later.values);
      return this;
    }

    Ready insert() {
      return new Ready(
          line,
          "INSERT INTO "
              + target
              + " VALUES "
              + values.stream().map(v -> "(" + v + ")").collect(Collectors.joining(",")),
          table,
          false);
    }

    /// Splits at the commas outside of texts.
    private static List<String> literals(String text) {
      List<String> literals = new ArrayList<>();
      int start = 0;
      boolean quoted = false;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '\'') {
          quoted = !quoted;
        } else if (c == ',' && !quoted) {
          literals.add(text.substring(start, i).strip());
          start = i + 1;
        }
      }
      literals.add(text.substring(start).strip());
      return literals;
    }
  }
}
