package io.bauplan.tests.oracle;

import java.util.List;

/// Something that a query may read from.
///
/// @param columns what expressions may use
/// @param rows how many rows it has, about
record Relation(List<Column> columns, double rows) {
  /// @param sql how expressions write it
  record Column(Sql sql, Type type) {}
}
