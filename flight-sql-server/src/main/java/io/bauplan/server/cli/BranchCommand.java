package io.bauplan.server.cli;

import io.bauplan.server.config.ProjectFolder;
import io.bauplan.server.connection.EngineConnection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "branch",
    description = "Branches of the catalog.",
    subcommands = {
      BranchCommand.Ls.class,
      BranchCommand.Create.class,
      BranchCommand.Rm.class,
      BranchCommand.Get.class,
      BranchCommand.Diff.class,
      BranchCommand.Merge.class,
      BranchCommand.Rename.class,
      CheckoutCommand.class
    })
final class BranchCommand extends CommandGroup {

  @Command(name = "ls", description = "List branches.")
  static final class Ls extends EngineCommand {
    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(connection.catalog("branches", arguments()), "active", "name", "commit");
    }
  }

  @Command(name = "create", description = "Create a branch.")
  static final class Create extends EngineCommand {
    @Parameters(paramLabel = "NAME")
    String name = "";

    @Option(
        names = {"--from", "--from-ref"},
        paramLabel = "REF",
        description = "Where it starts (default: the branch checked out)")
    @Nullable String from;

    @Option(names = "--if-not-exists", description = "Do nothing where it exists")
    boolean ifNotExists;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      try {
        return done(
            connection.catalog("create_branch", arguments("name", name, "from", from)),
            "Created branch " + name);
      } catch (io.bauplan.sql.error.EngineException e) {
        if (ifNotExists && e.code() == io.bauplan.sql.error.ErrorCode.REF_EXISTS) {
          return done(JSON.createArrayNode(), "Branch " + name + " exists");
        }
        throw e;
      }
    }
  }

  @Command(name = "rm", description = "Delete a branch.")
  static final class Rm extends EngineCommand {
    @Parameters(paramLabel = "NAME")
    String name = "";

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return done(
          connection.catalog("delete_branch", arguments("name", name)), "Deleted branch " + name);
    }
  }

  @Command(name = "get", description = "List the tables of a branch.")
  static final class Get extends EngineCommand {
    @Parameters(paramLabel = "NAME")
    String name = "";

    @Option(
        names = {"-n", "--namespace"},
        paramLabel = "NAME")
    @Nullable String inNamespace;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(
          connection.catalog("tables", arguments("reference", name, "namespace", inNamespace)),
          "namespace",
          "name",
          "kind",
          "rows",
          "bytes");
    }
  }

  @Command(name = "diff", description = "What a branch has that another has not.")
  static final class Diff extends EngineCommand {
    @Parameters(index = "0", paramLabel = "FROM")
    String from = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "TO")
    @Nullable String to;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      return show(connection.catalog("diff", arguments("from", from, "to", to)), "name", "change");
    }
  }

  @Command(name = "merge", description = "Merge a branch into another.")
  static final class Merge extends EngineCommand {
    @Parameters(paramLabel = "SOURCE")
    String source = "";

    @Option(
        names = "--into",
        paramLabel = "BRANCH",
        description = "Target (default: the branch checked out)")
    @Nullable String into;

    @Option(
        names = {"-m", "--message"},
        paramLabel = "TEXT")
    @Nullable String message;

    @Override
    int work(EngineConnection connection, Interrupts interrupts) {
      String target = into == null ? connection.reference() : into;
      return done(
          connection.catalog(
              "merge", arguments("source", source, "into", target, "message", message)),
          "Merged " + source + " into " + target);
    }
  }

  @Command(name = "rename", description = "Rename a branch.")
  static final class Rename extends EngineCommand {
    @Parameters(index = "0", paramLabel = "NAME")
    String name = "";

    @Parameters(index = "1", paramLabel = "NEW_NAME")
    String to = "";

    @Override
    int work(EngineConnection connection, Interrupts interrupts) throws IOException {
      int code =
          done(
              connection.catalog("rename_branch", arguments("name", name, "to", to)),
              "Renamed branch " + name + " to " + to);
      var warehouse = root().options.warehousePath();
      if (ProjectFolder.checkedOut(warehouse).filter(name::equals).isPresent()) {
        ProjectFolder.checkOut(warehouse, to);
      }
      return code;
    }
  }
}
