package io.bauplan.server.cli;

import io.bauplan.exec.batch.CellText;
import io.bauplan.server.cli.render.SafeText;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.server.connection.Reply;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.explain.ExplainFormat;
import io.bauplan.udf.api.OutputListener;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "explain", description = "Show how a query would run.")
final class ExplainCommand extends EngineCommand {
  @Parameters(
      paramLabel = "SQL|DIR",
      description = "The query, or a project's folder: the plans of its models")
  String sql = "";

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
      names = "--analyze",
      description = "Run it and show actual figures (a project runs dry: nothing is published)")
  boolean analyze;

  @Option(names = "--logical", description = "Show the tree before operators are chosen")
  boolean logical;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  ExplainFormat format = ExplainFormat.TEXT;

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
    if (analyze && logical) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, "--analyze and --logical cannot be given together");
    }
    String statement =
        "EXPLAIN %s (FORMAT %s) %s"
            .formatted(analyze ? "ANALYZE" : logical ? "LOGICAL" : "PHYSICAL", format, subject());
    try (Reply reply = connection.execute(statement, OutputListener.NONE)) {
      if (reply instanceof Reply.Rows rows) {
        while (rows.next()) {
          for (int row = 0; row < rows.root().getRowCount(); row++) {
            String line = CellText.text(rows.root().getVector(0), row);
            console().print(SafeText.lines(line == null ? "" : line) + "\n");
          }
        }
      }
    } catch (EngineException e) {
      throw new StatementFailed(e, statement);
    }
    return BauplanCommand.OK;
  }

  /// A folder is a project; anything else is SQL.
  private String subject() {
    Path folder;
    try {
      folder = Path.of(sql);
    } catch (InvalidPathException e) {
      return sql;
    }
    return Files.isDirectory(folder)
        ? "PIPELINE '" + folder.toAbsolutePath().normalize().toString().replace("'", "''") + "'"
        : sql;
  }
}
