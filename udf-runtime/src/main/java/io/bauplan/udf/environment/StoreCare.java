package io.bauplan.udf.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Checks a store, and takes away what nobody uses.
final class StoreCare {
  private final StorePaths paths;
  private final StoreLocks locks;
  private final PackageStore packages;

  StoreCare(StorePaths paths, StoreLocks locks, PackageStore packages) {
    this.paths = paths;
    this.locks = locks;
    this.packages = packages;
  }

  /// The locks by key; those that cannot be read are left out.
  Map<String, EnvironmentLock> locks() throws IOException {
    Map<String, EnvironmentLock> all = new TreeMap<>();
    for (Path file : children(paths.locks())) {
      String name = file.getFileName().toString();
      if (name.endsWith(".json")) {
        EnvironmentLock.read(file, paths)
            .ifPresent(lock -> all.put(name.substring(0, name.length() - 5), lock));
      }
    }
    return all;
  }

  /// Clears away what builds left that were killed, if nobody builds now.
  void sweep() throws IOException {
    Optional<StoreLocks.Held> alone = locks.tryAlone();
    if (alone.isPresent()) {
      try (StoreLocks.Held held = alone.get()) {
        clearWork();
      }
    }
  }

  private void clearWork() throws IOException {
    for (Path left : children(paths.work())) {
      FileTrees.delete(left);
    }
  }

  /// Takes away environments that were last used before an instant, then packages that none uses.
  GarbageReport collect(Instant usedBefore) throws IOException, InterruptedException {
    try (StoreLocks.Held held = locks.alone()) {
      clearWork();
      List<String> gone = new ArrayList<>();
      Set<Path> needed = new HashSet<>();
      Map<String, EnvironmentLock> known = locks();
      for (Map.Entry<String, EnvironmentLock> entry : known.entrySet()) {
        Path place = paths.environment(entry.getKey());
        if (Files.isDirectory(place) && !used(place).isBefore(usedBefore)) {
          needed.addAll(entry.getValue().folders());
        } else {
          remove(entry.getKey());
          gone.add(entry.getKey());
        }
      }
      for (Path place : children(paths.environments())) {
        if (!known.containsKey(place.getFileName().toString())) {
          FileTrees.discard(place, paths.work());
        }
      }
      for (Path file : children(paths.locks())) {
        String name = file.getFileName().toString();
        if (name.endsWith(".lck") && !name.equals("store.lck")) {
          Files.deleteIfExists(file);
        }
      }
      List<String> dropped = new ArrayList<>();
      long bytes = 0;
      for (Path folder : packages.all()) {
        if (!needed.contains(folder)) {
          bytes += FileTrees.size(folder);
          dropped.add(name(folder));
          packages.remove(folder);
        }
      }
      return new GarbageReport(gone, dropped, bytes);
    }
  }

  private static Instant used(Path environment) throws IOException {
    return Files.getLastModifiedTime(environment).toInstant();
  }

  private void remove(String key) throws IOException {
    if (Files.exists(paths.environment(key), LinkOption.NOFOLLOW_LINKS)) {
      FileTrees.discard(paths.environment(key), paths.work());
    }
    Files.deleteIfExists(paths.lockFile(key));
  }

  /// Compares packages with the hashes recorded when they came, and environments with what their
  /// locks say.
  ///
  /// @param repair whether to take away what is wrong, so that its next use fetches it again
  List<StoreProblem> verify(Repair repair) throws IOException, InterruptedException {
    try (StoreLocks.Held held = repair == Repair.YES ? locks.alone() : locks.shared()) {
      List<StoreProblem> problems = new ArrayList<>();
      Set<Path> broken = new HashSet<>();
      Map<String, EnvironmentLock> known = locks();
      for (Path folder : packages.all()) {
        List<String> wrong = WheelRecord.differences(folder);
        if (!wrong.isEmpty()) {
          broken.add(folder);
          problems.add(new StoreProblem(name(folder), folder, users(known, folder), wrong));
        }
      }
      for (Map.Entry<String, EnvironmentLock> entry : known.entrySet()) {
        List<String> wrong = links(entry.getKey(), entry.getValue());
        if (!wrong.isEmpty()) {
          problems.add(
              new StoreProblem(
                  "environment " + entry.getKey(),
                  paths.environment(entry.getKey()),
                  List.of(entry.getKey()),
                  wrong));
        }
      }
      if (repair == Repair.YES) {
        for (StoreProblem problem : problems) {
          for (String key : problem.environments()) {
            remove(key);
          }
        }
        for (Path folder : broken) {
          packages.remove(folder);
        }
      }
      return problems;
    }
  }

  enum Repair {
    YES,
    NO
  }

  private static List<String> users(Map<String, EnvironmentLock> known, Path folder) {
    return known.entrySet().stream()
        .filter(e -> e.getValue().folders().contains(folder))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// How an environment's links differ from those that its packages give, in words.
  private List<String> links(String key, EnvironmentLock lock) throws IOException {
    if (!lock.folders().stream().allMatch(Files::isDirectory)) {
      return List.of("a package of it is missing");
    }
    Path expected = Files.createTempDirectory(paths.work(), "expected-");
    try {
      LinkFarm.assemble(expected, lock.folders(), Bytecode.tag(lock.interpreter()));
      Map<Path, String> wanted = entries(expected);
      Map<Path, String> found =
          Files.isDirectory(paths.sitePackages(key))
              ? entries(paths.sitePackages(key))
              : new HashMap<>();
      List<String> wrong = new ArrayList<>();
      wanted.forEach(
          (path, kind) -> {
            String there = found.remove(path);
            if (there == null) {
              wrong.add(path + " is missing");
            } else if (!there.equals(kind)) {
              wrong.add(path + " was changed");
            }
          });
      found.keySet().forEach(path -> wrong.add(path + " was added"));
      wrong.sort(null);
      return wrong;
    } finally {
      FileTrees.delete(expected);
    }
  }

  private static Map<Path, String> entries(Path root) throws IOException {
    Map<Path, String> all = new HashMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path path : (Iterable<Path>) walk.filter(p -> !p.equals(root))::iterator) {
        String kind =
            Files.isSymbolicLink(path)
                ? "-> " + Files.readSymbolicLink(path)
                : Files.isDirectory(path) ? "folder" : "file";
        all.put(root.relativize(path), kind);
      }
    }
    return all;
  }

  private String name(Path folder) {
    Path inside = paths.packages().relativize(folder);
    return inside.getName(0) + "==" + inside.getName(1);
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }
}
