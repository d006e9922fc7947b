package io.bauplan.sql.project;

import java.nio.file.Path;
import java.util.List;

/// A project folder as read.
///
/// @param models in the order of files and lines
public record Project(Path directory, ProjectConfig config, List<Model> models) {
  public Project {
    models = List.copyOf(models);
  }
}
