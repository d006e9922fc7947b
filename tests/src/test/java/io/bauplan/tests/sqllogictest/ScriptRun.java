package io.bauplan.tests.sqllogictest;

import io.bauplan.exec.engine.Engine;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs one script on a branch of its own: its statements, and of its queries those of the sample.
final class ScriptRun {
  /// Statements about indexes: hints for a speed that answers do not depend on.
  private static final Pattern INDEX =
      Pattern.compile(
          "(CREATE\\s+(UNIQUE\\s+)?INDEX|DROP\\s+INDEX|REINDEX)\\b.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern MADE =
      Pattern.compile("(CREATE|DROP)\\s+(?:TABLE|VIEW)\\b", Pattern.CASE_INSENSITIVE);
  /// Constraints that no table of ours has; the rows of the scripts keep to them.
  private static final Pattern CONSTRAINT =
      Pattern.compile("(?<=\\w\\s)UNIQUE\\b", Pattern.CASE_INSENSITIVE);
  private static final int SHOWN_VALUES = 12;

  /// Hears how queries end, and statements of which the script expects an error.
  interface Listener {
    void ended(String record, String sql, Outcome outcome, long nanos);

    void statement(long nanos);
  }

  private final Engine engine;
  private final Corpus corpus;
  private final Sample sample;
  private final Listener listener;

  ScriptRun(Engine engine, Corpus corpus, Sample sample, Listener listener) {
    this.engine = engine;
    this.corpus = corpus;
    this.sample = sample;
    this.listener = listener;
  }

  void run(String script) throws IOException {
    List<ScriptRecord> records = records(script);
    String name = "slt_" + script.replaceAll("\\W", "_");
    PinnedRef branch = engine.catalog().createBranch(name, engine.catalog().resolve("main"));
    try {
      new Replay(script, Session.DEFAULT.withReference(branch.name())).run(records);
    } finally {
      engine.catalog().deleteReference(engine.catalog().resolve(name));
    }
  }

  private List<ScriptRecord> records(String script) throws IOException {
    List<ScriptRecord> records = new ArrayList<>();
    try (ScriptReader reader = corpus.read(script)) {
      for (Optional<ScriptRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
        boolean ours =
            !Dialect.isForAnother(next.get().conditions())
                && (next.get() instanceof ScriptRecord.Query
                    || Dialect.leftOut(next.get().conditions()).isEmpty());
        if (ours && next.get() instanceof ScriptRecord.Halt) {
          break;
        }
        if (ours) {
          records.add(next.get());
        }
      }
    }
    return records;
  }

  private final class Replay {
    private final String script;
    private final Session session;
    private final Set<String> existing = new TreeSet<>();
    private final PendingStatements pending = new PendingStatements(existing::contains);

    /// Why the engine refused a statement, by the name of what it was to make or change.
    private final Map<String, String> refused = new TreeMap<>();

    Replay(String script, Session session) {
      this.script = script;
      this.session = session;
    }

    void run(List<ScriptRecord> records) {
      int queries = Sample.queries(records);
      for (ScriptRecord record : records) {
        switch (record) {
          case ScriptRecord.Statement statement -> {
            if (!INDEX.matcher(statement.sql()).matches()) {
              pending.add(statement);
            }
          }
          case ScriptRecord.Query query -> {
            if (sample.has(script, query.line(), queries)) {
              pending.take().forEach(this::statement);
              query(query);
            }
          }
          case ScriptRecord.Halt ignored -> {}
        }
      }
    }

    private void statement(PendingStatements.Ready statement) {
      long start = System.nanoTime();
      Optional<String> refusal = refusal(statement);
      long nanos = System.nanoTime() - start;
      listener.statement(nanos);
      if (statement.fails()) {
        listener.ended(
            record(statement.line()),
            statement.sql(),
            refusal.isPresent()
                ? new Outcome.Passed()
                : new Outcome.Wrong("ran where the script expects an error"),
            nanos);
      } else if (refusal.isPresent()) {
        refused.put(statement.changes(), refusal.get());
      }
    }

    private Optional<String> refusal(PendingStatements.Ready statement) {
      Matcher made = MADE.matcher(statement.sql());
      try {
        EngineRows.run(engine, session, CONSTRAINT.matcher(statement.sql()).replaceAll(""));
      } catch (EngineException e) {
        return Optional.of(cause(e));
      }
      if (made.lookingAt() && made.group(1).equalsIgnoreCase("CREATE")) {
        existing.add(statement.changes());
      } else if (made.lookingAt()) {
        existing.remove(statement.changes());
      }
      return Optional.empty();
    }

    private String record(int line) {
      return script + ":" + line;
    }

    private void query(ScriptRecord.Query query) {
      Optional<String> leftOut = Dialect.leftOut(query.conditions());
      long start = System.nanoTime();
      Outcome outcome = leftOut.isPresent() ? new Outcome.LeftOut(leftOut.get()) : outcome(query);
      listener.ended(record(query.line()), query.sql(), outcome, System.nanoTime() - start);
    }

    private Outcome outcome(ScriptRecord.Query query) {
      Optional<String> missing =
          refused.keySet().stream().filter(name -> names(query.sql(), name)).findFirst();
      if (missing.isPresent()) {
        return new Outcome.Refused("needs a statement refused: " + refused.get(missing.get()));
      }
      List<List<Object>> rows;
      try {
        rows = EngineRows.run(engine, session, query.sql());
      } catch (EngineException e) {
        return new Outcome.Refused(cause(e));
      }
      if (!rows.isEmpty() && rows.getFirst().size() != query.types().length()) {
        return new Outcome.Wrong(
            rows.getFirst().size() + " columns instead of " + query.types().length());
      }
      List<String> values = ResultText.values(rows, query.types(), query.sort());
      if (ResultText.matches(values, query.expected())) {
        return new Outcome.Passed();
      }
      return new Outcome.Wrong(
          values.size()
              + " values, hash "
              + ResultText.hash(values)
              + " "
              + values.stream().limit(SHOWN_VALUES).toList()
              + " instead of "
              + query.expected().stream().limit(SHOWN_VALUES).toList());
    }

    private static boolean names(String sql, String name) {
      return Pattern.compile("\\b" + name + "\\b", Pattern.CASE_INSENSITIVE).matcher(sql).find();
    }

    private static String cause(EngineException e) {
      return e.code() + ": " + e.getMessage();
    }
  }
}
