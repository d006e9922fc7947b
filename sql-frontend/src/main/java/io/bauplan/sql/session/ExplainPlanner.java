package io.bauplan.sql.session;

import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlanJson;
import io.bauplan.sql.plan.PlanText;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.PlannedStatement.ExplainFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `EXPLAIN`: the plan as rows of text; `EXPLAIN ANALYZE` is left to whoever runs the plan.
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
              "EXPLAIN LOGICAL of other statements than queries", explain.position());
        }
        yield lines(new QueryPlanner(context).logicalText(query.query()));
      }
      case PHYSICAL -> physical(planning.plan(explain.statement()), explain);
      case ANALYZE -> {
        if (planning.plan(explain.statement()) instanceof PlannedStatement.Query query) {
          yield new PlannedStatement.ExplainAnalyze(query, explain.format());
        }
        throw Planning.notSupported(
            "EXPLAIN ANALYZE of other statements than queries", explain.position());
      }
    };
  }

  private PlannedStatement physical(PlannedStatement planned, Statement.Explain explain) {
    List<String> lines = new ArrayList<>();
    for (PhysicalPlan plan : plans(planned)) {
      lines.addAll(
          switch (explain.format()) {
            case TEXT -> PlanText.lines(plan);
            case JSON -> PlanJson.pretty(plan).lines().toList();
            case DOT -> throw Planning.notSupported("EXPLAIN (FORMAT DOT)", explain.position());
          });
    }
    if (lines.isEmpty()) {
      lines.add(planned.getClass().getSimpleName());
    } else if (explain.format() == ExplainFormat.TEXT) {
      heading(planned).ifPresent(lines::addFirst);
    }
    return lines(lines);
  }

  private static Optional<String> heading(PlannedStatement planned) {
    return switch (planned) {
      case PlannedStatement.Insert insert ->
          Optional.of("Insert into " + insert.table() + " on " + insert.branch());
      case PlannedStatement.Rewrite rewrite ->
          Optional.of("Rewrite " + rewrite.table() + " on " + rewrite.branch());
      case PlannedStatement.CreateTable create ->
          Optional.of("Create " + create.definition().name() + " on " + create.branch());
      case PlannedStatement.CopyTo copy -> Optional.of("Copy to " + copy.uri());
      default -> Optional.empty();
    };
  }

  private static List<PhysicalPlan> plans(PlannedStatement planned) {
    return switch (planned) {
      case PlannedStatement.Query query -> List.of(query.plan());
      case PlannedStatement.Insert insert -> List.of(insert.source());
      case PlannedStatement.Rewrite rewrite -> List.of(rewrite.newContents());
      case PlannedStatement.CreateTable create -> create.source().stream().toList();
      case PlannedStatement.CopyTo copy -> List.of(copy.query().plan());
      default -> List.of();
    };
  }

  private PlannedStatement lines(List<String> lines) {
    Listing listing = new Listing().text("plan");
    lines.forEach(listing::row);
    return listing.query(context.at());
  }
}
