package io.bauplan.udf.api;

import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Field;

/// One parameter of a function, in declaration order.
public sealed interface FunctionParameter {
  String name();

  /// A dataframe.
  ///
  /// @param columns the declared columns; empty = whatever the caller's table has
  /// @param semantics whether rows may be split among calls
  record Table(String name, Optional<List<Field>> columns, TableSemantics semantics)
      implements FunctionParameter {}

  /// One value.
  record Scalar(String name, Field type, boolean optional) implements FunctionParameter {}
}
