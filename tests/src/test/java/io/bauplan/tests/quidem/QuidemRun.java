package io.bauplan.tests.quidem;

import io.bauplan.exec.engine.Engine;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Runs the statements of a script and says of each query whether it gives what is expected.
///
/// A query expected to fail passes where it is refused as a user's error, whatever the words; one
/// that is there for its plan or types only passes where it runs.
final class QuidemRun {
  /// @param complaint what is wrong; empty = passed
  record Outcome(String script, int line, String sql, Optional<String> complaint) {
    /// Names the query in the lists of failures and exclusions.
    String key() {
      return script + ":" + line;
    }
  }

  private final Engine engine;
  private final Schemas schemas;

  QuidemRun(Engine engine, Schemas schemas) {
    this.engine = engine;
    this.schemas = schemas;
  }

  List<Outcome> run(Script script) throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    Session session = Session.DEFAULT;
    for (Script.Step step : script.steps()) {
      switch (step) {
        case Script.Step.Use(String schema) -> session = schemas.use(schema);
        case Script.Step.Statement statement -> {
          if (statement.expectations().isEmpty()) {
            continue;
          }
          long begin = System.nanoTime();
          Optional<String> complaint = complaint(session, statement);
          long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
          if (seconds >= 5) {
            System.out.println(script.name() + ":" + statement.line() + " took " + seconds + " s");
          }
          if (!statement.expects("update") || complaint.isPresent()) {
            outcomes.add(new Outcome(script.name(), statement.line(), statement.sql(), complaint));
          }
        }
      }
    }
    return outcomes;
  }

  private Optional<String> complaint(Session session, Script.Step.Statement statement) {
    boolean refusal = statement.expects("error");
    try {
      OurRows ours = OurRows.run(engine, session, statement.sql());
      if (refusal) {
        if (Comparison.onlyCase(String.join(" ", statement.content("error")))) {
          return Optional.empty();
        }
        return Optional.of(
            "is not refused; expected: "
                + String.join(" ", statement.content("error")).strip()
                + "; gives "
                + ours.rows().stream().limit(2).toList());
      }
      return statement.expectations().stream()
          .filter(expectation -> expectation.command().equals("ok"))
          .map(expected -> difference(statement.sql(), ours, ExpectedRows.read(expected)))
          .flatMap(Optional::stream)
          .findFirst();
    } catch (EngineException e) {
      boolean ofUser = e.code() != ErrorCode.INTERNAL_ERROR && e.code() != ErrorCode.NOT_SUPPORTED;
      return refusal && ofUser
          ? Optional.empty()
          : Optional.of(e.code() + ": " + e.getMessage().replace('\n', ' '));
    } catch (RuntimeException | Error e) {
      return Optional.of("THROWN " + e);
    }
  }

  private static Optional<String> difference(String sql, OurRows ours, ExpectedRows expected) {
    return sql.strip().toLowerCase(java.util.Locale.ROOT).startsWith("explain")
        ? Optional.empty()
        : Comparison.difference(sql, ours, expected);
  }
}
