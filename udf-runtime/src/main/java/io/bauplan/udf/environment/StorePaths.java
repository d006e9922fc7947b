package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Where a store keeps what. What is not complete lies in the working folder and is renamed into
/// its place, so that a place holds all or nothing.
///
/// @param root a real path
record StorePaths(Path root) {
  static StorePaths create(Path root) throws IOException {
    StorePaths paths = new StorePaths(Files.createDirectories(root).toRealPath());
    for (Path folder :
        List.of(paths.packages(), paths.locks(), paths.environments(), paths.work())) {
      Files.createDirectories(folder);
    }
    Files.createDirectories(paths.root.resolve("tools"));
    return paths;
  }

  Path packages() {
    return root.resolve("pkg");
  }

  Path locks() {
    return root.resolve("lock");
  }

  Path environments() {
    return root.resolve("env");
  }

  Path work() {
    return root.resolve("tmp");
  }

  Path environment(String key) {
    return environments().resolve(key);
  }

  Path sitePackages(String key) {
    return environment(key).resolve("site-packages");
  }

  Path lockFile(String key) {
    return locks().resolve(key + ".json");
  }
}
