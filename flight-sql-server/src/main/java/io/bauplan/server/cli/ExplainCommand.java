package io.bauplan.server.cli;

import io.bauplan.exec.batch.CellText;
import io.bauplan.server.cli.render.SafeText;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.server.connection.Reply;
import io.bauplan.sql.error.EngineException;
import io.bauplan.udf.api.OutputListener;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "explain", description = "Show how a query would run.")
final class ExplainCommand extends EngineCommand {
  @Parameters(paramLabel = "SQL")
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

  @Option(names = "--analyze", description = "Run it and show actual figures")
  boolean analyze;

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
    String statement = (analyze ? "EXPLAIN ANALYZE " : "EXPLAIN ") + sql;
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
}
