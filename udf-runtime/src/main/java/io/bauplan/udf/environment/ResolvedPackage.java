package io.bauplan.udf.environment;

/// One package of a lock: its normalised name and exact version.
///
/// @param source what the installer is asked for: `name==version`, or a direct reference
public record ResolvedPackage(String name, String version, String source) {
  /// Whether it was named by its place (`name @ file:///...`), where other content may lie later.
  boolean isDirect() {
    return source.contains(" @ ");
  }

  @Override
  public String toString() {
    return name + "==" + version;
  }
}
