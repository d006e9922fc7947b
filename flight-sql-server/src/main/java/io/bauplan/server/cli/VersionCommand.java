package io.bauplan.server.cli;

import io.bauplan.server.config.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "version", description = "Show the version.")
final class VersionCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    BauplanCommand root = (BauplanCommand) spec.root().userObject();
    boolean json = root.options.output == GlobalOptions.Output.json;
    root.console.print(
        json ? "[{\"version\":\"" + Version.text() + "\"}]\n" : "bauplan " + Version.text() + "\n");
    return BauplanCommand.OK;
  }
}
