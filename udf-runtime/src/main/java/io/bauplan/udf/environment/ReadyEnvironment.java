package io.bauplan.udf.environment;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// An environment on disk, ready to run in.
///
/// @param key the hash that names it in the store
/// @param sitePackages the folder to put on `sys.path`
/// @param visible the folders a sandbox must show, read-only, for it to work
/// @param bound the day until which package releases were considered, where there was such a bound
public record ReadyEnvironment(
    String key,
    Interpreter interpreter,
    Path sitePackages,
    List<Path> visible,
    List<ResolvedPackage> packages,
    Optional<String> bound) {
  public ReadyEnvironment {
    visible = List.copyOf(visible);
    packages = List.copyOf(packages);
  }
}
