package io.bauplan.udf.replay;

import java.time.Duration;
import java.util.Map;

/// What is kept of calls that failed.
///
/// @param mostBytes of one call's inputs; calls with more are listed without them. 0 = keep nothing
/// @param mostBytesTogether the oldest calls go first where there is more
/// @param longest how long a call is kept
public record KeepPolicy(long mostBytes, long mostBytesTogether, Duration longest) {
  private static final int CALLS = 4;
  private static final Duration WEEK = Duration.ofDays(7);

  public static final KeepPolicy DEFAULT = ofMegabytes(512);

  private static KeepPolicy ofMegabytes(long most) {
    return new KeepPolicy(most << 20, CALLS * (most << 20), WEEK);
  }

  /// The default with `BAUPLAN_KEEP_FAILED_MB` (of one call, 0 for none) applied.
  public static KeepPolicy of(Map<String, String> variables) {
    String most = variables.getOrDefault("BAUPLAN_KEEP_FAILED_MB", "").strip();
    return most.matches("\\d{1,9}") ? ofMegabytes(Long.parseLong(most)) : DEFAULT;
  }

  public boolean isOff() {
    return mostBytes == 0;
  }
}
