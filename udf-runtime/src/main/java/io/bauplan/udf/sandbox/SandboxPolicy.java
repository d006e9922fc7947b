package io.bauplan.udf.sandbox;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/// What every function is subject to.
///
/// @param strongest try no level above this one
/// @param minimum refuse to run below this level
/// @param memoryBytes private memory of a function that declares none; empty = unlimited
/// @param scratchBytes size of its private `/tmp`
/// @param processes most processes and threads at a time
/// @param printBytes most bytes that it prints
public record SandboxPolicy(
    SandboxLevel strongest,
    SandboxLevel minimum,
    OptionalLong memoryBytes,
    long scratchBytes,
    int processes,
    long printBytes) {

  private static final long SCRATCH_BYTES = 4L << 30;
  private static final int PROCESSES = 1024;
  private static final long PRINT_BYTES = 1L << 30;

  /// Level C or better; no memory limit but the machine's.
  public static final SandboxPolicy DEFAULT =
      new SandboxPolicy(
          SandboxLevel.A,
          SandboxLevel.C,
          OptionalLong.empty(),
          SCRATCH_BYTES,
          PROCESSES,
          PRINT_BYTES);

  /// The default with `BAUPLAN_SANDBOX_MINIMUM` (`A` to `D`) applied.
  public static SandboxPolicy of(Map<String, String> variables) {
    String minimum =
        variables.getOrDefault("BAUPLAN_SANDBOX_MINIMUM", "").strip().toUpperCase(Locale.ROOT);
    return minimum.matches("[ABCD]")
        ? DEFAULT.withLevels(SandboxLevel.A, SandboxLevel.valueOf(minimum))
        : DEFAULT;
  }

  public SandboxPolicy withLevels(SandboxLevel from, SandboxLevel to) {
    return new SandboxPolicy(from, to, memoryBytes, scratchBytes, processes, printBytes);
  }
}
