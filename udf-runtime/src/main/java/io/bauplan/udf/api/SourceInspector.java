package io.bauplan.udf.api;

import java.util.List;

/// Reads decorated Python files without running them: CPython's own `ast` in an isolated child, so
/// a module-level side effect never fires in the planner. Thread-safe.
public interface SourceInspector {
  /// A file of a project.
  ///
  /// @param path the name for messages, relative to the project
  record SourceFile(String path, String text) {}

  /// Inspects each file; the answer has one element per file, in the same order. What is wrong with
  /// a file is told in its [InspectedFile#problems]; only a missing interpreter throws
  /// `IllegalStateException`.
  List<InspectedFile> inspect(List<SourceFile> files);
}
