package io.bauplan.tests.oracle;

/// The types of random expressions, as both engines spell them.
enum Kind {
  BOOL("BOOLEAN"),
  SMALL("SMALLINT", 4),
  INT("INTEGER", 9),
  LONG("BIGINT", 18),
  DECIMAL("DECIMAL", 30),
  FLOAT("FLOAT"),
  DOUBLE("DOUBLE"),
  TEXT("VARCHAR"),
  BINARY("VARBINARY"),
  UUID("UUID"),
  DATE("DATE"),
  TIME("TIME"),
  TIMESTAMP("TIMESTAMP"),
  INSTANT("TIMESTAMP WITH LOCAL TIME ZONE", "TIMESTAMPTZ"),
  DAYS("INTERVAL DAY TO SECOND", "INTERVAL"),
  INTS("INTEGER ARRAY", "INTEGER[]"),
  TEXTS("VARCHAR ARRAY", "VARCHAR[]"),
  MAP("MAP<VARCHAR, INTEGER>", "MAP(VARCHAR, INTEGER)"),
  ROW("ROW(x INTEGER, y VARCHAR)", "STRUCT(x INTEGER, y VARCHAR)");

  private final String ours;
  private final String theirs;

  /// Decimal digits that every value of so many fits into; 0 where there is no such thing.
  private final int capacity;

  Kind(String both) {
    this(both, 0);
  }

  Kind(String both, int capacity) {
    this.ours = both;
    this.theirs = both;
    this.capacity = capacity;
  }

  Kind(String ours, String theirs) {
    this.ours = ours;
    this.theirs = theirs;
    this.capacity = 0;
  }

  String ours() {
    return ours;
  }

  String theirs() {
    return theirs;
  }

  int capacity() {
    return capacity;
  }

  boolean isWhole() {
    return this == SMALL || this == INT || this == LONG;
  }

  boolean isExact() {
    return isWhole() || this == DECIMAL;
  }

  boolean isFloat() {
    return this == FLOAT || this == DOUBLE;
  }

  boolean isNested() {
    return ordinal() >= INTS.ordinal();
  }
}
