package io.bauplan.server.cli;

import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.server.config.Version;
import io.bauplan.server.connection.Connections;
import io.bauplan.server.connection.EngineConnection;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The main job from nothing: data, a pipeline of two Python models, a published table, and what to
/// do next.
@Command(
    name = "demo",
    description = "Make data, run the paper's pipeline over it, show the result.")
final class DemoCommand implements Callable<Integer> {
  private static final long DEFAULT_ROWS = 5_000_000;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "Folder of the demo's project and warehouse (default: a temporary folder)")
  @Nullable Path directory;

  @Option(names = "--rows", paramLabel = "N", description = "Transactions (default: 5000000)")
  long rows = DEFAULT_ROWS;

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    BauplanCommand root = (BauplanCommand) spec.root().userObject();
    if (rows < 1) {
      throw EngineCommand.invalid("--rows must be at least 1");
    }
    DemoFolder folder = DemoFolder.prepare(directory);
    DemoReport report = new DemoReport(root.console);
    report.say("The demo lives in " + folder.root());
    folder.substitutions().forEach(report::say);
    try (Interrupts interrupts = new Interrupts();
        EngineConnection connection = report.timed("open the warehouse", () -> open(folder))) {
      interrupts.onInterrupt(connection::cancel);
      int code = work(root, connection, folder, report);
      return interrupts.wasInterrupted() ? Interrupts.EXIT_CODE : code;
    }
  }

  private static EngineConnection open(DemoFolder folder) {
    return Connections.open(
        EngineConfig.of(folder.warehouse()),
        new Connections.Start("main", "bauplan"),
        Version.text());
  }

  private int work(
      BauplanCommand root, EngineConnection connection, DemoFolder folder, DemoReport report)
      throws Exception {
    report.title("1. A year of transactions");
    String generate = "CALL system.generate_transactions(rows => " + rows + ")";
    report.say(generate);
    report.timed(
        "generate " + String.format(java.util.Locale.ROOT, "%,d", rows) + " transactions",
        () -> print(root, connection, generate));

    report.title(
        "2. Listing 1 of the paper: two Python models, two interpreters, two versions of pandas");
    report.say("the project: " + folder.project().resolve("models.py"));
    RunResult result =
        report.timed(
            "run the pipeline",
            () ->
                connection.run(
                    RunRequest.of(folder.project().toString(), connection.reference()),
                    new RunPrinter(root.console, true, "")));
    if (result.status() != RunResult.Status.SUCCEEDED) {
      return result.status() == RunResult.Status.CANCELLED
          ? Interrupts.EXIT_CODE
          : BauplanCommand.FAILED;
    }

    report.title("3. The published table");
    String query = "SELECT country, usd FROM usd_by_country ORDER BY usd DESC";
    report.say(query);
    report.timed("query the result", () -> print(root, connection, query));

    report.title("Where the time went");
    report.times();
    report.title("What to try next");
    folder.nextCommands().forEach(report::say);
    return BauplanCommand.OK;
  }

  private static boolean print(BauplanCommand root, EngineConnection connection, String sql)
      throws Exception {
    new ResultPrinter(
            root.console,
            root.console.out(),
            ResultPrinter.Format.table,
            -1,
            root.console.columns(),
            ResultPrinter.Notes.SILENT)
        .execute(connection, sql);
    return true;
  }
}
