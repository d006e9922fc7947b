package io.bauplan.sql.session;

import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Rows that the planner itself answers with.
final class Listing {
  private final List<Column> columns = new ArrayList<>();
  private final List<List<@Nullable Object>> rows = new ArrayList<>();

  Listing text(String name) {
    return column(name, DataType.VARCHAR);
  }

  Listing column(String name, DataType type) {
    columns.add(new Column(name, type, true));
    return this;
  }

  Listing row(@Nullable Object... values) {
    rows.add(new ArrayList<>(Arrays.asList(values)));
    return this;
  }

  PlannedStatement.Query query(PinnedRef at) {
    return new PlannedStatement.Query(
        at, new PhysicalPlan.Values(new RowType(columns), rows), List.of());
  }

  /// An SQL LIKE pattern, ignoring case.
  static Pattern like(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (char c : pattern.toCharArray()) {
      regex.append(
          switch (c) {
            case '%' -> ".*";
            case '_' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return Pattern.compile(
        regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
  }
}
