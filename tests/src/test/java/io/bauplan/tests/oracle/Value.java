package io.bauplan.tests.oracle;

/// An expression and what is known of its values.
record Value(Sql sql, Type type) {
  static Value of(Type type, String both, Sql... parts) {
    return new Value(Sql.of(type.kind().name(), both, parts), type);
  }

  static Value of(Type type, String ours, String theirs, Sql... parts) {
    return new Value(new Sql(type.kind().name(), ours, theirs, java.util.List.of(parts)), type);
  }

  Kind kind() {
    return type.kind();
  }
}
