package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.logical.CatalogNames;
import io.bauplan.sql.logical.ConstantArguments;
import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.DataStatement;
import io.bauplan.sql.parser.DefinitionStatement;
import io.bauplan.sql.parser.JobStatement;
import io.bauplan.sql.parser.ReferenceStatement;
import io.bauplan.sql.parser.SessionStatement;
import io.bauplan.sql.parser.ShowStatement;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.parser.Version;
import io.bauplan.sql.plan.PlannedStatement;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One statement being planned: sends each kind to its planner and plans the small ones itself.
final class Planning {
  private final StatementContext context;

  Planning(StatementContext context) {
    this.context = context;
  }

  /// Statements that change the session only.
  static boolean worksWithoutReference(Statement statement) {
    return statement instanceof ReferenceStatement.Use || statement instanceof SessionStatement;
  }

  PlannedStatement plan(Statement statement) {
    return switch (statement) {
      case Statement.Query q -> new QueryPlanner(context).query(q.query());
      case Statement.Explain e -> new ExplainPlanner(context, this).explain(e);
      case Statement.ExplainPipeline e ->
          new PlannedStatement.ExplainPipeline(e.directory(), e.mode(), e.format());
      case Statement.Describe d -> new ShowPlanner(context).describe(d.query());
      case Statement.Summarize s -> new SummarizePlanner(context).summarize(s.query());
      case Statement.Unsupported u -> {
        EngineException error =
            new EngineException(
                ErrorCode.NOT_SUPPORTED, u.feature() + " is not supported", u.position());
        throw u.hint().map(error::withHint).orElse(error);
      }
      case DataStatement d -> new DataPlanner(context).plan(d);
      case DefinitionStatement d -> new DefinitionPlanner(context).plan(d);
      case ReferenceStatement r -> new ReferencePlanner(context).plan(r);
      case ShowStatement s -> new ShowPlanner(context).plan(s);
      case JobStatement j -> job(j);
      case SessionStatement s -> session(s);
    };
  }

  static EngineException notSupported(String feature, SourcePosition position) {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED, feature + " is not supported yet", position);
  }

  private static PlannedStatement unsupported(String feature, SourcePosition position) {
    throw notSupported(feature, position);
  }

  /// The branch that a statement writes to, pinned at its head, as names in the statement resolve.
  static StatementContext writing(StatementContext context, Optional<Version> at) {
    PinnedRef branch = CatalogNames.writable(context.catalog(), context.session(), at);
    return context.at(branch);
  }

  private PlannedStatement job(JobStatement job) {
    return switch (job) {
      case JobStatement.RunPipeline run ->
          new PlannedStatement.RunPipeline(
              run.directory(),
              run.branch().map(Version::text).orElse(context.session().reference()),
              run.parameters(),
              run.dryRun(),
              run.strict());
      case JobStatement.RerunJob rerun -> new PlannedStatement.RerunJob(rerun.job());
      case JobStatement.Call call -> call(call);
      case JobStatement.Maintain maintain -> maintain(maintain);
    };
  }

  private PlannedStatement call(JobStatement.Call call) {
    PinnedRef at =
        call.at().isPresent()
            ? CatalogNames.pin(context.catalog(), context.session().reference(), call.at().get())
            : context.at();
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
    ConstantArguments constants = new ConstantArguments(context);
    for (int i = 0; i < call.arguments().size(); i++) {
      JobStatement.Argument argument = call.arguments().get(i);
      String name =
          argument.name().map(n -> n.toLowerCase(Locale.ROOT)).orElse(Integer.toString(i + 1));
      arguments.put(name, constants.value(argument.value()).value());
    }
    String procedure = String.join(".", call.procedure().names).toLowerCase(Locale.ROOT);
    return new PlannedStatement.Call(
        at.name().isEmpty() ? Catalog.DEFAULT_BRANCH : at.name(), at, procedure, arguments);
  }

  private PlannedStatement maintain(JobStatement.Maintain maintain) {
    StatementContext writing = writing(context, Optional.empty());
    var table =
        new CatalogNames(writing.catalog(), writing.at(), writing.session().namespace())
            .table(maintain.table());
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>(maintain.options());
    arguments.put("table", table.name().dotted());
    if (!maintain.columns().isEmpty()) {
      arguments.put("columns", maintain.columns());
    }
    String procedure =
        switch (maintain.kind()) {
          case VACUUM -> "system.vacuum";
          case OPTIMIZE -> "system.rewrite_data_files";
          case ANALYZE -> "system.analyze";
        };
    return new PlannedStatement.Call(writing.at().name(), writing.at(), procedure, arguments);
  }

  private static PlannedStatement session(SessionStatement statement) {
    return switch (statement) {
      case SessionStatement.SetOption set ->
          new PlannedStatement.SetOption(set.name(), set.value());
      case SessionStatement.ResetAll ignored ->
          new PlannedStatement.SetOption("all", Optional.empty());
      case SessionStatement.Transaction transaction -> {
        throw notSupported(transaction.action().name(), transaction.position())
            .withHint(
                "Every statement commits by itself; work on a branch and merge it for more than"
                    + " one.");
      }
    };
  }
}
