package io.bauplan.sql.project;

import java.nio.file.Path;
import java.util.List;

/// The files that make up a project, its configuration among them, before any is looked into.
public record ProjectFiles(ProjectConfig config, List<Path> files) {
  public ProjectFiles {
    files = List.copyOf(files);
  }
}
