package io.bauplan.sql.project;

import io.bauplan.sql.error.SourcePosition;
import java.util.List;
import java.util.Optional;

/// One parameter of a model's function, and what it is bound to.
public sealed interface ModelInput {
  /// Name of the function's parameter.
  String parameter();

  SourcePosition position();

  /// `bauplan.Model("name", columns=[...], filter="...", ref="...")`.
  ///
  /// @param columns empty = all
  record Table(
      String parameter,
      String name,
      List<String> columns,
      Optional<String> filter,
      Optional<String> ref,
      SourcePosition position)
      implements ModelInput {
    public Table {
      columns = List.copyOf(columns);
    }
  }

  /// `bauplan.Parameter("name")`.
  record Value(String parameter, String name, SourcePosition position) implements ModelInput {}
}
