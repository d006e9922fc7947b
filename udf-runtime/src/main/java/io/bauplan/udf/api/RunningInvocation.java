package io.bauplan.udf.api;

/// An invocation under way.
public interface RunningInvocation {
  /// Waits for the end. An interrupt cancels the invocation and returns `Cancelled`.
  InvocationOutcome await();

  /// Ends the function and every process it started. Returns at once; `await` tells when it is
  /// done.
  void cancel();
}
