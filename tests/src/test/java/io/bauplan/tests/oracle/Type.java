package io.bauplan.tests.oracle;

/// What is known of an expression's values, so that no arithmetic on them overflows.
///
/// @param digits of an exact number: decimal digits before the point. Of a float: 0 where the value
///     may be anything, NaN included; else all values are small multiples of a power of two, whose
///     sums are exact in any order
/// @param scale of a decimal
record Type(Kind kind, int digits, int scale) {
  static final Type BOOL = of(Kind.BOOL);
  static final Type TEXT = of(Kind.TEXT);

  static Type of(Kind kind) {
    return new Type(kind, kind.capacity(), 0);
  }

  static Type number(Kind kind, int digits) {
    return new Type(kind, digits, 0);
  }

  /// A float whose sums are exact.
  boolean isTame() {
    return digits > 0;
  }

  Type with(Type other) {
    Kind wider = kind.ordinal() >= other.kind.ordinal() ? kind : other.kind;
    boolean wild = !kind.isExact() && (digits == 0 || other.digits == 0);
    return new Type(wider, wild ? 0 : Math.max(digits, other.digits), Math.max(scale, other.scale));
  }
}
