package io.bauplan.server.cli;

import io.bauplan.server.config.Version;
import io.bauplan.server.wire.ErrorStatus;
import io.bauplan.sql.error.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The root of the command line.
@Command(
    name = "bauplan",
    description = "SQL and Python pipelines over Iceberg tables, with branches.",
    versionProvider = BauplanCommand.VersionText.class,
    subcommands = {
      QueryCommand.class,
      SqlCommand.class,
      RunCommand.class,
      ExplainCommand.class,
      TableCommand.class,
      BranchCommand.class,
      CheckoutCommand.class,
      TagCommand.class,
      CommitCommand.class,
      NamespaceCommand.class,
      FunctionCommand.class,
      ParameterCommand.class,
      ServeCommand.class,
      InitCommand.class,
      DemoCommand.class,
      InfoCommand.class,
      VersionCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    })
public final class BauplanCommand implements Runnable {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  @Mixin final GlobalOptions options = new GlobalOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version")
  boolean version;

  @Spec CommandSpec spec;

  final Console console;

  BauplanCommand(Console console) {
    this.console = console;
  }

  static final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"bauplan " + Version.text()};
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  /// Runs a command line and gives the exit code: 0 done, 1 failed, 2 used wrongly, 130 interrupted.
  static int execute(Console console, String... arguments) {
    BauplanCommand root = new BauplanCommand(console);
    CommandLine line = new CommandLine(root);
    line.setOut(new PrintWriter(console.out(), true));
    line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setExecutionExceptionHandler((error, command, parsed) -> root.failed(error));
    line.setParameterExceptionHandler(BauplanCommand::misused);
    return line.execute(arguments);
  }

  private static int misused(ParameterException error, String[] arguments) {
    CommandLine line = error.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("Error: " + error.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(error, err)) {
      err.println("Usage: see `" + line.getCommandSpec().qualifiedName() + " --help`");
    }
    return USAGE;
  }

  private int failed(Exception error) {
    if (error instanceof UncheckedIOException || error instanceof IOException) {
      // Who reads our output has had enough of it.
      String message = String.valueOf(error.getMessage());
      if (message.contains("Broken pipe")) {
        return OK;
      }
    }
    EngineException engine = ErrorStatus.asEngineException(error);
    String sql = error instanceof StatementFailed statement ? statement.sql() : "";
    EngineException shown =
        error instanceof StatementFailed statement ? statement.error() : engine;
    console.err().println(ErrorText.of(shown, sql));
    if (options.verbose) {
      shown.printStackTrace(console.err());
    }
    return shown.code() == io.bauplan.sql.error.ErrorCode.CANCELLED
        ? Interrupts.EXIT_CODE
        : FAILED;
  }
}
