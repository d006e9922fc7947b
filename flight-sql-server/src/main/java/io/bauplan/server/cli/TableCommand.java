package io.bauplan.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bauplan.server.cli.render.JsonRows;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "table",
    description = "Tables and views of a branch.",
    subcommands = {
      TableCommand.Ls.class,
      TableCommand.Get.class,
      TableCommand.Create.class,
      TableCommand.Import.class,
      TableCommand.Rm.class
    })
final class TableCommand extends CommandGroup {
  enum FileFormat {
    parquet,
    csv,
    json
  }

  /// The reader of files like this one.
  static FileFormat formatOf(String uri) {
    String name = uri.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|zst|bz2)$", "");
    if (name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".txt")) {
      return FileFormat.csv;
    }
    return name.endsWith(".json") || name.endsWith(".jsonl") || name.endsWith(".ndjson")
        ? FileFormat.json
        : FileFormat.parquet;
  }

  static String quotedName(String dotted) {
    return List.of(dotted.split("\\.")).stream()
        .map(part -> "\"" + part.replace("\"", "\"\"") + "\"")
        .collect(Collectors.joining("."));
  }

  static String quotedText(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /// Files are read by the engine, whose working folder may be another.
  static String absolute(String uri) {
    return uri.contains("://")
        ? uri
        : java.nio.file.Path.of("").toAbsolutePath().resolve(uri).normalize().toString();
  }

  @Command(name = "ls", description = "List tables and views.")
  static final class Ls extends EngineCommand {
    @Parameters(arity = "0..1", paramLabel = "NAMESPACE")
    @Nullable String inNamespace;

    @Option(
        names = {"-r", "--ref"},
        paramLabel = "REF",
        description = "Branch, tag or commit")
    @Nullable String ref;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(
          connection.catalog("tables", arguments("reference", ref, "namespace", inNamespace)),
          "namespace",
          "name",
          "kind",
          "rows",
          "bytes");
    }
  }

  @Command(name = "get", description = "Show a table's columns and figures.")
  static final class Get extends EngineCommand {
    @Parameters(paramLabel = "TABLE")
    String name = "";

    @Option(
        names = {"-r", "--ref"},
        paramLabel = "REF",
        description = "Branch, tag or commit")
    @Nullable String ref;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      JsonNode rows = connection.catalog("table", arguments("name", name, "reference", ref));
      if (isJson()) {
        return show(rows);
      }
      JsonNode table = rows.get(0);
      table
          .properties()
          .forEach(
              field -> {
                if (field.getValue().isValueNode() && !field.getValue().isNull()) {
                  console()
                      .print(
                          String.format("%-10s %s%n", field.getKey(), field.getValue().asText()));
                }
              });
      console()
          .print(
              JsonRows.table(
                  table.path("columns"), List.of("name", "type", "nullable"), console().columns()));
      return BauplanCommand.OK;
    }
  }

  @Command(
      name = "create",
      description = "Create an empty table whose columns are those of some files.")
  static final class Create extends EngineCommand {
    @Parameters(paramLabel = "TABLE")
    String name = "";

    @Option(
        names = {"--search-uri", "--from"},
        required = true,
        paramLabel = "URI",
        description = "Files: a path, a glob or s3://...")
    String uri = "";

    @Option(names = "--format", paramLabel = "FORMAT", description = "${COMPLETION-CANDIDATES}")
    @Nullable FileFormat format;

    @Option(
        names = {"-b", "--branch"},
        paramLabel = "BRANCH")
    @Nullable String branch;

    @Option(names = "--partitioned-by", paramLabel = "EXPR", description = "e.g. day(ts)")
    @Nullable String partitionedBy;

    @Option(names = "--replace", description = "Replace a table of that name")
    boolean replace;

    @Option(names = "--import", description = "Import the files, too")
    boolean alsoImport;

    @Override
    @Nullable String reference() {
      return branch;
    }

    @Override
    int work(EngineConnection connection, Interrupts interrupts) throws IOException {
      FileFormat reader = format == null ? formatOf(uri) : format;
      String create =
          (replace ? "CREATE OR REPLACE TABLE " : "CREATE TABLE ")
              + quotedName(name)
              + (partitionedBy == null ? "" : " PARTITIONED BY (" + partitionedBy + ")")
              + " AS SELECT * FROM read_"
              + reader
              + "("
              + quotedText(absolute(uri))
              + ")"
              + (alsoImport ? "" : " WHERE FALSE");
      statements(this).execute(connection, create);
      return BauplanCommand.OK;
    }
  }

  @Command(
      name = "import",
      description = "Add the rows of files to a table; without one, make it from them.")
  static final class Import extends EngineCommand {
    @Parameters(paramLabel = "TABLE")
    String name = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "URI")
    @Nullable String positionalUri;

    @Option(
        names = {"--search-uri", "--from"},
        paramLabel = "URI",
        description = "Files: a path, a glob or s3://...")
    @Nullable String uri;

    @Option(names = "--format", paramLabel = "FORMAT", description = "${COMPLETION-CANDIDATES}")
    @Nullable FileFormat format;

    @Option(
        names = {"-b", "--branch"},
        paramLabel = "BRANCH")
    @Nullable String branch;

    @Override
    @Nullable String reference() {
      return branch;
    }

    @Override
    int work(EngineConnection connection, Interrupts interrupts) throws IOException {
      String from = uri == null ? positionalUri : uri;
      if (from == null) {
        throw new ParameterException(spec.commandLine(), "which files? give --search-uri URI");
      }
      FileFormat reader = format == null ? formatOf(from) : format;
      String files = quotedText(absolute(from));
      String copy =
          "COPY INTO "
              + quotedName(name)
              + " FROM "
              + files
              + " FILE_FORMAT = "
              + reader.name().toUpperCase(Locale.ROOT);
      try {
        statements(this).execute(connection, copy);
      } catch (StatementFailed e) {
        if (e.error().code() != ErrorCode.TABLE_NOT_FOUND) {
          throw e;
        }
        // A first import makes the table.
        statements(this)
            .execute(
                connection,
                "CREATE TABLE "
                    + quotedName(name)
                    + " AS SELECT * FROM read_"
                    + reader
                    + "("
                    + files
                    + ")");
      }
      return BauplanCommand.OK;
    }
  }

  @Command(name = "rm", description = "Delete a table or view.")
  static final class Rm extends EngineCommand {
    @Parameters(paramLabel = "TABLE")
    String name = "";

    @Option(
        names = {"-b", "--branch"},
        paramLabel = "BRANCH")
    @Nullable String branch;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return done(
          connection.catalog("delete_table", arguments("name", name, "branch", branch)),
          "Deleted table " + name);
    }
  }

  private static ResultPrinter statements(EngineCommand command) {
    return new ResultPrinter(
        command.console(),
        command.console().out(),
        command.isJson() ? ResultPrinter.Format.json : ResultPrinter.Format.table,
        -1,
        command.console().columns(),
        ResultPrinter.Notes.SAID);
  }
}
