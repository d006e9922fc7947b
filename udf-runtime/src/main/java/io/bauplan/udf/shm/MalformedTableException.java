package io.bauplan.udf.shm;

/// A file is no well-formed Arrow table of the shapes that the engine reads.
public final class MalformedTableException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedTableException(String message) {
    super(message);
  }

  public MalformedTableException(String message, Throwable cause) {
    super(message, cause);
  }
}
