package io.bauplan.udf.api;

/// Why an environment cannot be had, in words for the user.
///
/// @param subject the interpreter version or requirement at fault, as the user wrote it
/// @param message what is wrong and the remedy, one or two sentences
public record EnvironmentFailure(Reason reason, String subject, String message) {
  public enum Reason {
    UNKNOWN_INTERPRETER,
    UNKNOWN_PACKAGE,
    CONFLICT,
    OFFLINE,
    DISK,
    SANDBOX_POLICY,
    OTHER
  }
}
