package io.bauplan.udf.api;

import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;

/// What a function returns.
public sealed interface FunctionReturn {
  /// A table with exactly these columns; what comes back is checked and cast to them.
  record Table(List<OutputColumn> columns) implements FunctionReturn {}

  /// A table whose columns are known only after the call (decorated models declare none).
  record InferredTable() implements FunctionReturn {}

  /// One value per row.
  record Scalar(Field type) implements FunctionReturn {}

  /// One value per group of rows. A parameter is given as a list column: the values of each group.
  record Aggregate(Field type) implements FunctionReturn {}
}
