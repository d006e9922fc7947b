package io.bauplan.udf.environment;

import io.bauplan.udf.api.EnvironmentFailure;

/// An environment cannot be had; the failure says why, in words for the user.
public final class EnvironmentException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient EnvironmentFailure failure;

  public EnvironmentException(EnvironmentFailure failure) {
    super(failure.message());
    this.failure = failure;
  }

  public EnvironmentFailure failure() {
    return failure;
  }
}
