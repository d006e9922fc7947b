package io.bauplan.sql.plan;

import java.util.List;

/// Iceberg field ids of a field and of what is nested in it.
///
/// @param id -1 = none
/// @param nested the fields of a struct in their order; the element of a list; key and value of a
///     map; empty = nothing nested, or no ids known
public record FieldIds(int id, List<FieldIds> nested) {
  /// A field without ids, found by name.
  public static final FieldIds NONE = new FieldIds(-1, List.of());

  public FieldIds {
    nested = List.copyOf(nested);
  }

  /// Ids of the nested field at `index`.
  public FieldIds at(int index) {
    return index < nested.size() ? nested.get(index) : NONE;
  }
}
