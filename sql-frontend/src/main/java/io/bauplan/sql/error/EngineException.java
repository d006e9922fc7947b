package io.bauplan.sql.error;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The only exception that leaves the engine. Its message is written for the person who can act:
/// what is wrong, where, and what to do. [ErrorReport] shows it with the offending line and a
/// caret.
public final class EngineException extends RuntimeException {
  private final ErrorCode code;
  private final transient @Nullable SourcePosition position;
  private final @Nullable String hint;

  public EngineException(ErrorCode code, String message) {
    this(code, message, null, null, null);
  }

  public EngineException(ErrorCode code, String message, @Nullable Throwable cause) {
    this(code, message, null, null, cause);
  }

  public EngineException(ErrorCode code, String message, SourcePosition position) {
    this(code, message, position, null, null);
  }

  public EngineException(
      ErrorCode code,
      String message,
      @Nullable SourcePosition position,
      @Nullable String hint,
      @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.position = position;
    this.hint = hint;
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNullElse(super.getMessage(), "");
  }

  public ErrorCode code() {
    return code;
  }

  public Optional<SourcePosition> position() {
    return Optional.ofNullable(position);
  }

  /// What to do about it, as one sentence.
  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }

  public EngineException withHint(String newHint) {
    return new EngineException(code, getMessage(), position, newHint, getCause());
  }

  public EngineException withPosition(SourcePosition newPosition) {
    return new EngineException(code, getMessage(), newPosition, hint, getCause());
  }
}
