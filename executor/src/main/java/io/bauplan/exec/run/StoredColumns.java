package io.bauplan.exec.run;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.WriteTarget;
import java.util.ArrayList;
import java.util.List;

/// Fits a model's rows to a table's columns: by name, cast to the table's types.
final class StoredColumns {
  private StoredColumns() {}

  static PhysicalPlan fit(PhysicalPlan rows, WriteTarget target) {
    RowType input = rows.output();
    List<Expression> expressions = new ArrayList<>();
    boolean same = input.size() == target.columns().size();
    for (int i = 0; i < target.columns().size(); i++) {
      Column wanted = target.columns().get(i).column();
      int index = indexOf(input, wanted.name());
      if (index < 0 && !wanted.nullable()) {
        throw new EngineException(
            ErrorCode.TYPE_MISMATCH,
            "the model has no column \""
                + wanted.name()
                + "\", which "
                + target.table().dotted()
                + " needs");
      }
      same &= index == i && input.type(i).equals(wanted.type());
      expressions.add(
          index < 0 ? new Expression.Literal(null, wanted.type()) : cast(input, index, wanted));
    }
    for (Column column : input.columns()) {
      boolean known =
          target.columns().stream()
              .anyMatch(other -> other.column().name().equalsIgnoreCase(column.name()));
      if (!known) {
        throw new EngineException(
                ErrorCode.TYPE_MISMATCH,
                "the model has a column \""
                    + column.name()
                    + "\" that "
                    + target.table().dotted()
                    + " does not have")
            .withHint("add it to the table with ALTER TABLE, or materialize with REPLACE");
      }
    }
    RowType output = new RowType(target.columns().stream().map(ScanColumn::column).toList());
    return same ? rows : new PhysicalPlan.Project(rows, expressions, output);
  }

  private static Expression cast(RowType input, int index, Column wanted) {
    Column column = input.column(index);
    Expression ref = new Expression.InputRef(index, column.type(), column.nullable());
    return column.type().equals(wanted.type())
        ? ref
        : new Expression.Cast(ref, wanted.type(), false);
  }

  private static int indexOf(RowType row, String name) {
    for (int i = 0; i < row.size(); i++) {
      if (row.column(i).name().equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }
}
