package io.bauplan.udf.python;

import java.time.Duration;
import java.util.Map;

/// How many zygotes a runtime keeps.
///
/// @param most zygotes at a time; 0 = every call takes the direct path
/// @param mostBytes of private memory that they may hold together
/// @param idle how long one is kept that nobody calls
public record ZygotePolicy(int most, long mostBytes, Duration idle) {
  private static final int MOST = 8;
  private static final long MOST_BYTES = 2L << 30;

  public static final ZygotePolicy DEFAULT =
      new ZygotePolicy(MOST, MOST_BYTES, Duration.ofMinutes(10));
  public static final ZygotePolicy NONE = new ZygotePolicy(0, 0, Duration.ZERO);

  /// The default with `BAUPLAN_ZYGOTES` (how many) applied.
  public static ZygotePolicy of(Map<String, String> variables) {
    String most = variables.getOrDefault("BAUPLAN_ZYGOTES", "").strip();
    return most.matches("\\d{1,3}")
        ? new ZygotePolicy(Integer.parseInt(most), MOST_BYTES, DEFAULT.idle())
        : DEFAULT;
  }
}
