package io.bauplan.udf.sandbox;

/// How well a function is isolated, strongest first. See docs/function-runtime.md.
public enum SandboxLevel {
  /// Root: an unprivileged uid per invocation, namespaces, seccomp, limits.
  A,
  /// Unprivileged user namespaces: the same under the engine's own uid.
  B,
  /// No namespaces: Landlock, no new privileges, seccomp, limits.
  C,
  /// A session of its own and limits; no protection against malice.
  D;

  /// Whether this level is at least as strong as another.
  public boolean satisfies(SandboxLevel minimum) {
    return ordinal() <= minimum.ordinal();
  }
}
