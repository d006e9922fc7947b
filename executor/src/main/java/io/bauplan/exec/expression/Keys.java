package io.bauplan.exec.expression;

import java.util.Objects;

/// Hash and equality of single values of registers, alike for wide and narrow decimals, for both
/// zeros and for all NaNs.
public final class Keys {
  private Keys() {}

  /// The hash of a value that is not NULL.
  public static long hash(Register register, int row) {
    return switch (register.kind) {
      case LONG -> Bytes.mix(register.longs[row]);
      case DOUBLE -> Bytes.mix(bits(register.doubles[row]));
      case DECIMAL -> {
        long low = register.longs[row];
        long high = register.high(row);
        yield high == low >> 63 ? Bytes.mix(low) : Bytes.mix(Bytes.mix(low) ^ high);
      }
      case BYTES -> Bytes.hash(register.longs[row], register.lengths[row]);
      case NESTED -> Nested.hash(Objects.requireNonNull(register.vector), row);
    };
  }

  /// One bit pattern for each value: -0 is 0, every NaN the same.
  public static long bits(double value) {
    return Double.doubleToLongBits(value + 0.0);
  }

  /// Equality of two values of one kind that are not NULL.
  public static boolean equal(Register left, int leftRow, Register right, int rightRow) {
    return switch (left.kind) {
      case LONG -> left.longs[leftRow] == right.longs[rightRow];
      case DOUBLE -> bits(left.doubles[leftRow]) == bits(right.doubles[rightRow]);
      case DECIMAL ->
          left.longs[leftRow] == right.longs[rightRow]
              && left.high(leftRow) == right.high(rightRow);
      case BYTES ->
          Bytes.equal(
              left.longs[leftRow], left.lengths[leftRow],
              right.longs[rightRow], right.lengths[rightRow]);
      case NESTED ->
          Nested.compare(
                  Objects.requireNonNull(left.vector), leftRow,
                  Objects.requireNonNull(right.vector), rightRow)
              == 0;
    };
  }
}
