package io.bauplan.sql.explain;

import io.bauplan.sql.explain.Explanation.Part;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The plans that a statement runs, in order.
public final class StatementPlans {
  private StatementPlans() {}

  public static List<Part> parts(PlannedStatement statement, FileTotals totals) {
    String heading = heading(statement);
    List<Part> parts = new ArrayList<>();
    for (PhysicalPlan plan : plans(statement)) {
      parts.add(Part.of(parts.isEmpty() ? heading : "", PlanNodes.of(plan, totals)));
    }
    return parts.isEmpty() ? List.of(Part.nothing(heading)) : parts;
  }

  /// What the statement does beside running its plans; empty for a query.
  public static String heading(PlannedStatement statement) {
    return switch (statement) {
      case PlannedStatement.Query query -> "";
      case PlannedStatement.Insert insert ->
          "Insert into " + insert.table() + " on " + insert.branch();
      case PlannedStatement.Rewrite rewrite ->
          "Rewrite " + rewrite.table() + " on " + rewrite.branch();
      case PlannedStatement.RowChange change ->
          change.command() + " of " + change.table() + " on " + change.branch();
      case PlannedStatement.CreateTable create ->
          "Create " + create.definition().name() + " on " + create.branch();
      case PlannedStatement.CopyTo copy -> "Copy to " + copy.uri();
      case PlannedStatement.CopyInto copy ->
          "Copy into "
              + copy.table()
              + " on "
              + copy.branch()
              + ": planned once the files are read";
      default ->
          words(statement.getClass().getSimpleName()) + ": changes the catalog, reads no data";
    };
  }

  private static List<PhysicalPlan> plans(PlannedStatement statement) {
    return switch (statement) {
      case PlannedStatement.Query query -> List.of(query.plan());
      case PlannedStatement.Insert insert -> List.of(insert.source());
      case PlannedStatement.Rewrite rewrite -> List.of(rewrite.newContents());
      case PlannedStatement.RowChange change -> List.of(change.plan());
      case PlannedStatement.CreateTable create -> create.source().stream().toList();
      case PlannedStatement.CopyTo copy -> List.of(copy.query().plan());
      default -> List.of();
    };
  }

  private static String words(String name) {
    String text = name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
