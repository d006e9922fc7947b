package io.bauplan.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "init", description = "Start a project: a folder with a first model.")
final class InitCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "DIR", description = "Default: this folder")
  Path directory = Path.of("");

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path folder = directory.toAbsolutePath().normalize();
    Files.createDirectories(folder);
    write(
        folder.resolve("bauplan_project.yml"),
        """
        project:
          id: %s
          name: %s
        """
            .formatted(UUID.randomUUID(), folder.getFileName()));
    write(
        folder.resolve("first_model.sql"),
        """
        -- bauplan: name=first_model materialization_strategy=REPLACE
        SELECT 1 AS id, 'hello' AS greeting
        """);
    write(folder.resolve(".gitignore"), ".bauplan/\n");
    BauplanCommand root = (BauplanCommand) spec.root().userObject();
    root.console.say("Made a project in " + folder + "\nRun it with: bauplan run " + folder);
    return BauplanCommand.OK;
  }

  private static void write(Path file, String text) throws IOException {
    if (Files.exists(file)) {
      throw EngineCommand.invalid(file + " exists already");
    }
    Files.writeString(file, text);
  }
}
