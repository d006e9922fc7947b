package io.bauplan.server.cli;

import io.bauplan.server.cli.render.SafeText;
import io.bauplan.server.config.Version;
import io.bauplan.server.wire.ErrorStatus;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
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
    versionProvider = BauplanCommand.VersionText.class)
public final class BauplanCommand implements Runnable {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  private static final Set<String> NEED_ALL = Set.of("help", "completion");

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

  /// Runs a command line and gives the exit code: 0 done, 1 failed, 2 used wrongly, 130
  /// interrupted.
  static int execute(Console console, String... arguments) {
    return commandLine(console, arguments).execute(arguments);
  }

  /// Reading annotations is most of a short command's time: a command line that names its command
  /// gets that one only, unless it does not parse so.
  private static CommandLine commandLine(Console console, String... arguments) {
    Map<String, Supplier<Object>> all = commands();
    Optional<String> named = Arrays.stream(arguments).filter(all::containsKey).findFirst();
    if (named.isPresent() && !NEED_ALL.contains(named.get())) {
      String name = named.get();
      CommandLine narrow =
          commandLine(console, Map.of(name, Objects.requireNonNull(all.get(name))));
      try {
        narrow.parseArgs(arguments);
        return narrow;
      } catch (ParameterException e) {
        // An option's value may be the name of a command, and help on errors knows all commands.
      }
    }
    return commandLine(console, all);
  }

  private static CommandLine commandLine(
      Console console, Map<String, Supplier<Object>> subcommands) {
    BauplanCommand root = new BauplanCommand(console);
    CommandLine line = new CommandLine(root);
    subcommands.forEach((name, command) -> line.addSubcommand(name, command.get()));
    line.setOut(new PrintWriter(console.out(), true));
    line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setExecutionExceptionHandler((error, command, parsed) -> root.failed(error));
    line.setParameterExceptionHandler(BauplanCommand::misused);
    return line;
  }

  /// In the order of the help text.
  private static Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> all = new LinkedHashMap<>();
    all.put("query", QueryCommand::new);
    all.put("sql", SqlCommand::new);
    all.put("run", RunCommand::new);
    all.put("job", JobCommand::new);
    all.put("explain", ExplainCommand::new);
    all.put("table", TableCommand::new);
    all.put("branch", BranchCommand::new);
    all.put("checkout", CheckoutCommand::new);
    all.put("tag", TagCommand::new);
    all.put("commit", CommitCommand::new);
    all.put("namespace", NamespaceCommand::new);
    all.put("function", FunctionCommand::new);
    all.put("env", EnvCommand::new);
    all.put("parameter", ParameterCommand::new);
    all.put("serve", ServeCommand::new);
    all.put("init", InitCommand::new);
    all.put("demo", DemoCommand::new);
    all.put("info", InfoCommand::new);
    all.put("version", VersionCommand::new);
    all.put("completion", CompletionCommand::new);
    all.put("help", HelpCommand::new);
    return all;
  }

  private static int misused(ParameterException error, String[] arguments) {
    CommandLine line = error.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("error: " + error.getMessage());
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
    EngineException shown = error instanceof StatementFailed statement ? statement.error() : engine;
    console.err().println(SafeText.lines(ErrorReport.render(shown, sql)));
    if (options.verbose) {
      shown.printStackTrace(console.err());
    }
    return shown.code() == io.bauplan.sql.error.ErrorCode.CANCELLED ? Interrupts.EXIT_CODE : FAILED;
  }
}
