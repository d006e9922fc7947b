package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.JobStatement.Argument;
import io.bauplan.sql.parser.JobStatement.Upkeep;
import io.bauplan.sql.parser.TokenReader.OptionKeys;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.parser.SqlParserPos;

/// `RUN PIPELINE`, `RERUN JOB`, `CALL`, `VACUUM`, `OPTIMIZE`, `ANALYZE`, `ROLLBACK TABLE`.
final class JobParser {
  private final TokenReader reader;

  JobParser(TokenReader reader) {
    this.reader = reader;
  }

  Statement parse() throws ParseException {
    Token first = reader.next();
    return switch (first.image.toUpperCase(Locale.ROOT)) {
      case "RUN" -> run(first);
      case "RERUN" -> {
        reader.expect("JOB");
        String job = reader.string("the job's id, as a string");
        yield new JobStatement.RerunJob(job, reader.since(first));
      }
      case "CALL" -> call(first);
      case "ROLLBACK" -> rollback(first);
      case "VACUUM" -> maintain(first, Upkeep.VACUUM);
      case "OPTIMIZE" -> maintain(first, Upkeep.OPTIMIZE);
      default -> maintain(first, Upkeep.ANALYZE);
    };
  }

  private Statement run(Token first) throws ParseException {
    reader.expect("PIPELINE");
    String directory = reader.string("the project's folder, as a string");
    Optional<Version> branch = Optional.empty();
    Map<String, String> parameters = Map.of();
    boolean dryRun = false;
    boolean strict = false;
    while (!reader.atEnd()) {
      if (reader.accept("ON")) {
        branch = Optional.of(reader.reference());
      } else if (reader.accept("WITH")) {
        parameters = reader.options(OptionKeys.AS_WRITTEN);
      } else if (reader.at("DRY")) {
        reader.expect("DRY", "RUN");
        dryRun = true;
      } else if (reader.accept("STRICT")) {
        strict = true;
      } else {
        throw reader.unexpected("ON BRANCH", "WITH", "DRY RUN", "STRICT");
      }
    }
    return new JobStatement.RunPipeline(
        directory, branch, parameters, dryRun, strict, reader.since(first));
  }

  /// Dremio's `VACUUM TABLE t EXPIRE SNAPSHOTS RETAIN_LAST 3`.
  private Map<String, String> expiry() throws ParseException {
    Map<String, String> options = new java.util.LinkedHashMap<>();
    while (!reader.atEnd()) {
      if (!reader.accept("RETAIN_LAST")) {
        throw reader.unexpected("RETAIN_LAST");
      }
      boolean assigned = reader.accept("=");
      options.put("retain_last", reader.optionValue());
    }
    return options;
  }

  private Statement call(Token first) throws ParseException {
    SqlIdentifier procedure = reader.name();
    List<Argument> arguments = new ArrayList<>();
    if (reader.accept("(") && !reader.accept(")")) {
      do {
        Optional<String> name = Optional.empty();
        if (reader.peek(2).image.equals("=>")) {
          // Any word, reserved or not: `rows => 10`.
          name = Optional.of(ReferenceText.readName(reader.parser, Version.Kind.REFERENCE).text());
          reader.expect("=>");
        }
        arguments.add(new Argument(name, reader.expression()));
      } while (reader.accept(","));
      reader.expect(")");
    }
    return new JobStatement.Call(procedure, arguments, reader.version(), reader.since(first));
  }

  /// `(a, b)`, Spark's `COMPUTE STATISTICS [FOR COLUMNS a, b | FOR ALL COLUMNS]`.
  private List<String> analyzedColumns() throws ParseException {
    if (reader.accept("COMPUTE", "STATISTICS")) {
      if (reader.accept("FOR", "ALL")) {
        reader.expect("COLUMNS");
        return List.of();
      }
      return reader.accept("FOR", "COLUMNS") ? columnNames() : List.of();
    }
    boolean options = reader.peek(3).image.equals("=") || reader.peek(3).image.equals("=>");
    if (options || !reader.accept("(")) {
      return List.of();
    }
    List<String> columns = columnNames();
    reader.expect(")");
    return columns;
  }

  private List<String> columnNames() throws ParseException {
    List<String> columns = new ArrayList<>();
    do {
      columns.add(reader.simpleName().getSimple());
    } while (reader.accept(","));
    return columns;
  }

  /// `ROLLBACK TABLE t TO SNAPSHOT '123'`, by the procedure.
  private Statement rollback(Token first) throws ParseException {
    reader.expect("TABLE");
    SqlIdentifier table = reader.name();
    reader.expect("TO");
    if (reader.at("TIMESTAMP")) {
      while (!reader.atEnd()) {
        reader.next();
      }
      String feature = "ROLLBACK TABLE ... TO TIMESTAMP";
      SourcePosition position = reader.since(first);
      return new Statement.Unsupported(
          feature, reader.slice(position), Optional.of(Refusals.hint(feature)), position);
    }
    boolean word = reader.accept("SNAPSHOT");
    String snapshot = reader.optionValue();
    SqlParserPos position = TokenReader.position(reader.since(first));
    return new JobStatement.Call(
        new SqlIdentifier(List.of("system", "rollback_to_snapshot"), position),
        List.of(
            new Argument(
                Optional.of("table"),
                SqlLiteral.createCharString(String.join(".", table.names), position)),
            new Argument(
                Optional.of("snapshot_id"), SqlLiteral.createExactNumeric(snapshot, position))),
        Optional.empty(),
        reader.since(first));
  }

  private Statement maintain(Token first, Upkeep kind) throws ParseException {
    boolean ignored = reader.accept("TABLE");
    SqlIdentifier table = reader.name();
    List<String> columns = kind == Upkeep.ANALYZE ? analyzedColumns() : List.of();
    Map<String, String> options = Map.of();
    if (reader.accept("WITH") || reader.at("(")) {
      options = reader.options(OptionKeys.LOWER_CASE);
    } else if (kind == Upkeep.VACUUM && reader.accept("EXPIRE", "SNAPSHOTS")) {
      options = expiry();
    }
    return new JobStatement.Maintain(kind, table, columns, options, reader.since(first));
  }
}
