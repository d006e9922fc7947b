package io.bauplan.sql.plan;

import java.util.List;

/// The columns of a plan's output. Names may repeat in a query's result.
public record RowType(List<Column> columns) {
  public RowType {
    columns = List.copyOf(columns);
  }

  public int size() {
    return columns.size();
  }

  public Column column(int index) {
    return columns.get(index);
  }

  public DataType type(int index) {
    return columns.get(index).type();
  }
}
