package io.bauplan.server.cli;

import io.bauplan.server.connection.EngineConnection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "namespace",
    description = "Namespaces of a branch.",
    subcommands = {
      NamespaceCommand.Ls.class,
      NamespaceCommand.Create.class,
      NamespaceCommand.Rm.class
    })
final class NamespaceCommand extends CommandGroup {

  @Command(name = "ls", description = "List namespaces.")
  static final class Ls extends EngineCommand {
    @Option(
        names = {"-r", "--ref"},
        paramLabel = "REF",
        description = "Branch, tag or commit")
    @Nullable String ref;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(connection.catalog("namespaces", arguments("reference", ref)), "namespace");
    }
  }

  @Command(name = "create", description = "Create a namespace.")
  static final class Create extends EngineCommand {
    @Parameters(paramLabel = "NAME")
    String name = "";

    @Option(
        names = {"-b", "--branch"},
        paramLabel = "BRANCH")
    @Nullable String branch;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return done(
          connection.catalog("create_namespace", arguments("name", name, "branch", branch)),
          "Created namespace " + name);
    }
  }

  @Command(name = "rm", description = "Delete an empty namespace.")
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
          connection.catalog("delete_namespace", arguments("name", name, "branch", branch)),
          "Deleted namespace " + name);
    }
  }
}
