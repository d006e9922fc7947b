package io.bauplan.server.cli;

import io.bauplan.server.connection.EngineConnection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "function",
    description = "Functions in the catalog, and their calls that failed.",
    subcommands = {
      FunctionCommand.Ls.class,
      FunctionCommand.Get.class,
      FunctionCommand.Rm.class,
      DebugCommand.class
    })
final class FunctionCommand extends CommandGroup {

  @Command(name = "ls", description = "List functions.")
  static final class Ls extends EngineCommand {
    @Option(
        names = {"-r", "--ref"},
        paramLabel = "REF",
        description = "Branch, tag or commit")
    @Nullable String ref;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(
          connection.catalog("functions", arguments("reference", ref)),
          "namespace",
          "name",
          "language",
          "handler",
          "parameters");
    }
  }

  @Command(name = "get", description = "Show a function.")
  static final class Get extends EngineCommand {
    @Parameters(paramLabel = "NAME")
    String name = "";

    @Option(
        names = {"-r", "--ref"},
        paramLabel = "REF",
        description = "Branch, tag or commit")
    @Nullable String ref;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(
          connection.catalog("function", arguments("name", name, "reference", ref)),
          "name",
          "language",
          "handler",
          "source");
    }
  }

  @Command(name = "rm", description = "Delete a function.")
  static final class Rm extends EngineCommand {
    @Parameters(paramLabel = "NAME")
    String name = "";

    @Option(
        names = {"-b", "--branch"},
        paramLabel = "BRANCH")
    @Nullable String branch;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return done(
          connection.catalog("delete_table", arguments("name", name, "branch", branch)),
          "Deleted function " + name);
    }
  }
}
