package io.bauplan.sql.project;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.udf.api.InspectedFile;
import io.bauplan.udf.api.SourceInspector;
import io.bauplan.udf.api.SourceInspector.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Reads a project folder: every root `.sql` file and every decorated function of the `.py` files
/// is a model. Nothing of the project runs.
public final class ProjectReader {
  /// Largest file that is read as source.
  private static final long SOURCE_FILE_BYTES = 4L << 20;

  /// All Python files of a project together: every function call carries them.
  private static final long PYTHON_BYTES = 16L << 20;

  /// Most source files in a project.
  private static final int SOURCE_FILES = 10_000;

  private final SourceInspector inspector;

  public ProjectReader(SourceInspector inspector) {
    this.inspector = inspector;
  }

  /// @throws EngineException `PROJECT_INVALID` with the place
  public Project read(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new EngineException(ErrorCode.FILE_NOT_FOUND, "there is no project folder " + directory)
          .withHint("give the folder with your .py and .sql files: --project-dir DIR");
    }
    ProjectConfig config = ProjectConfigReader.read(directory);
    List<SourceFile> python = new ArrayList<>();
    List<Model> models = new ArrayList<>();
    for (Path file : sources(directory, config)) {
      String name = directory.relativize(file).toString().replace('\\', '/');
      if (name.endsWith(".py")) {
        python.add(new SourceFile(name, text(file, name)));
      } else {
        models.add(SqlModelReader.read(name, text(file, name)));
      }
    }
    models.addAll(pythonModels(config, python));
    if (models.isEmpty()) {
      throw new EngineException(ErrorCode.PROJECT_INVALID, directory + " holds no model")
          .withHint("a model is a root .sql file or a Python function under @bauplan.model()");
    }
    return new Project(directory, config, models);
  }

  /// The files that [#read] would read.
  public static ProjectFiles files(Path directory) {
    ProjectConfig config = ProjectConfigReader.read(directory);
    List<Path> files = new ArrayList<>(sources(directory, config));
    for (String name : ProjectConfigReader.FILES) {
      if (Files.isRegularFile(directory.resolve(name))) {
        files.add(directory.resolve(name));
      }
    }
    return new ProjectFiles(config, files);
  }

  private List<Model> pythonModels(ProjectConfig config, List<SourceFile> files) {
    List<Model> models = new ArrayList<>();
    if (files.isEmpty()) {
      return models;
    }
    Map<String, String> texts = new LinkedHashMap<>();
    long size = 0;
    for (SourceFile file : files) {
      texts.put(file.path(), file.text());
      size += file.text().length();
    }
    if (size > PYTHON_BYTES) {
      throw new EngineException(
              ErrorCode.PROJECT_INVALID,
              "the project's Python files are larger than "
                  + (PYTHON_BYTES >> 20)
                  + " MiB together")
          .withHint("keep data out of .py files, and packages in the functions' requirements");
    }
    PythonModelReader reader = new PythonModelReader(config, texts);
    List<InspectedFile> inspected = inspector.inspect(files);
    for (int i = 0; i < files.size(); i++) {
      models.addAll(reader.read(inspected.get(i), files.get(i).text()));
    }
    return models;
  }

  private static List<Path> sources(Path directory, ProjectConfig config) {
    List<Path> files = new ArrayList<>();
    List<Path> folders = new ArrayList<>(List.of(directory));
    config.includePaths().forEach(path -> folders.add(directory.resolve(path)));
    for (Path folder : folders) {
      try (Stream<Path> entries = Files.list(folder)) {
        entries
            .filter(Files::isRegularFile)
            .filter(file -> isSource(file.getFileName().toString()))
            .sorted()
            .forEach(files::add);
      } catch (IOException e) {
        throw new EngineException(ErrorCode.PROJECT_INVALID, "cannot list the folder " + folder, e);
      }
    }
    if (files.size() > SOURCE_FILES) {
      throw new EngineException(
          ErrorCode.PROJECT_INVALID,
          "the project has "
              + files.size()
              + " source files; at most "
              + SOURCE_FILES
              + " are read");
    }
    return files;
  }

  private static boolean isSource(String name) {
    return !name.startsWith(".") && (name.endsWith(".py") || name.endsWith(".sql"));
  }

  private static String text(Path file, String name) {
    try {
      if (Files.size(file) > SOURCE_FILE_BYTES) {
        throw new EngineException(
            ErrorCode.PROJECT_INVALID,
            name
                + " is larger than "
                + (SOURCE_FILE_BYTES >> 20)
                + " MiB, too large for source code");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new EngineException(
          ErrorCode.PROJECT_INVALID, "cannot read " + name + " as UTF-8 text", e);
    }
  }
}
