package io.bauplan.udf.api;

import java.util.Optional;

/// How an invocation ended. Failures are values: nothing a function does makes the runtime throw.
public sealed interface InvocationOutcome {
  /// The result was checked (offsets, lengths, types, UTF-8) and may be used. The caller owns it.
  record Completed(SharedTable result, InvocationFigures figures) implements InvocationOutcome {}

  /// The function raised, or returned what it must not.
  ///
  /// @param type the exception's class, such as `KeyError`; `WrongResult` for a wrong return
  /// @param traceback the user's frames only, in the language's own form, pointing into the user's
  ///     file
  /// @param line line of `FunctionSource.file` nearest to the failure
  record UserFailed(String type, String message, String traceback, Optional<Integer> line)
      implements InvocationOutcome {}

  /// A limit of [FunctionLimits] was exceeded.
  record LimitExceeded(Limit limit, String message) implements InvocationOutcome {}

  /// The sandbox stopped something forbidden.
  record SandboxViolation(String message) implements InvocationOutcome {}

  /// The process died by a signal or exited without a result.
  record Crashed(int exitStatus, String message) implements InvocationOutcome {}

  /// The caller's cancellation was carried out.
  record Cancelled() implements InvocationOutcome {}

  /// The function never started: interpreter or packages cannot be had, or the sandbox policy
  /// refuses.
  record NotStarted(EnvironmentFailure failure) implements InvocationOutcome {}

  enum Limit {
    MEMORY,
    TIME,
    OUTPUT
  }
}
