package io.bauplan.sql.parser;

import io.bauplan.sql.parser.generated.Token;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What people type by habit of other engines, and how to say it here.
final class OtherDialects {
  private static final String NO_SEQUENCES =
      "There are no sequences: number rows with row_number() OVER (), or use gen_random_uuid().";
  private static final String ICEBERG =
      "Tables are Iceberg tables in the warehouse: leave it out, or use WITH (property = value).";
  private static final String NO_LOCKS = "Nothing is locked: a query reads one commit.";
  private static final String PARAMETERS = "A parameter is written ?.";
  private static final String TRANSACTIONS =
      "Every statement commits by itself; work on a branch and merge it for more than one.";
  private static final String ACCESS = "Who may do what is set where the server is configured.";
  private static final String FILES =
      "Files are read in place: SELECT * FROM read_parquet('...'), read_csv('...').";

  /// Words in a row, and the hint. Of several that fit, the first is taken.
  private record Habit(List<String> words, String hint) {
    Habit(String words, String hint) {
      this(List.of(words.split(" ")), hint);
    }
  }

  /// Within statements.
  private static final List<Habit> CLAUSES =
      List.of(
          new Habit("RETURNING", "Changed rows are not returned: SELECT them afterwards."),
          new Habit("AUTO_INCREMENT", NO_SEQUENCES),
          new Habit("AUTOINCREMENT", NO_SEQUENCES),
          new Habit("IDENTITY", NO_SEQUENCES),
          new Habit("GENERATED", NO_SEQUENCES),
          new Habit("SERIAL", "Write BIGINT. " + NO_SEQUENCES),
          new Habit("BIGSERIAL", "Write BIGINT. " + NO_SEQUENCES),
          new Habit("ENUM", "Write VARCHAR."),
          new Habit("MONEY", "Write DECIMAL(18, 2)."),
          new Habit("ENGINE", ICEBERG),
          new Habit("LOCATION", ICEBERG),
          new Habit("STORED", ICEBERG),
          new Habit("CHARSET", ICEBERG),
          new Habit("CLUSTER BY", "Write PARTITIONED BY (bucket(16, column)) or (day(column))."),
          new Habit("CLUSTERED BY", "Write PARTITIONED BY (bucket(16, column))."),
          new Habit("PARTITION BY (", "Write PARTITIONED BY (...)."),
          new Habit("ADD CONSTRAINT", "A table has no constraints but NOT NULL."),
          new Habit("ADD PRIMARY", "A table has no constraints but NOT NULL."),
          new Habit("ADD UNIQUE", "A table has no constraints but NOT NULL."),
          new Habit("ADD FOREIGN", "A table has no constraints but NOT NULL."),
          new Habit("CHANGE", "Write RENAME COLUMN a TO b, ALTER COLUMN b TYPE type."),
          new Habit("ALTER VIEW * AS", "Write CREATE OR REPLACE VIEW name AS SELECT ...."),
          new Habit("INTO * FROM", "Write CREATE TABLE new AS SELECT ...."),
          new Habit("FOR UPDATE", NO_LOCKS),
          new Habit("FOR SHARE", NO_LOCKS),
          new Habit("WITH ( NOLOCK", NO_LOCKS),
          new Habit("START WITH", "Write WITH RECURSIVE."),
          new Habit("CONNECT BY", "Write WITH RECURSIVE."),
          new Habit("( + )", "Write LEFT JOIN ... ON."),
          new Habit("SELECT [", "A name is quoted as \"name\", a list is ['a', 'b']."),
          new Habit("FROM [", "A name is quoted as \"name\"."),
          new Habit("REGEXP", "Write RLIKE, or regexp_like(text, pattern)."),
          new Habit("GLOB", "Write LIKE, or RLIKE for regular expressions."),
          new Habit("COLLATE", "Text is compared by code point: leave COLLATE out."),
          new Habit("= =", "Write = for equality."),
          new Habit("@", PARAMETERS),
          new Habit("#", PARAMETERS),
          new Habit(":", PARAMETERS),
          new Habit("LIMIT", "LIMIT and OFFSET take a number or ?, and stand at a query's end."),
          new Habit("OFFSET", "LIMIT and OFFSET take a number or ?, and stand at a query's end."),
          new Habit("DELETE *", "Write DELETE FROM table WHERE ...."),
          new Habit("UPDATE * ,", "Write UPDATE t SET ... FROM other WHERE t.id = other.id."),
          new Habit("TABLE * ,", "Name one table in a statement."),
          new Habit("TRUNCATE * ,", "Name one table in a statement."),
          new Habit("REFRESH TABLE", "A table is always read as it stands: nothing to refresh."),
          new Habit("LANGUAGE SQL", "Write CREATE VIEW, or a function in Python or Java."),
          new Habit("FROM STDIN", "Write COPY INTO table FROM 'file'."),
          new Habit("TO STDOUT", "Write COPY table TO 'file'."));

  /// Whole statements.
  private static final List<Habit> STATEMENTS =
      List.of(
          new Habit("CREATE INDEX", "Scans skip files by their statistics; PARTITIONED BY helps."),
          new Habit("CREATE UNIQUE", "A table has no constraints but NOT NULL, and no indexes."),
          new Habit(
              "CREATE CACHE",
              "Columns are cached by themselves; CREATE MATERIALIZED VIEW keeps results."),
          new Habit("CREATE ENVIRONMENT", "A function names its packages: PACKAGES = ('pandas')."),
          new Habit("CREATE SEQUENCE", NO_SEQUENCES),
          new Habit("CREATE TEMPORARY", "Write WITH name AS (...), or work on a branch."),
          new Habit("CREATE TEMP", "Write WITH name AS (...), or work on a branch."),
          new Habit("CREATE EXTERNAL", FILES),
          new Habit("CREATE STAGE", FILES),
          new Habit("CREATE SECRET", "Keys of object stores are in the server's environment."),
          new Habit("CREATE STREAM", "Write a pipeline: RUN PIPELINE 'folder'."),
          new Habit("CREATE TASK", "Write a pipeline: RUN PIPELINE 'folder'."),
          new Habit("CREATE USER", ACCESS),
          new Habit("CREATE ROLE", ACCESS),
          new Habit("GRANT", ACCESS),
          new Habit("REVOKE", ACCESS),
          new Habit("CREATE TRIGGER", "Write a pipeline: its models follow the tables they read."),
          new Habit("CREATE PROCEDURE", "Write a pipeline, or a function in Python or Java."),
          new Habit("CREATE MACRO", "Write a view, or a function in Python or Java."),
          new Habit("CREATE TYPE", "Write the type out where it is used: ROW(a INTEGER, ...)."),
          new Habit("CREATE EXTENSION", "Everything is built in."),
          new Habit("INSTALL", "Everything is built in."),
          new Habit("LOAD DATA", "Write COPY INTO table FROM 'file'."),
          new Habit("LOAD", "Everything is built in."),
          new Habit("UNLOAD", "Write COPY (SELECT ...) TO 'file'."),
          new Habit("ATTACH", FILES),
          new Habit("DETACH", FILES),
          new Habit("PRAGMA", "Write SHOW TABLES, DESCRIBE table or SET name = value."),
          new Habit("PREPARE", "Clients prepare statements with ? through JDBC or Flight SQL."),
          new Habit("EXECUTE", "Clients prepare statements with ? through JDBC or Flight SQL."),
          new Habit("DEALLOCATE", "Clients prepare statements with ? through JDBC or Flight SQL."),
          new Habit("SAVEPOINT", TRANSACTIONS),
          new Habit("RELEASE", TRANSACTIONS),
          new Habit("LOCK", NO_LOCKS),
          new Habit("RENAME", "Write ALTER TABLE a RENAME TO b."),
          new Habit("DECLARE", "Write WITH name AS (...), or a pipeline with parameters."),
          new Habit("EXEC", "Write CALL system.procedure(name => value)."),
          new Habit("DO", "Write a pipeline, or a function in Python or Java."),
          new Habit("CLUSTER", "Write OPTIMIZE table."),
          new Habit("REINDEX", "Write OPTIMIZE table."),
          new Habit("KILL", "Write CALL system.cancel_job, or stop the client."));

  private OtherDialects() {}

  /// How to say what a whole statement says; empty where it is nobody's habit.
  static Optional<String> statement(List<Token> tokens) {
    return STATEMENTS.stream()
        .filter(habit -> fits(habit.words, tokens, 0))
        .map(Habit::hint)
        .findFirst();
  }

  /// How to say what stands where the grammar refused a token.
  static Optional<String> clause(List<Token> tokens, int refused) {
    for (Habit habit : CLAUSES) {
      int first = Math.max(0, refused - habit.words.size() - 1);
      for (int at = first; at <= Math.min(refused + 1, tokens.size() - 1); at++) {
        if (fits(habit.words, tokens, at) && at + habit.words.size() > refused) {
          return Optional.of(habit.hint);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean fits(List<String> words, List<Token> tokens, int at) {
    if (at + words.size() > tokens.size()) {
      return false;
    }
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.equals("*") && !word.equals(tokens.get(at + i).image.toUpperCase(Locale.ROOT))) {
        return false;
      }
    }
    return true;
  }
}
