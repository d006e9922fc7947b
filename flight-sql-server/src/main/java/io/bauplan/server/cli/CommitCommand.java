package io.bauplan.server.cli;

import io.bauplan.server.connection.EngineConnection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "commit",
    description = "The catalog's history.",
    subcommands = CommitCommand.Ls.class)
final class CommitCommand extends CommandGroup {

  @Command(name = "ls", description = "List commits, newest first.")
  static final class Ls extends EngineCommand {
    @Option(
        names = {"-r", "--ref"},
        paramLabel = "REF",
        description = "Branch, tag or commit")
    @Nullable String ref;

    @Option(names = "--max-count", paramLabel = "N", description = "Commits to list (default: 25)")
    @Nullable Integer limit;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(
          connection.catalog("commits", arguments("reference", ref, "limit", limit)),
          "commit",
          "time",
          "author",
          "message");
    }
  }
}
