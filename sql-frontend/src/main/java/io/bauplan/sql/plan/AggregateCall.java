package io.bauplan.sql.plan;

import java.util.List;
import java.util.OptionalInt;

/// One aggregate of an aggregation or window.
///
/// @param function lower-case id: `count`, `sum`, `min`, `max`, `avg`, `any_value`, `single_value`,
/// `stddev_pop`, `stddev_samp`, `var_pop`, `var_samp`, `bool_and`, `bool_or`, `bit_and`,
/// `array_agg`, `string_agg`, `grouping`, ... With no argument `count` counts rows
/// @param arguments input columns
/// @param filter a BOOLEAN input column: only rows where it is true count
/// @param order `WITHIN GROUP` order, for ordered aggregates
public record AggregateCall(
    String function,
    boolean distinct,
    List<Integer> arguments,
    OptionalInt filter,
    List<SortKey> order,
    Column output) {
  public AggregateCall {
    arguments = List.copyOf(arguments);
    order = List.copyOf(order);
  }
}
