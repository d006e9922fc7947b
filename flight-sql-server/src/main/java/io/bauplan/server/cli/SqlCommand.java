package io.bauplan.server.cli;

import io.bauplan.server.cli.shell.SqlShell;
import io.bauplan.server.connection.EngineConnection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "sql", description = "Type SQL: a shell with history and completion.")
final class SqlCommand extends EngineCommand {
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
    new SqlShell(connection, console(), interrupts::reset).run();
    interrupts.reset();
    return BauplanCommand.OK;
  }
}
