package io.bauplan.sql.session;

import io.bauplan.sql.explain.ExplainFormat;
import io.bauplan.sql.explain.ExplainNode;
import io.bauplan.sql.explain.Explanation;
import io.bauplan.sql.explain.Explanation.Mode;
import io.bauplan.sql.explain.Explanation.Part;
import io.bauplan.sql.explain.FileTotals;
import io.bauplan.sql.explain.StatementPlans;
import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.plan.PlannedStatement;
import java.util.List;

/// `EXPLAIN`: plans as rows of text. `EXPLAIN ANALYZE` is left to whoever runs the plan.
final class ExplainPlanner {
  private final StatementContext context;
  private final Planning planning;

  ExplainPlanner(StatementContext context, Planning planning) {
    this.context = context;
    this.planning = planning;
  }

  PlannedStatement explain(Statement.Explain explain) {
    return switch (explain.mode()) {
      case LOGICAL -> {
        if (!(explain.statement() instanceof Statement.Query query)) {
          throw Planning.notSupported(
                  "EXPLAIN LOGICAL of other statements than queries", explain.position())
              .withHint("EXPLAIN shows how it would be executed");
        }
        ExplainNode tree = new QueryPlanner(context).logicalTree(query.query());
        yield answer(Mode.LOGICAL, List.of(Part.of("", tree)), explain.format());
      }
      case PHYSICAL -> {
        FileTotals totals = FileTotals.of(context.catalog(), context.at());
        yield answer(
            Mode.PHYSICAL,
            StatementPlans.parts(planning.plan(explain.statement()), totals),
            explain.format());
      }
      case ANALYZE -> {
        PlannedStatement planned = planning.plan(explain.statement());
        if (planned instanceof PlannedStatement.ExplainAnalyze
            || planned instanceof PlannedStatement.ExplainPipeline
            || planned instanceof PlannedStatement.RunPipeline) {
          throw Planning.notSupported(
                  "EXPLAIN ANALYZE of EXPLAIN ANALYZE or of RUN PIPELINE", explain.position())
              .withHint("EXPLAIN ANALYZE PIPELINE 'dir' runs a project dry and shows its plans");
        }
        yield new PlannedStatement.ExplainAnalyze(planned, context.at(), explain.format());
      }
    };
  }

  private PlannedStatement answer(Mode mode, List<Part> parts, ExplainFormat format) {
    Listing listing = new Listing().text("plan");
    format.render(new Explanation(mode, parts)).forEach(listing::row);
    return listing.query(context.at());
  }
}
