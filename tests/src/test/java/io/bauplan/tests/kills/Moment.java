package io.bauplan.tests.kills;

/// When it is killed.
sealed interface Moment {
  /// When the function, or the run, has said a line so many times.
  record Said(String line, int times) implements Moment {}

  /// As soon as the engine has so many processes below it.
  record Processes(int least) implements Moment {}

  /// While a result is being written.
  record Written() implements Moment {}

  /// When a result was written and its function is gone; the engine reads it.
  record HandedOver() implements Moment {}

  static Moment said(String line) {
    return new Said("said " + line, 1);
  }
}
