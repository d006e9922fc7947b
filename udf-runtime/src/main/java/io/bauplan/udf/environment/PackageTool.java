package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A well-kept installer that resolves requirements and unpacks wheels: uv, or pip where uv cannot
/// be had.
interface PackageTool {
  /// Exact versions for the requirements.
  ///
  /// @param bound consider only releases before that instant
  /// @param constraints further requirements that do not by themselves install anything
  List<ResolvedPackage> resolve(
      Interpreter interpreter,
      List<Requirement> requirements,
      List<String> constraints,
      Optional<Instant> bound)
      throws IOException, InterruptedException, EnvironmentException;

  /// When the newest of the pinned requirements was released; empty where the index does not say.
  Optional<Instant> newestRelease(Interpreter interpreter, List<Requirement> pinned)
      throws IOException, InterruptedException;

  /// Unpacks exactly these packages into a folder.
  void unpack(Interpreter interpreter, List<ResolvedPackage> packages, Path folder)
      throws IOException, InterruptedException, EnvironmentException;
}
