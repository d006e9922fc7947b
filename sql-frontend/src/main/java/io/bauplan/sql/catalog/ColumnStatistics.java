package io.bauplan.sql.catalog;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// @param lower a value that is less than or equal to every non-null value, as in
///     [io.bauplan.sql.plan.Expression.Literal]; null = unknown. Strings may be truncated
/// @param upper likewise greater than or equal
/// @param nullCount number of NULLs
/// @param distinctCount number of distinct values, where a sketch was gathered
/// @param storedBytes what the column takes in the data files, compressed
public record ColumnStatistics(
    @Nullable Object lower,
    @Nullable Object upper,
    OptionalLong nullCount,
    OptionalLong distinctCount,
    OptionalLong storedBytes) {

  /// Of a column of which nothing is known.
  public static final ColumnStatistics NONE =
      new ColumnStatistics(
          null, null, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  public ColumnStatistics withDistinct(OptionalLong counted) {
    return new ColumnStatistics(lower, upper, nullCount, counted, storedBytes);
  }

  public ColumnStatistics withoutBounds() {
    return new ColumnStatistics(null, null, nullCount, distinctCount, storedBytes);
  }
}
