package io.bauplan.server.cli;

import io.bauplan.server.config.ProjectFolder;
import io.bauplan.server.connection.EngineConnection;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "checkout",
    description = "Choose the branch that commands use unless told otherwise.")
final class CheckoutCommand extends EngineCommand {
  @Parameters(paramLabel = "BRANCH")
  String branch = "";

  @Option(names = "-b", description = "Create it first")
  boolean create;

  @Override
  int work(EngineConnection connection, Interrupts interrupts) throws IOException {
    var rows =
        create
            ? connection.catalog("create_branch", arguments("name", branch))
            : connection.catalog("reference", arguments("name", branch));
    ProjectFolder.checkOut(root().options.warehousePath(), branch);
    return done(rows, "Using " + branch);
  }
}
