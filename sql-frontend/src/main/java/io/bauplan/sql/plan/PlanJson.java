package io.bauplan.sql.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.List;

/// Plans and expressions as JSON, both ways: what goes over the wire between planner and worker. A
/// record is an object of its components; where a sealed interface is declared, `type` names the
/// record.
public final class PlanJson {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private PlanJson() {}

  public static String write(PhysicalPlan plan) {
    return text(RecordJson.write(plan, PhysicalPlan.class));
  }

  public static String write(Expression expression) {
    return text(RecordJson.write(expression, Expression.class));
  }

  /// For people: indented, without the data files of scans but their number.
  public static String pretty(PhysicalPlan plan) {
    PhysicalPlan shown =
        PhysicalPlans.rewrite(
            plan,
            node ->
                node instanceof PhysicalPlan.TableScan scan
                    ? new PhysicalPlan.TableScan(
                        scan.table(),
                        scan.snapshotId(),
                        scan.columns(),
                        scan.filterColumns(),
                        scan.filter(),
                        List.of(),
                        scan.limit(),
                        scan.estimatedRows())
                    : node);
    return RecordJson.write(shown, PhysicalPlan.class).toPrettyString();
  }

  private static String text(JsonNode node) {
    return node.toString();
  }

  /// @throws EngineException `INTERNAL_ERROR` where the text is not a plan that this version writes
  public static PhysicalPlan readPlan(String json) {
    return (PhysicalPlan) read(json, PhysicalPlan.class);
  }

  /// As [#readPlan] for an expression.
  public static Expression readExpression(String json) {
    return (Expression) read(json, Expression.class);
  }

  private static Object read(String json, Class<?> type) {
    try {
      return java.util.Objects.requireNonNull(RecordJson.read(MAPPER.readTree(json), type));
    } catch (JsonProcessingException | RuntimeException e) {
      throw new EngineException(
          ErrorCode.INTERNAL_ERROR, "this is not a plan that the engine wrote", e);
    }
  }
}
