package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Casts between nested types that differ only in the names of fields and in what may be NULL: the
/// values stay where they are. The planner sees to it that NULLs are allowed where there are some.
final class NestedCastNode extends Node {
  private final Node operand;
  private @Nullable FlatVector held;

  NestedCastNode(Node operand, DataType type) {
    super(type);
    this.operand = operand;
  }

  /// Whether both types have the same layout.
  static boolean sameLayout(DataType from, DataType to) {
    return switch (from) {
      case DataType.ListType(DataType element, boolean ignored) ->
          to instanceof DataType.ListType(DataType other, boolean nullable)
              && sameLayout(element, other);
      case DataType.MapType(DataType key, DataType value, boolean ignored) ->
          to instanceof DataType.MapType(DataType otherKey, DataType otherValue, boolean nullable)
              && sameLayout(key, otherKey)
              && sameLayout(value, otherValue);
      case DataType.StructType(List<Column> fields) -> {
        if (!(to instanceof DataType.StructType(List<Column> others))
            || fields.size() != others.size()) {
          yield false;
        }
        for (int i = 0; i < fields.size(); i++) {
          if (!sameLayout(fields.get(i).type(), others.get(i).type())) {
            yield false;
          }
        }
        yield true;
      }
      default -> from.equals(to);
    };
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Register in = operand.evaluate(batch, rows, count);
    out.hasNulls = in.hasNulls;
    out.nulls = in.nulls;
    FlatVector vector = in.vector;
    closeHeld();
    out.vector = null;
    if (vector != null) {
      FlatVector same = vector.retainAs(type());
      held = same;
      out.vector = same;
    }
    return out;
  }

  @Override
  void release() {
    closeHeld();
    operand.close();
  }

  private void closeHeld() {
    FlatVector last = held;
    held = null;
    if (last != null) {
      last.close();
    }
  }
}
