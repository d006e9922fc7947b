package io.bauplan.server.cli;

import io.bauplan.server.connection.EngineConnection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "tag",
    description = "Tags of the catalog.",
    subcommands = {
      TagCommand.Ls.class,
      TagCommand.Create.class,
      TagCommand.Rm.class,
      TagCommand.Rename.class
    })
final class TagCommand extends CommandGroup {

  @Command(name = "ls", description = "List tags.")
  static final class Ls extends EngineCommand {
    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(connection.catalog("tags", arguments()), "name", "commit");
    }
  }

  @Command(name = "create", description = "Create a tag.")
  static final class Create extends EngineCommand {
    @Parameters(paramLabel = "NAME")
    String name = "";

    @Option(
        names = {"--from", "--from-ref"},
        paramLabel = "REF",
        description = "What it names (default: the branch checked out)")
    @Nullable String from;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return done(
          connection.catalog("create_tag", arguments("name", name, "from", from)),
          "Created tag " + name);
    }
  }

  @Command(name = "rm", description = "Delete a tag.")
  static final class Rm extends EngineCommand {
    @Parameters(paramLabel = "NAME")
    String name = "";

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return done(connection.catalog("delete_tag", arguments("name", name)), "Deleted tag " + name);
    }
  }

  @Command(name = "rename", description = "Rename a tag.")
  static final class Rename extends EngineCommand {
    @Parameters(index = "0", paramLabel = "NAME")
    String name = "";

    @Parameters(index = "1", paramLabel = "NEW_NAME")
    String to = "";

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return done(
          connection.catalog("rename_tag", arguments("name", name, "to", to)),
          "Renamed tag " + name + " to " + to);
    }
  }
}
