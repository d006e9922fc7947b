package io.bauplan.server.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where a command stands: the nearest folder upwards that holds a project or a warehouse.
public final class ProjectFolder {
  public static final String WAREHOUSE = ".bauplan";

  private ProjectFolder() {}

  /// The warehouse of the project that `directory` is in; `.bauplan` right there where it is in
  /// none.
  public static Path warehouse(Path directory) {
    for (Path at = directory.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
      if (isWarehouse(at.resolve(WAREHOUSE)) || hasProjectFile(at)) {
        return at.resolve(WAREHOUSE);
      }
    }
    return directory.toAbsolutePath().normalize().resolve(WAREHOUSE);
  }

  /// The user's configuration folder has the same name.
  private static boolean isWarehouse(Path folder) {
    return Files.isDirectory(folder) && !Files.exists(folder.resolve("config.yml"));
  }

  private static boolean hasProjectFile(Path folder) {
    return Files.exists(folder.resolve("bauplan_project.yml"))
        || Files.exists(folder.resolve("bauplan_project.yaml"));
  }

  /// The branch chosen with `bauplan checkout`, kept in the warehouse.
  public static Optional<String> checkedOut(Path warehouse) {
    try {
      Path file = warehouse.resolve("checkout");
      return Files.isRegularFile(file)
          ? Optional.of(Files.readString(file).strip()).filter(name -> !name.isEmpty())
          : Optional.empty();
    } catch (java.io.IOException e) {
      return Optional.empty();
    }
  }

  public static void checkOut(Path warehouse, String reference) throws java.io.IOException {
    Files.createDirectories(warehouse);
    Files.writeString(warehouse.resolve("checkout"), reference + "\n");
  }
}
