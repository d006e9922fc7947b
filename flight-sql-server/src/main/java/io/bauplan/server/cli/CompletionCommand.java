package io.bauplan.server.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    description = "Print a completion script for bash and zsh: source <(bauplan completion)")
final class CompletionCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    BauplanCommand root = (BauplanCommand) spec.root().userObject();
    root.console.print(AutoComplete.bash("bauplan", spec.root().commandLine()));
    return BauplanCommand.OK;
  }
}
