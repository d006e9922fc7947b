package io.bauplan.server.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "demo", description = "Make data, run the paper's pipeline over it, show the result.")
final class DemoCommand implements Callable<Integer> {
  private static final long DEFAULT_ROWS = 5_000_000;

  @Parameters(arity = "0..1", paramLabel = "DIR", description = "Default: a temporary folder")
  @Nullable Path directory;

  @Option(names = "--rows", paramLabel = "N", description = "Transactions (default: 5000000)")
  long rows = DEFAULT_ROWS;

  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    throw EngineCommand.invalid(
        "the demo of " + rows + " rows in " + directory + " is not part of this build");
  }
}
