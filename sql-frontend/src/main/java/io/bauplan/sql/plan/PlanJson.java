package io.bauplan.sql.plan;

/// stub
public final class PlanJson {
  private PlanJson() {}

  public static String pretty(PhysicalPlan plan) {
    return plan.toString();
  }
}
