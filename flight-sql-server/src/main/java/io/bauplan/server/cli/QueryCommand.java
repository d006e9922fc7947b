package io.bauplan.server.cli;

import io.bauplan.server.connection.EngineConnection;
import io.bauplan.udf.api.OutputListener;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(name = "query", description = "Run SQL and print the result.")
final class QueryCommand extends EngineCommand {
  private static final long DEFAULT_MAX_ROWS = 10;

  enum OutputFormat {
    table,
    csv,
    json,
    parquet
  }

  @Parameters(
      arity = "0..1",
      paramLabel = "SQL",
      description = "One or more statements; `-` or nothing reads standard input")
  @Nullable String sql;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Read the SQL from a file")
  @Nullable Path file;

  @Option(
      names = {"-r", "--ref"},
      paramLabel = "REF",
      description = "Branch, tag or commit")
  @Nullable String ref;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "For unqualified names")
  @Nullable String namespace;

  @Option(
      names = "--max-rows",
      paramLabel = "N",
      description = "Rows to print (default: 10 in a table, all otherwise)")
  @Nullable Long maxRows;

  @Option(names = "--all-rows", description = "Print every row")
  boolean allRows;

  @Option(names = "--no-trunc", description = "Do not cut wide cells")
  boolean noTrunc;

  @Option(names = "--no-cache", description = "Read from storage, not from the column cache")
  boolean noCache;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default: table, or json with -O json)")
  @Nullable OutputFormat format;

  @Option(
      names = "--output-file",
      paramLabel = "FILE",
      description = "Write the rows to a file; its ending names the format unless --format does")
  @Nullable Path outputFile;

  @Override
  @Nullable String reference() {
    return ref;
  }

  @Override
  @Nullable String namespace() {
    return namespace;
  }

  @Override
  int work(EngineConnection connection, Interrupts interrupts) throws Exception {
    List<String> statements = SqlScript.split(text()).all();
    if (statements.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "there is no SQL to run");
    }
    if (noCache) {
      connection.execute("SET column_cache = 'off'", OutputListener.NONE).close();
    }
    OutputFormat chosen = format();
    if (chosen == OutputFormat.parquet) {
      return writeParquet(connection, statements);
    }
    if (outputFile == null) {
      execute(connection, statements, chosen, console().out(), console().columns());
    } else {
      try (Writer out = Files.newBufferedWriter(outputFile)) {
        execute(connection, statements, chosen, out, 0);
      }
    }
    return BauplanCommand.OK;
  }

  private void execute(
      EngineConnection connection,
      List<String> statements,
      OutputFormat chosen,
      Writer out,
      int columns)
      throws IOException {
    ResultPrinter.Format shape =
        switch (chosen) {
          case table -> ResultPrinter.Format.table;
          case csv -> ResultPrinter.Format.csv;
          case json -> ResultPrinter.Format.json;
          case parquet -> throw new IllegalStateException("written by COPY");
        };
    ResultPrinter printer =
        new ResultPrinter(
            console(),
            out,
            shape,
            rowLimit(chosen),
            noTrunc ? 0 : columns,
            ResultPrinter.Notes.SAID);
    for (String statement : statements) {
      printer.execute(connection, statement);
    }
  }

  private long rowLimit(OutputFormat chosen) {
    if (allRows) {
      return -1;
    }
    if (maxRows != null) {
      return maxRows;
    }
    boolean forPeople = chosen == OutputFormat.table && outputFile == null;
    return forPeople ? DEFAULT_MAX_ROWS : -1;
  }

  private OutputFormat format() {
    if (format != null) {
      return format;
    }
    if (outputFile != null) {
      String name = String.valueOf(outputFile.getFileName());
      for (OutputFormat candidate : OutputFormat.values()) {
        if (name.endsWith("." + candidate)) {
          return candidate;
        }
      }
    }
    return isJson() ? OutputFormat.json : OutputFormat.table;
  }

  /// Parquet is written where the rows are.
  private int writeParquet(EngineConnection connection, List<String> statements)
      throws IOException {
    if (outputFile == null) {
      throw new ParameterException(spec.commandLine(), "parquet needs --output-file FILE");
    }
    String target = outputFile.toAbsolutePath().toString().replace("'", "''");
    ResultPrinter printer =
        new ResultPrinter(
            console(), console().out(), ResultPrinter.Format.table, 0, 0, ResultPrinter.Notes.SAID);
    for (String statement : statements.subList(0, statements.size() - 1)) {
      printer.execute(connection, statement);
    }
    String last = statements.get(statements.size() - 1);
    printer.execute(connection, "COPY (" + last + ") TO '" + target + "' FILE_FORMAT = PARQUET");
    return BauplanCommand.OK;
  }

  private String text() throws IOException {
    if (file != null && sql != null) {
      throw new ParameterException(spec.commandLine(), "give SQL or a file, not both");
    }
    if (file != null && !file.toString().equals("-")) {
      try {
        return Files.readString(file);
      } catch (NoSuchFileException e) {
        throw invalid("there is no file " + file);
      } catch (IOException e) {
        throw invalid(file + " cannot be read: " + e.getMessage());
      }
    }
    if (sql == null || sql.equals("-")) {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }
    return sql;
  }
}
