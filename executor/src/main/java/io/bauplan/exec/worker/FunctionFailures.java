package io.bauplan.exec.worker;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.udf.api.EnvironmentFailure;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.InvocationOutcome;
import io.bauplan.udf.api.NoRoomException;
import org.jspecify.annotations.Nullable;

/// Failed invocations as errors: the one place that words them.
public final class FunctionFailures {
  private FunctionFailures() {}

  /// @param outcome any but `Completed`
  public static EngineException toException(
      FunctionDefinition function, InvocationOutcome outcome) {
    String name = "function \"" + function.name() + "\"";
    return switch (outcome) {
      case InvocationOutcome.Completed ignored ->
          throw new IllegalArgumentException("a completed call is no failure");
      case InvocationOutcome.UserFailed failed -> userFailed(function, name, failed);
      case InvocationOutcome.LimitExceeded exceeded ->
          switch (exceeded.limit()) {
            case MEMORY ->
                new EngineException(ErrorCode.OUT_OF_MEMORY, name + ": " + exceeded.message())
                    .withHint("raise its memory with @bauplan.resources(memory=...) or MEMORY");
            case TIME ->
                new EngineException(ErrorCode.TIMEOUT, name + ": " + exceeded.message())
                    .withHint("raise its timeout with @bauplan.resources(timeout=...) or TIMEOUT");
            case OUTPUT ->
                new EngineException(ErrorCode.TOO_MANY, name + ": " + exceeded.message());
          };
      case InvocationOutcome.SandboxViolation violation ->
          new EngineException(ErrorCode.PERMISSION_DENIED, name + ": " + violation.message());
      case InvocationOutcome.Crashed crashed ->
          new EngineException(ErrorCode.FUNCTION_FAILED, name + ": " + crashed.message());
      case InvocationOutcome.Cancelled() ->
          new EngineException(ErrorCode.CANCELLED, name + " was cancelled");
      case InvocationOutcome.NotStarted(var failure) ->
          new EngineException(
              ErrorCode.ENVIRONMENT_FAILED,
              name + ": " + failure.message(),
              declaration(function, failure),
              null,
              null);
    };
  }

  /// Where a project's file names what cannot be had. A function made by SQL names it in a
  /// statement that is not at hand any more, and some failures are the machine's.
  private static @Nullable SourcePosition declaration(
      FunctionDefinition function, EnvironmentFailure failure) {
    boolean isDeclared =
        switch (failure.reason()) {
          case UNKNOWN_INTERPRETER, UNKNOWN_PACKAGE, CONFLICT, OFFLINE, OTHER -> true;
          case DISK, SANDBOX_POLICY -> false;
        };
    return isDeclared && function.style() != FunctionDefinition.Style.SQL
        ? SourcePosition.at(function.source().file(), function.source().declaredAt(), 1)
        : null;
  }

  /// Its table finds no room.
  public static EngineException toException(NoRoomException noRoom) {
    return new EngineException(ErrorCode.DISK_FULL, String.valueOf(noRoom.getMessage()), noRoom)
        .withHint(
            "free some of /dev/shm or of the cache folder's disk, or give the function fewer rows"
                + " or columns");
  }

  private static EngineException userFailed(
      FunctionDefinition function, String name, InvocationOutcome.UserFailed failed) {
    boolean wrong = failed.type().equals("WrongResult");
    String message =
        wrong
            ? name + " " + failed.message()
            : name + " raised " + failed.type() + ": " + failed.message();
    SourcePosition position =
        failed
            .line()
            .map(line -> SourcePosition.at(function.source().file(), line, 1))
            .orElse(null);
    String traceback = failed.traceback().isBlank() ? null : failed.traceback().stripTrailing();
    return new EngineException(
        wrong ? ErrorCode.FUNCTION_WRONG_RESULT : ErrorCode.FUNCTION_FAILED,
        message,
        position,
        traceback,
        null);
  }
}
