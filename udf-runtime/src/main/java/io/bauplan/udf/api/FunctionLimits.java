package io.bauplan.udf.api;

import java.time.Duration;
import java.util.OptionalLong;

/// Limits of one invocation.
///
/// @param memoryBytes private memory of the function's processes; empty = the policy's default
/// @param timeout wall-clock time from the request to the result
/// @param outputBytes size of the returned table
/// @param internetAccess whether the sandbox keeps a network
public record FunctionLimits(
    OptionalLong memoryBytes, Duration timeout, long outputBytes, boolean internetAccess) {

  public static final FunctionLimits DEFAULT =
      new FunctionLimits(OptionalLong.empty(), Duration.ofHours(1), 64L << 30, false);
}
