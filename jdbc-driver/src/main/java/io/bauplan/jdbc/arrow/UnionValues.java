package io.bauplan.jdbc.arrow;

/// Finds the alternative that a row of a union column holds.
final class UnionValues {
  private UnionValues() {}

  static Column member(Column union, int row) {
    int type = union.body[union.data + row];
    // Servers number the alternatives in order; the schema's explicit ids are not kept.
    return union.children[type];
  }

  static int row(Column union, int row) {
    return union.kind == Kind.DENSE_UNION
        ? (int) Column.INT.get(union.body, union.offsets + (row << 2))
        : row;
  }
}
