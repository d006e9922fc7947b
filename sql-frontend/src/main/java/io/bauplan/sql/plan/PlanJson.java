package io.bauplan.sql.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;

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
